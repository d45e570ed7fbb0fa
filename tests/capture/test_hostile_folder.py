"""A run may write what it likes into the observation folder: it is read, and never believed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor import capture
from auditor.capture import bounds
from auditor.capture.bounds import Ration, content, names_in
from auditor.model.fact import unknown
from auditor.model.fingerprint import Fingerprint, as_stored, identity
from auditor.model.observation import HostFacts
from auditor.store.objects import Objects

pytestmark = pytest.mark.slow

NOTHING: Any = unknown("the test does not say")
HOST = HostFacts(host=NOTHING, cpu=NOTHING, gpu=NOTHING)
STATE = [1, 2, 3, 4, 5]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an observation as a replay leaves it, with a tree beside it."""
    place = tmp_path / "work" / "observation"
    (place / "events").mkdir(parents=True)
    (place / "contents").mkdir()
    (tmp_path / "work" / "tree").mkdir()
    (tmp_path / "work" / "secret").write_text("of the host")
    request = {"schema": "auditor.observation/1", "root": "/project", "cwd": "/project"}
    (place / "request.json").write_text(json.dumps(request))
    return place


def assembled(folder: Path) -> tuple[Fingerprint, Objects]:
    objects = Objects(folder.parents[1] / "objects")
    seen = capture.read(folder)
    tree = folder.parent / "tree"
    return capture.assemble(seen, HOST, objects, keep=1000, files_at=tree), objects


def kept(objects: Objects) -> set[bytes]:
    return {path.read_bytes() for path in objects.folder.glob("*/*")}


def append(place: Path, *rows: dict[str, Any]) -> None:
    with place.open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


START = {
    "event": "start",
    "time": 1,
    "fork": False,
    "pid": 1,
    "ppid": 0,
    "argv": ["python"],
    "cwd": "/project",
    "interpreter": {
        **dict.fromkeys(("implementation", "version", "build", "executable", "prefix"), "x"),
        **dict.fromkeys(("base_prefix", "tag", "soabi", "platform"), "x"),
        "hash_randomised": False,
    },
    "path": [],
    "locale": {"category": "", "preferred": "", "filesystem": ""},
    "variables": {},
    "withheld": [],
}


@pytest.mark.parametrize(
    "path",
    [
        "/project/../secret",
        "/project/x/../../secret",
        "/project/./../secret",
        "/etc/hostname",
        "/project//etc/hostname",
        "/project/\0",
        "/project/" + "x" * 5000,
        "/project/" + "a/" * 3000 + "b",
    ],
)
def test_no_file_of_this_host_is_read_for_a_name(folder: Path, path: str) -> None:
    (folder.parent / "tree" / "x").mkdir()
    digest = "sha256:" + 64 * "0"
    hashed = {"path": path, "digest": None, "size": 1, "stat": None, "executable": False}
    events = folder / "events" / "1.jsonl"
    append(events, START)
    append(events, {"event": "read", "time": 2, "path": path, "stat": STATE, "seen": "hook"})
    append(events, {"event": "write", "time": 3, "path": path, "existed": False, "inplace": False})
    for when in ("first", "end"):
        append(folder / "digests.jsonl", {**hashed, "when": when, "reason": ""})
        append(folder / "digests.jsonl", {**hashed, "when": when, "reason": "", "digest": digest})
    tree = {"changed": [path, path.removeprefix("/project/")], "complete": True}
    (folder / "tree.json").write_text(json.dumps(tree))
    _fingerprint, objects = assembled(folder)
    assert b"of the host" not in kept(objects)
    assert Path("/etc/hostname").read_bytes() not in kept(objects)


def test_a_digest_is_no_path(folder: Path) -> None:
    digest = "sha256:../../secret"
    (folder / "stdin.json").write_text(
        json.dumps({"kind": "pipe", "digest": digest, "size": 1, "reason": ""})
    )
    row = {"path": "/project/a", "when": "end", "digest": digest, "size": 1, "stat": None}
    append(folder / "digests.jsonl", {**row, "executable": False, "reason": ""})
    (folder / "tree.json").write_text(json.dumps({"changed": ["a"], "complete": True}))
    fingerprint, objects = assembled(folder)
    assert b"of the host" not in kept(objects)
    assert fingerprint.recipe.stdin.value is None


def test_what_is_larger_than_it_says_is_not_kept(folder: Path) -> None:
    (folder.parent / "tree" / "large").write_bytes(b"x" * 5000)
    digest = "sha256:" + 64 * "0"
    row = {"path": "/project/large", "when": "end", "digest": digest, "size": 1, "stat": None}
    append(folder / "digests.jsonl", {**row, "executable": False, "reason": ""})
    (folder / "tree.json").write_text(json.dumps({"changed": ["large"], "complete": True}))
    fingerprint, objects = assembled(folder)
    (file,) = fingerprint.outcome.outputs.value.shown  # type: ignore[union-attr]
    assert not file.kept
    assert b"x" * 5000 not in kept(objects)


def vandals() -> dict[str, Callable[[Path], None]]:
    def pipe(place: Path) -> None:
        os.mkfifo(place)

    def link(place: Path) -> None:
        place.symlink_to("/etc/passwd")

    return {
        "pipe": pipe,
        "link": link,
        "folder": Path.mkdir,
        "deep": lambda place: write(place, "[" * 100_000 + "\n"),
        "digits": lambda place: write(place, '{"code": ' + "9" * 5000 + "}\n"),
        "large-number": lambda place: write(place, json.dumps({"code": 10**4000}) + "\n"),
        "bytes": lambda place: write(place, "\0\xff\ud800\n"),
        "hole": hole,
    }


def write(place: Path, text: str) -> None:
    place.write_bytes(text.encode("utf-8", "surrogatepass"))


def hole(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize("vandal", vandals())
@pytest.mark.parametrize(
    "name",
    [
        *("start.json", "exit.json", "tree.json", "names.json", "stdin.json", "digests.jsonl"),
        *("inventory-1.json", "events/1-2.jsonl"),
    ],
)
def test_whatever_lies_there_is_passed_over(folder: Path, name: str, vandal: str) -> None:
    vandals()[vandal](folder / name)
    fingerprint, objects = assembled(folder)
    assert fingerprint.outcome.exit.value is None
    assert not any(b"root:" in data for data in kept(objects))


@pytest.mark.parametrize("name", ["events", "contents"])
def test_a_folder_that_is_none(folder: Path, name: str) -> None:
    (folder / name).rmdir()
    (folder / name).symlink_to("/etc")
    assembled(folder)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
STARTED = {
    **dict.fromkeys(("started", "stdin", "system", "machine", "distribution"), "x"),
    **dict.fromkeys(("libc", "zone", "zone_source"), "x"),
    "argv": ["python"],
    "pid": 1,
    "variables": {},
    "withheld": [],
}
EXIT = {
    "code": 0,
    "signal": None,
    "interrupted": False,
    "error": "",
    "blind": [],
    "started": "2026-01-01T00:00:00Z",
    "finished": "2026-01-01T00:00:01Z",
    "duration": 1.0,
    "usage": {"user": 1.0, "system": 1.0, "peak_memory": 1},
    "oom_kills": 0,
    "lookups": [["example.org", 1]],
}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    changes=st.dictionaries(st.sampled_from(sorted(EXIT)), VALUES, max_size=3),
    event=st.dictionaries(st.sampled_from(sorted(START)), VALUES, max_size=3),
)
def test_what_is_read_can_be_written_again(
    folder: Path, changes: dict[str, Any], event: dict[str, Any]
) -> None:
    (folder / "exit.json").write_text(json.dumps({**EXIT, **changes}))
    (folder / "events" / "1.jsonl").write_text(json.dumps({**START, **event}) + "\n")
    fingerprint, _objects = assembled(folder)
    assert identity(as_stored(fingerprint)) == identity(fingerprint)


def test_numbers_that_no_machine_has(folder: Path) -> None:
    (folder / "exit.json").write_text(json.dumps({**EXIT, "code": 10**4000}))
    append(folder / "events" / "1.jsonl", {**START, "time": 10**4000, "pid": -(10**4000)})
    fingerprint, _objects = assembled(folder)
    assert identity(as_stored(fingerprint)) == identity(fingerprint)


def test_names_that_were_looked_up_are_attempts_to_reach_a_host(folder: Path) -> None:
    exit_ = {**EXIT, "lookups": [["example.org", 3], ["Data.example.org", 1]]}
    (folder / "exit.json").write_text(json.dumps(exit_))
    found = capture.read(folder).network.value or ()
    assert [(one.host, one.count, one.seen) for one in found] == [
        ("example.org", 3, "resolver"),
        ("Data.example.org", 1, "resolver"),
    ]
    append(folder / "events" / "1.jsonl", START)
    append(
        folder / "events" / "1.jsonl",
        {"event": "network", "time": 2, "host": "Example.org", "port": 443},
    )
    found = capture.read(folder).network.value or ()
    assert [(one.host, one.port, one.seen) for one in found] == [
        ("Example.org", 443, "hook"),
        ("Data.example.org", None, "resolver"),
    ]


@pytest.mark.parametrize(
    ("container", "code", "kills", "status"),
    [
        (True, 1, 1, "out-of-memory"),
        (True, 0, 1, "succeeded"),
        (True, 1, 0, "failed"),
        (False, 1, 1, "failed"),
    ],
)
def test_a_process_that_the_kernel_killed_is_why_a_container_s_run_failed(
    folder: Path,
    container: bool,  # noqa: FBT001
    code: int,
    kills: int,
    status: str,
) -> None:
    (folder / "start.json").write_text(json.dumps({**STARTED, "container": container}))
    (folder / "exit.json").write_text(json.dumps({**EXIT, "code": code, "oom_kills": kills}))
    exit_ = capture.read(folder).exit.value
    assert exit_ is not None
    assert exit_.status == status


def test_so_many_lines_and_no_more(tmp_path: Path) -> None:
    place = tmp_path / "lines"
    place.write_bytes(b"1\n\n22\n333\ntorn")
    ration = Ration()
    assert list(ration.lines(place)) == [b"1", b"22", b"333"]
    assert not ration.spent
    for few in (Ration(lines=2), Ration(size=5)):
        assert list(few.lines(place)) == [b"1"]
        assert few.spent


def test_a_line_that_does_not_end_is_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "_LONGEST", 10)
    (tmp_path / "long").write_bytes(b"1\n" + b"x" * 100 + b"\n2\n")
    ration = Ration()
    assert list(ration.lines(tmp_path / "long")) == [b"1"]
    assert ration.spent


def test_too_large_a_document_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_MOST_DOCUMENT", 10)
    (tmp_path / "document").write_bytes(b"x" * 11)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        content(tmp_path / "document")


def test_so_many_names_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (tmp_path / f"{number}.jsonl").touch()
    assert [path.name for path in names_in(tmp_path, ".jsonl")][:2] == ["0.jsonl", "1.jsonl"]
    monkeypatch.setattr(bounds, "_MOST_NAMES", 3)
    assert len(names_in(tmp_path, ".jsonl")) == 3
    assert names_in(tmp_path / "nowhere", "") == []


def test_it_is_said_that_there_was_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(folder / "events" / "1.jsonl", START, START)
    monkeypatch.setattr("auditor.capture.folder.Ration", lambda: Ration(lines=1))
    coverage = capture.read(folder).coverage.value
    assert coverage is not None
    assert any("more than is read" in blind for blind in coverage.blind)
