from __future__ import annotations

from types import ModuleType
from typing import Any

import msgspec
import pytest

from auditor.model.audit import Audit
from auditor.model.fact import recorded
from auditor.model.facts import Exit, GeneratorUse, NetworkAccess, Variables
from auditor.model.files import encode_list, manifest
from auditor.render.view.blocks import Bounds, Document, Section, Table
from auditor.render.view.document import SECTIONS, document

BOUNDS = Bounds(rows=50, cards=50, lines=50)


def words(value: Any) -> list[str]:
    """Return every text in a part of the view, in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [word for item in value for word in words(item)]
    if isinstance(value, msgspec.Struct):
        return [word for name in value.__struct_fields__ for word in words(getattr(value, name))]
    return []


def part(audit: Audit, identity: str, bounds: Bounds = BOUNDS) -> Section:
    return next(s for s in document(audit, bounds).sections if s.id == identity)


def says(value: Section | Document, sentence: str) -> bool:
    return sentence in " ".join(words(value))


def tables(section: Section) -> list[Table]:
    return [block for block in section.blocks if isinstance(block, Table)]


@pytest.mark.parametrize("name", ["identical", "diverged", "not_replayed", "compare", "bare"])
def test_widths_of_every_table_make_a_hundred(samples: ModuleType, name: str) -> None:
    audit = getattr(samples, name)()
    for section in document(audit, BOUNDS).sections:
        for table in tables(section):
            assert sum(head.width for head in table.heads) == 100, table.caption
            assert all(len(row) == len(table.heads) for row in table.rows), table.caption


def test_no_table_is_longer_than_its_bound_and_each_says_how_many_there_are(
    samples: ModuleType,
) -> None:
    bounds = Bounds(rows=7, cards=3, lines=5)
    view = document(samples.long(100), bounds)
    found = [table for section in view.sections for table in tables(section)]
    cut = [table for table in found if len(table.rows) < table.total]
    assert {table.total for table in cut} >= {100}
    exempt = {"Interpreter, system and hardware"}
    for table in found:
        fixed = table.caption in exempt or table.caption.startswith(("Original", "Replay"))
        assert fixed or len(table.rows) <= 7, table.caption


def test_an_audit_that_knows_nothing_is_a_whole_report(samples: ModuleType) -> None:
    audit = samples.bare()
    view = document(audit, BOUNDS)
    assert len(view.sections) == len(SECTIONS)
    assert view.title == f"Reproduced statistically: {audit.original_id[7:19]}"
    gaps = part(audit, "not-checked")
    for reason in ("no command was recorded", "not traced", "none named", "no wheel has it"):
        assert says(gaps, reason), reason
    assert says(part(audit, "environment"), "Not known: no metadata")
    assert says(part(audit, "provenance"), "Repository: no repository.")
    assert says(part(audit, "randomness"), "Not known: lost")
    assert says(part(audit, "appendices"), "not known: not captured")
    assert says(part(audit, "appendices"), "It is empty.")


def test_many_replays_stand_in_one_column(samples: ModuleType) -> None:
    results = part(samples.bare(), "results")
    metrics = tables(results)[0]
    assert [head.name for head in metrics.heads][2] == "Replays"
    assert metrics.rows[0][2].lines == ("1 …", "2")
    assert metrics.rows[0][3].lines == ("1",)
    others = tables(results)[1]
    assert others.rows[0][0].lines == ("Standard output",)
    assert len(others.rows[0][2].lines) == 5


def test_spread_in_numbers_that_no_float_can_hold(samples: ModuleType) -> None:
    noise = tables(part(samples.bare(), "spread"))[0]
    assert noise.rows[0][3].lines == ("1.35",)
    assert noise.rows[1][4].lines == ("NaN",)


def test_spread_needs_two_replays(samples: ModuleType) -> None:
    assert says(part(samples.not_replayed(), "spread"), "there is none")
    assert says(part(samples.inconclusive(), "spread"), "there is 1")
    assert says(part(samples.identical(), "spread"), "Both replays agree")
    assert says(part(samples.compare(), "spread"), "neither was repeated")


def test_commands_carry_the_options_of_the_plan(samples: ModuleType) -> None:
    repeat = part(samples.bare(), "repeat")
    options = "--times 1 --image python:3.11 --network bridge --cpus 2 --timeout 60"
    assert says(repeat, f"auditor replay run.zip {options}")
    there = 'type=bind,source="$PWD"/'
    assert says(repeat, f"{there}inputs/1,target=/data/labels.csv,readonly")
    assert says(repeat, f"{there}tree,target=/home/ada/digits ")
    assert says(repeat, "--image python:3.11 --network bridge --cpus 2 --timeout 60 -o by-hand")
    assert says(repeat, "Docker has no limit for 60 s")
    assert says(repeat, "asked for by --image")
    assert says(part(samples.identical(), "repeat"), "--memory 8589934592")
    other = part(samples.compare(), "repeat")
    assert says(other, "--policy POLICY-FILE")
    assert not says(other, "docker")


def test_digests_to_check_are_bounded_and_leave_out_names_no_shell_line_can_hold(
    samples: ModuleType,
) -> None:
    repeat = part(samples.long(100), "repeat")
    assert says(repeat, "The first 12 of")
    assert not says(repeat, "report_\u202e")


def test_a_divergence_of_a_result_links_to_every_live_cause(samples: ModuleType) -> None:
    section = part(samples.diverged(), "divergences")
    first = section.blocks[0]
    assert first.block == "finding"
    assert [name for name, _ in first.causes] == ["cause-1", "cause-2"]
    assert (
        "Allowed",
        "1e\N{MINUS SIGN}7 absolute plus 1e\N{MINUS SIGN}7 relative (set by: default, float64)",
    ) in first.facts
    ruled_out = part(samples.long(20), "divergences").blocks[0]
    assert ruled_out.block == "finding"
    assert ruled_out.causes == ()


def test_after_of_other_length_than_the_replays_is_still_shown(samples: ModuleType) -> None:
    audit = samples.diverged()
    odd = msgspec.structs.replace(audit.divergences[0], after=("a", "b", "c"))
    odder = msgspec.structs.replace(odd, severity="major", subject="stdout", area="outcome")
    audit = msgspec.structs.replace(audit, divergences=(odd, odder))
    section = part(audit, "divergences")
    assert says(section, "Replay 3: c")
    assert says(section, "Standard output")
    card = section.blocks[0]
    assert card.block == "finding"
    assert [name for name, _ in card.sides] == ["Original", "Replay 1", "Replay 2", "Replay 3"]


def test_evidence_is_bounded_and_says_so(samples: ModuleType) -> None:
    audit = samples.diverged()
    item = msgspec.structs.replace(audit.items[0], evidence=("x" * 500,) * 60)
    audit = msgspec.structs.replace(audit, items=(item, *audit.items[1:]))
    card = part(audit, "divergences").blocks[0]
    assert card.block == "finding"
    assert len(card.evidence) == 40
    assert card.more_evidence == 20
    assert card.evidence[0].endswith("(100 more characters)")


def test_no_cause_is_said_in_words(samples: ModuleType) -> None:
    assert says(part(samples.identical(), "divergences"), "there is no cause to look for")
    assert says(part(samples.not_replayed(), "divergences"), "nothing to explain")
    assert says(part(samples.inconclusive(), "divergences"), "No candidate for a cause")


def _with(audit: Audit, part_name: str, **members: Any) -> Audit:
    changed = msgspec.structs.replace(getattr(audit.original, part_name), **members)
    return msgspec.structs.replace(
        audit, original=msgspec.structs.replace(audit.original, **{part_name: changed})
    )


def test_files_tell_what_became_of_them(samples: ModuleType) -> None:
    files = [
        samples.file("a", digest_at_end=samples.digest("later")),
        msgspec.structs.replace(samples.file("b"), kept=False),
        msgspec.structs.replace(
            samples.file("c"), digest=None, size=None, reason="permission denied"
        ),
    ]
    audit = _with(samples.identical(), "recipe", inputs=recorded(manifest(files), "hook"))
    section = part(audit, "provenance")
    for sentence in ("changed during the run", "digest only", "permission denied"):
        assert says(section, sentence), sentence
    empty = _with(samples.identical(), "recipe", inputs=recorded(manifest([]), "hook"))
    assert says(part(empty, "provenance"), "None was seen.")


def test_a_run_that_left_nothing(samples: ModuleType) -> None:
    audit = _with(
        samples.not_replayed(),
        "outcome",
        outputs=recorded(manifest([]), "hook"),
        metrics=recorded((), "hook"),
        exit=recorded(Exit(status="killed", code=None, signal="SIGKILL"), "wait4"),
    )
    assert says(part(audit, "appendices"), "left no file")
    assert says(part(audit, "appendices"), "killed, no status, SIGKILL")
    assert tables(part(audit, "results")) == []


def test_randomness_of_each_run(samples: ModuleType) -> None:
    assert says(part(samples.diverged(), "randomness"), "train.py:31")
    use = GeneratorUse(library="random", function="random", site="")
    audit = _with(samples.identical(), "record", generators=recorded((use,), "hook"))
    audit = _with(audit, "recipe", seeds=recorded((), "hook"))
    assert says(part(audit, "randomness"), "not known")
    assert says(part(audit, "randomness"), "set no seed that was seen")


def test_hosts_that_the_run_tried_to_reach(samples: ModuleType) -> None:
    seen = (NetworkAccess(host="pypi.org", port=443), NetworkAccess(host="example.org", port=None))
    audit = _with(samples.identical(), "record", network=recorded(seen, "hook"))
    assert says(part(audit, "appendices"), "pypi.org:443, example.org")


def test_variables_that_differ_come_first(samples: ModuleType) -> None:
    audit = samples.identical()
    environment = msgspec.structs.replace(
        audit.original.recipe.environment,
        variables=recorded(Variables(values={"ZONE": "x", "OMP_NUM_THREADS": "4"}), "hook"),
    )
    audit = _with(audit, "recipe", environment=environment)
    table = next(t for t in tables(part(audit, "environment")) if t.caption.startswith("Envir"))
    assert [row[0].lines[0] for row in table.rows] == ["PYTHONHASHSEED", "ZONE", "OMP_NUM_THREADS"]
    none = msgspec.structs.replace(environment, variables=recorded(Variables(values={}), "hook"))
    alone = _with(samples.not_replayed(), "recipe", environment=none)
    assert says(part(alone, "environment"), "None of the variables")
    assert says(part(alone, "environment"), "No other variables were set.")


def test_dependencies_with_content_that_differs_or_is_not_known(samples: ModuleType) -> None:
    audit = samples.identical()
    first, second, *rest = audit.original.recipe.dependencies.value
    packages = (
        msgspec.structs.replace(first, digest=samples.digest("patched")),
        msgspec.structs.replace(second, digest=None),
        *rest[1:],
    )
    audit = _with(audit, "recipe", dependencies=recorded(packages, "hook"))
    table = next(t for t in tables(part(audit, "environment")) if t.caption.startswith("Install"))
    states = [(row[0].lines[0], row[4].badge.word) for row in table.rows]
    assert states[:3] == [
        ("joblib", "same version, other content"),
        ("pip", "differs"),
        ("numpy", "content not known"),
    ]


def test_what_was_imported_comes_first(samples: ModuleType) -> None:
    audit = samples.not_replayed()
    first, *rest, last = audit.original.recipe.dependencies.value
    packages = (first, *rest, msgspec.structs.replace(last, imported=True))
    audit = _with(audit, "recipe", dependencies=recorded(packages, "hook"))
    assert says(part(audit, "environment"), "The run imported 1 of them")
    table = next(t for t in tables(part(audit, "environment")) if t.caption.startswith("Install"))
    assert table.rows[0][0].lines[0] == last.name
    assert table.rows[0][3].lines[0].startswith("imported")


def test_gpus_are_counted_by_name(samples: ModuleType) -> None:
    words_ = " ".join(words(part(samples.compare(), "environment")))
    assert "2 \N{MULTIPLICATION SIGN} NVIDIA H200, 140.4 GiB; driver 570.86.15, CUDA 12.8" in words_


def test_page_one_of_a_run_without_a_name_is_about_its_command(samples: ModuleType) -> None:
    audit = samples.identical()
    unnamed = msgspec.structs.replace(audit.original, name="")
    front = document(msgspec.structs.replace(audit, original=unnamed), BOUNDS).front
    assert front.subject == "python train.py --folds 5"


def test_page_one_says_whether_a_difference_is_systematic(samples: ModuleType) -> None:
    assert "not deterministic" in document(samples.diverged(), BOUNDS).front.detail
    assert "systematic" in document(samples.long(20), BOUNDS).front.detail
    reason = document(samples.not_replayed(), BOUNDS).front.detail
    assert reason.startswith("An input changed")
    assert reason.endswith(".")


def test_page_one_claims_no_isolation_that_the_plan_lacks(samples: ModuleType) -> None:
    strict = document(samples.identical(), BOUNDS).front.scope
    assert "without network, as user 65534:65534, inputs mounted read-only" in strict
    loose = document(samples.bare(), BOUNDS).front.scope
    assert "with network access" in loose
    assert "from the image python:3.11" in loose
    assert "No replay could be planned" in document(samples.not_replayed(), BOUNDS).front.scope


def test_a_replay_that_did_not_complete_is_named(samples: ModuleType) -> None:
    audit = samples.inconclusive()
    assert says(part(audit, "checked"), "did not complete: out of memory at 8 GiB")
    assert ("1 did not complete",) in [f.parts for f in document(audit, BOUNDS).front.figures]


def test_a_long_list_shows_its_first_files_and_names_the_object(samples: ModuleType) -> None:
    files = [samples.file(f"data/{number:04}.csv") for number in range(3000)]
    whole = manifest(files)
    listed, _data = encode_list(whole.files)
    inputs = recorded(msgspec.structs.replace(whole, files=listed), "hook")
    audit = _with(samples.identical(), "recipe", inputs=inputs)
    audit = _with(audit, "outcome", outputs=inputs)
    for name in ("provenance", "appendices"):
        section = part(audit, name)
        (table,) = [b for b in section.blocks if isinstance(b, Table) and b.total == 3000]
        assert len(table.rows) == 20
        assert says(section, listed.listed.removeprefix("sha256:")), name
    assert says(part(audit, "checked"), "3,000 files")
    assert says(part(audit, "repeat"), "of 3,000")
    audit = _with(samples.not_replayed(), "outcome", outputs=inputs)
    (own,) = [b for b in part(audit, "results").blocks if isinstance(b, Table) and b.total == 3000]
    assert len(own.rows) == 20
