from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.compare import compare
from auditor.errors import IntegrityError
from auditor.model.comparison import Compared, Relations
from auditor.model.evidence import Mask
from auditor.model.fact import Fact, declared, unknown
from auditor.model.facts import Exit
from auditor.model.files import File, manifest
from auditor.model.policy import Policy, Rule
from auditor.store.objects import Objects

Make = Callable[..., Any]
SAME = Relations(bytes="same", values="same")
DIFFERENT = Relations(bytes="different", values="different")
WITHIN = Relations(bytes="different", values="within")


@pytest.fixture
def item(make_fingerprint: Make, objects: Objects) -> Callable[..., Compared]:
    """Compare runs that are told by their facts; return the one item of that name."""

    def find(name: str, *runs: dict[str, Any], policy: Policy | None = None) -> Compared:
        made = [make_fingerprint(objects, **facts) for facts in runs]
        found = compare(made[0], tuple(made[1:]), objects, policy or Policy())
        (one,) = [item for item in found.items if item.name == name]
        return one

    return find


def outputs(**files: Any) -> dict[str, Any]:
    return {"outputs": {name.replace("_", "."): content for name, content in files.items()}}


Item = Callable[..., Compared]


def test_a_run_compared_with_itself_has_no_differences(
    make_fingerprint: Make, objects: Objects
) -> None:
    run = make_fingerprint(
        objects, outputs={"a.json": "[1]", "m.pkl": b"\0"}, metrics={"a.json#/0": 1}, stdout="x\n"
    )
    found = compare(run, (run, run), objects, Policy())
    assert not found.environment
    assert not found.unverified
    assert {item.name for item in found.items} == {
        "exit-status",
        "a.json#/0",
        "a.json",
        "m.pkl",
        "stdout",
        "stderr",
    }
    for one in found.items:
        assert not one.evidence
        for pair in (*one.to_original, *one.to_first):
            assert {pair.bytes, pair.values, pair.metrics} <= {"same", None}


def test_equal_digests_need_no_content(make_fingerprint: Make, tmp_path: Any) -> None:
    run = make_fingerprint(None, outputs={"big.csv": "x\n1\n"})
    found = compare(run, (run,), Objects(tmp_path / "none"), Policy())
    assert found.items[1].to_original == (SAME,)


def test_other_values_and_their_magnitude(item: Item) -> None:
    one = item("a.json", outputs(a_json="[1.5]"), outputs(a_json="[2.0]"), outputs(a_json="[3.5]"))
    assert one.to_original == (DIFFERENT, DIFFERENT)
    assert one.to_first == (DIFFERENT,)
    assert one.magnitude is not None
    assert one.magnitude.max_abs == 2.0
    assert one.evidence == ("original → replay 1", "/0: 1.5 → 2.0")
    assert one.comparator == "JSON values"


def test_evidence_is_of_the_replay_that_differs_in_value(item: Item) -> None:
    one = item("a.json", outputs(a_json="[1.5]"), outputs(a_json="[1.50]"), outputs(a_json="[2]"))
    assert one.to_original == (WITHIN, DIFFERENT)
    assert one.evidence[0] == "original → replay 2"


def test_a_file_that_nobody_knows_compares_as_bytes(item: Item) -> None:
    one = item("m.pkl", outputs(m_pkl=b"abc\x00def"), outputs(m_pkl=b"abc\x01def"))
    assert not one.known
    assert one.to_original == (Relations(bytes="different"),)
    assert one.evidence == (
        "original → replay 1",
        "first difference at byte 3 (0x3); 1 of 7 bytes differ",
        "- 00000000  61 62 63 00 64 65 66                             abc.def",
        "+ 00000000  61 62 63 01 64 65 66                             abc.def",
    )


def test_a_broken_file_compares_as_bytes_with_a_note(item: Item) -> None:
    one = item("a.json", outputs(a_json="[1,"), outputs(a_json="[2,"))
    assert not one.known
    assert one.to_original == (Relations(bytes="different"),)
    assert one.notes[0].startswith("compared as bytes: not valid JSON")
    assert one.evidence[1].startswith("first difference at byte 1")


def test_missing_and_extra_files_are_findings(item: Item) -> None:
    here, there = outputs(a_json="[1]"), outputs()
    missing = item("a.json", here, there, here)
    assert missing.to_original == (DIFFERENT, SAME)
    assert missing.to_first == (DIFFERENT,)
    assert missing.evidence == ("in the original, missing in replay 1",)
    extra = item("a.json", there, here, here)
    assert extra.to_original == (DIFFERENT, DIFFERENT)
    assert extra.to_first == (SAME,)
    assert extra.original.state == "absent"
    assert extra.evidence == ("not in the original, in replay 1, 2",)


def test_what_could_not_be_read_is_not_recorded(item: Item) -> None:
    one = item("a.json", outputs(a_json=None), outputs(a_json="[1]"))
    assert one.original.state == "unrecorded"
    assert one.original.reason == "permission denied"
    assert one.to_original == (Relations(bytes="unknown", values="unknown"),)


def test_contents_that_are_not_kept_leave_values_open(
    make_fingerprint: Make, objects: Objects
) -> None:
    original = make_fingerprint(None, outputs={"a.json": "[1]"})
    replay = make_fingerprint(objects, outputs={"a.json": "[2]"})
    found = compare(original, (replay,), objects, Policy())
    one = found.items[1]
    assert one.to_original == (Relations(bytes="different", values="unknown"),)
    assert "not kept" in one.notes[0]


def test_a_content_that_was_changed_is_refused(make_fingerprint: Make, objects: Objects) -> None:
    original = make_fingerprint(objects, outputs={"a.json": "[1]"})
    replay = make_fingerprint(objects, outputs={"a.json": "[2]"})
    digest = original.outcome.outputs.value.files[0].digest
    objects.path(digest).write_text("[3]")
    with pytest.raises(IntegrityError):
        compare(original, (replay,), objects, Policy())


def test_outputs_of_which_nothing_is_known_are_one_item(item: Item) -> None:
    not_known: Fact[Any] = unknown("nobody watched")
    one = item("outputs", {"outputs": not_known}, outputs())
    assert one.original.reason == "nobody watched"


def test_an_output_that_was_not_declared_is_not_recorded(item: Item) -> None:
    only: Fact[Any] = declared(manifest([]), "--output")
    one = item("a.json", {"outputs": only}, outputs(a_json="[1]"))
    assert one.original.state == "unrecorded"
    assert "declare" in one.original.reason


def test_stdout_is_masked_and_stderr_too(item: Item) -> None:
    one = item("stdout", {"stdout": "took 1.5s\n"}, {"stdout": "took 2.5s\n"})
    assert one.to_original == (WITHIN,)
    assert one.masks == (Mask(rule="duration", count=1, examples=("1.5s → 2.5s",)),)
    assert item("stderr", {"stderr": "a"}, {"stderr": "b"}).to_original == (DIFFERENT,)
    lost: Fact[Any] = unknown("no --log")
    assert item("stdout", {"stdout": lost}, {}).original.state == "unrecorded"


METRIC = "m.json#/a"


def metric(value: Any) -> dict[str, Any]:
    return {"metrics": {METRIC: value}}


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (1, 1, "same"),
        (1, 2, "different"),
        (1, 1.0, "different"),
        (1.0, 1.0, "same"),
        (1.0, 1.0 + 1e-9, "within"),
        (1.0, 1.1, "different"),
        (float("nan"), float("nan"), "same"),
        (float("nan"), 1.0, "different"),
        (float("inf"), float("-inf"), "different"),
    ],
)
def test_metrics(item: Item, a: Any, b: Any, relation: str) -> None:
    one = item(METRIC, metric(a), metric(b))
    assert one.to_original == (Relations(values=relation, metrics=relation),)  # type: ignore[arg-type]
    mirrored = item(METRIC, metric(b), metric(a))
    assert mirrored.to_original == one.to_original


def test_metrics_of_one_side_only(item: Item) -> None:
    assert item(METRIC, metric(1.0), {}).to_original[0].values == "different"
    assert item(METRIC, {}, metric(1.0)).original.state == "absent"
    lost: Fact[Any] = unknown("the file is broken")
    assert item(METRIC, {"metrics": lost}, metric(1.0)).to_original[0].values == "unknown"


@pytest.mark.parametrize("match", ["m.json#/a", "/a", "m.json", "*"])
def test_a_rule_reaches_a_metric_and_the_number_in_its_file(item: Item, match: str) -> None:
    policy = Policy(tolerances=(Rule(match=match, absolute=1.0),))
    runs = [{**metric(v), "outputs": {"m.json": f'{{"a": {v}}}'}} for v in (1.0, 1.5)]
    for name in (METRIC, "m.json"):
        one = item(name, *runs, policy=policy)
        assert one.to_original[0].values == "within"
        assert one.tolerance is not None
        assert one.tolerance.source == f"policy: {match}"


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (Exit(status="failed", code=1), Exit(status="failed", code=1), "same"),
        (Exit(status="failed", code=1), Exit(status="failed", code=2), "different"),
        (
            Exit(status="killed", code=137, signal="SIGKILL"),
            Exit(status="failed", code=137),
            "different",
        ),
        (Exit(status="failed", code=None), Exit(status="failed", code=1), "unknown"),
    ],
)
def test_the_exit_status_by_code_and_signal(item: Item, a: Exit, b: Exit, relation: str) -> None:
    one = item("exit-status", {"exit": a}, {"exit": b}, {"exit": b})
    assert [pair.values for pair in one.to_original] == [relation] * 2


def test_no_replay_leaves_every_item_without_relations(item: Item) -> None:
    one = item("a.json", outputs(a_json="[1]"))
    assert one.to_original == ()
    assert one.to_first == ()


def test_a_first_replay_that_was_lost_hides_no_disagreement(item: Item) -> None:
    lost = {"outputs": {"a.json": File(path="a.json", digest=None, size=None)}}
    one = item("a.json", outputs(a_json="[1]"), lost, outputs(a_json="[2]"), outputs(a_json="[3]"))
    assert [pair.bytes for pair in one.to_first] == ["unknown", "different"]


def test_a_metric_whose_replays_agree_only_with_the_one_between_them(item: Item) -> None:
    close = 1e-7
    values = (0.0, close, -close)
    replays = [{"metrics": {"m.json#/a": value}} for value in values]
    one = item("m.json#/a", {"metrics": {"m.json#/a": 1.0}}, *replays)
    assert sorted(str(pair.values) for pair in one.to_first) == ["different", "within"]


def test_an_extra_file_that_was_not_read_stays_open(item: Item) -> None:
    lost = File(path="a.json", digest=None, size=None)
    one = item("a.json", outputs(a_json="[1]"), {"outputs": {"a.json": lost}})
    assert one.replays[0].reason == "its digest was not recorded"
