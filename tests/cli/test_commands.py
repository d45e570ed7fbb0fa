from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import COMMANDS, group
from auditor.errors import InputError
from auditor.model.digest import hex_of
from auditor.pipeline import doctor
from auditor.pipeline.gc import Collected
from auditor.pipeline.refs import Original
from auditor.pipeline.sequence import Times
from auditor.store import Store
from tests.cli.conftest import Auditor

Capture = pytest.CaptureFixture[str]


def test_every_command_has_help(auditor: Auditor, capsys: Capture) -> None:
    for name in COMMANDS:
        assert auditor(name, "--help") == 0
        told = capsys.readouterr().out
        assert told.startswith(f"Usage: auditor {name}")
        assert all(len(line) <= 80 for line in told.splitlines())


def test_an_unknown_command_is_wrong_usage(auditor: Auditor, capsys: Capture) -> None:
    assert auditor("frobnicate") == 2
    assert "frobnicate" in capsys.readouterr().err
    assert group.get_command(group.make_context("auditor", ["list"]), "none") is None


def test_list_names_each_run(auditor: Auditor, original: Original, capsys: Capture) -> None:
    assert auditor("list") == 0
    line = capsys.readouterr().out
    assert hex_of(original.id)[:12] in line
    assert "first" in line
    assert "train.py" in line


def test_list_as_json(auditor: Auditor, original: Original, capsys: Capture) -> None:
    assert auditor("list", "--json") == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry.keys() == {"id", "name", "command", "status", "started"}
    assert entry["id"] == original.id


def test_list_says_what_cannot_be_read(auditor: Auditor, store: Store, capsys: Capture) -> None:
    store.fingerprints.place(store.fingerprints.ids()[0]).write_bytes(b"{")
    assert auditor("list") == 0
    assert "not readable" in capsys.readouterr().out


def test_an_empty_list_says_how_to_begin(
    auditor: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert auditor("list") == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "auditor run" in told.err


def test_show_tells_the_whole_fingerprint(auditor: Auditor, capsys: Capture) -> None:
    assert auditor("show", "first") == 0
    told = capsys.readouterr().out
    assert "/loss  0.0  float  metrics.json" in told
    for words in ("recipe", "outcome", "record", "train.py", "data.csv", "/score/mean", "unknown:"):
        assert words in told


def test_show_as_json_is_the_document(
    auditor: Auditor, original: Original, store: Store, capsys: Capture
) -> None:
    assert auditor("show", "latest", "--json") == 0
    stored = store.fingerprints.place(original.id).read_text("utf-8")
    assert capsys.readouterr().out == stored + "\n"


def test_compare_and_then_show_and_report_the_audit(
    auditor: Auditor, project: Path, capsys: Capture
) -> None:
    assert auditor("compare", "latest", "first", "--report", "report.html", "--json") == 0
    audit = json.loads(capsys.readouterr().out)
    assert audit["verdict"] == "identical"
    assert (project / "report.html").exists()
    digits = hex_of(audit["id"])
    assert auditor("show", digits[:12]) == 0
    assert "verdict: identical" in capsys.readouterr().out
    assert auditor("report", "latest", "-o", "audit.json", "-o", "again.html") == 0
    assert capsys.readouterr().out.split() == ["audit.json", "again.html"]
    assert json.loads((project / "audit.json").read_bytes()) == audit
    assert (project / "again.html").read_bytes() == (project / "report.html").read_bytes()
    assert auditor("report", "audit.json", "-o", "third.html", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"paths": ["third.html"]}


def test_compare_in_words(auditor: Auditor, capsys: Capture) -> None:
    assert auditor("compare", "latest", "first") == 0
    told = capsys.readouterr().out
    assert told.startswith("verdict: identical\n")
    assert "audit: " in told


def test_a_report_without_a_format_is_refused(auditor: Auditor, capsys: Capture) -> None:
    assert auditor("compare", "latest", "first", "--report", "report.docx") == 2
    assert ".html" in capsys.readouterr().err


def test_pack_and_unpack(auditor: Auditor, original: Original, capsys: Capture) -> None:
    assert auditor("pack", "latest", "-o", "run.zip") == 0
    assert capsys.readouterr().out == "run.zip\n"
    assert auditor("unpack", "run.zip") == 0
    assert capsys.readouterr().out == f"{hex_of(original.id)}\n"
    assert auditor("unpack", "run.zip", "--json") == 0
    assert json.loads(capsys.readouterr().out)["id"] == original.id
    assert auditor("unpack", "train.py") == 2


@pytest.mark.parametrize(
    ("ok", "needed", "status", "word"),
    [(True, True, 0, "ok"), (False, False, 0, "absent"), (False, True, 74, "MISSING")],
)
def test_doctor(  # noqa: PLR0913, PLR0917 - a table of cases
    ok: bool,  # noqa: FBT001
    needed: bool,  # noqa: FBT001
    status: int,
    word: str,
    auditor: Auditor,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    check = doctor.Check(name="it", ok=ok, needed=needed, detail="seen", mend="do this")
    monkeypatch.setattr(doctor, "examine", lambda: (check,))
    assert auditor("doctor") == status
    told = capsys.readouterr().out
    assert told.startswith(word)
    assert "do this" in told
    assert auditor("doctor", "--json") == status
    assert json.loads(capsys.readouterr().out)["checks"][0]["ok"] is ok


def test_gc_says_what_went(
    auditor: Auditor, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    collected = Collected(containers=1, images=2, objects=3, bytes=2**20, engine="no engine")
    monkeypatch.setattr("auditor.pipeline.gc.collect", lambda *_args, **_kwargs: collected)
    assert auditor("gc") == 0
    told = capsys.readouterr()
    assert told.out == "removed 1 containers, 2 images, 3 objects (1.0 MiB)\n"
    assert "no engine" in told.err
    assert auditor("gc", "--json") == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "--param", "novalue", "--", "true"),
        ("replay", "latest", "--map-path", "nowhere"),
        ("run", "--", "no-such-program-anywhere"),
        ("run", "--", "./data.csv"),
        ("fingerprint", "nowhere-at-all"),
        ("fingerprint", "."),
    ],
)
def test_wrong_usage_is_one_line_and_a_hint(
    auditor: Auditor, arguments: tuple[str, ...], capsys: Capture
) -> None:
    assert auditor(*arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 2


def test_fingerprint_lists_and_files(auditor: Auditor, project: Path, capsys: Capture) -> None:
    assert auditor("fingerprint", ".", "--list") == 0
    assert project.name in capsys.readouterr().out
    assert auditor("fingerprint", ".", "--list", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0].keys() == {"source", "name", "status"}
    declared = ("--command", "python train.py", "--output", "result.txt", "--name", "old")
    assert auditor("fingerprint", ".", *declared, "-o", "out.json", "--json") == 0
    filed = json.loads(capsys.readouterr().out)
    assert filed["unknown"]
    assert (project / "out.json").read_bytes() == Path(filed["path"]).read_bytes()


def test_policy_prints_what_is_in_force(auditor: Auditor, project: Path, capsys: Capture) -> None:
    assert auditor("policy") == 0
    told = capsys.readouterr()
    assert told.err == "from: default\n"
    assert told.out.startswith("# sha256:")
    (project / "auditor.toml").write_text("name = 'mine'\n[[margins]]\nmatch='a'\nmargin=1\n")
    assert auditor("policy", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document.keys() == {"digest", "source", "policy"}
    assert document["source"] == "auditor.toml"
    assert document["policy"]["margins"] == [{"match": "a", "margin": 1}]
    assert auditor("policy") == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == f"# {document['digest']}"
    (project / "again.toml").write_text(printed)
    assert auditor("policy", "--policy", "again.toml") == 0
    assert capsys.readouterr().out == printed


def test_a_policy_with_two_faults_has_two_lines(
    auditor: Auditor, project: Path, capsys: Capture
) -> None:
    (project / "auditor.toml").write_text("require = 'x'\nignore = ['']\n")
    for command in (("policy",), ("compare", "latest", "first"), ("replay", "latest")):
        assert auditor(*command) == 2
        told = capsys.readouterr()
        assert told.out == ""
        lines = told.err.splitlines()
        assert lines[0].startswith("auditor: auditor.toml: require: 'x' is none of")
        assert lines[1].startswith("auditor: auditor.toml: ignore[0]: ")
        assert lines[2] == "  hint: auditor policy prints one with every member"


@pytest.mark.parametrize(
    "options",
    [
        ("--times", "often"),
        ("--times", "0"),
        ("--times", "1001"),
        ("--times", "2", "--max-times", "5"),
        ("--budget", "5"),
        ("--times", "auto", "--max-times", "1"),
        ("--times", "auto", "--budget", "0"),
    ],
)
def test_how_often_is_checked_first(
    auditor: Auditor, options: tuple[str, ...], capsys: Capture
) -> None:
    assert auditor("replay", "latest", *options) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "least", "most", "budget"),
    [
        ((), 2, 2, None),
        (("--times", "7"), 7, 7, None),
        (("--times", "auto"), 2, 10, None),
        (("--times", "auto", "--max-times", "5", "--budget", "1.5"), 2, 5, 1.5),
    ],
)
def test_how_often_a_run_is_replayed(
    options: tuple[str, ...],
    least: int,
    most: int,
    budget: float | None,
    auditor: Auditor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def replay(request: Any, *_rest: Any) -> None:
        asked.append(request.times)
        raise InputError("enough")

    monkeypatch.setattr("auditor.pipeline.replay.replay_refs", replay)
    assert auditor("replay", "latest", *options) == 2
    assert asked == [Times(least=least, most=most, budget=budget)]


def test_a_loosened_policy_is_told(auditor: Auditor, project: Path, capsys: Capture) -> None:
    (project / "train.py").write_text("open('result.txt', 'w').write('other')\nprint('done')\n")
    assert auditor("run", "--name", "second", "--", sys.executable, "train.py") == 0
    assert auditor("compare", "first", "second") == 1
    earlier = capsys.readouterr().out.partition("\naudit: ")[2].split()[0]
    (project / "auditor.toml").write_text("ignore = ['*.txt', '*.json', '*#*']\n")
    assert auditor("compare", "first", "second") == 0
    told = capsys.readouterr().out
    assert f"  the policy allows more than in audit {earlier} (diverged, 20" in told
    assert "\n    what matches *.txt no longer counts\n" in told


def test_what_stays_open_is_told_with_its_reason(
    auditor: Auditor, project: Path, capsys: Capture
) -> None:
    for number, name in enumerate(("one", "two")):
        (project / "train.py").write_text(f"open('a.json', 'w').write('[{number}.5]')\n")
        assert auditor("run", "--keep", "0", "--name", name, "--", sys.executable, "train.py") == 0
    assert auditor("compare", "one", "two") == 4
    assert "  undecided: a.json: the bytes differ, and the contents" in capsys.readouterr().out
