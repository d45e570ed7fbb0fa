"""The keeper's parts in this process, and the whole of it with its signals restored."""

from __future__ import annotations

import errno
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from auditor import recorder
from auditor.recorder.keep import digests as hashing
from auditor.recorder.keep import listings, signals, streams, system, tree, watch
from auditor.recorder.keep import main as keeper
from auditor.recorder.keep.inventories import Inventories
from auditor.recorder.keep.launch import StartError, environment
from auditor.recorder.keep.records import request_of, write

if TYPE_CHECKING:
    from conftest import Bench

FOLDER = Path(recorder.__file__ or "").parent


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    monkeypatch.chdir(Path.cwd())
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def test_a_whole_run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    bench.write("in.txt", "1")
    bench.write("run.py", "print(open('in.txt').read()); open('out.txt', 'w').write('2')")
    folder = bench.request(inputs=["in.txt"], outputs=["out.txt"])
    assert keeper.main([str(folder), "--", sys.executable, "run.py"]) == 0
    assert capfd.readouterr().out == "1\n"
    assert json.loads((folder / "exit.json").read_bytes())["code"] == 0
    assert json.loads((folder / "tree.json").read_bytes())["changed"] == ["out.txt"]
    assert len(json.loads((folder / "inventory-1.json").read_bytes())["distributions"]) > 5


@pytest.mark.parametrize(("command", "status"), [("./absent", 127), (".", 126)])
def test_a_command_that_cannot_be_started(bench: Bench, command: str, status: int) -> None:
    folder = bench.request()
    assert keeper.main([str(folder), "--", command]) == status
    assert json.loads((folder / "exit.json").read_bytes())["error"]


@pytest.mark.parametrize("arguments", [[], ["x"], ["x", "--"], ["x", "y", "z"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert keeper.main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_the_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["keeper.py"])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    with pytest.raises(SystemExit) as exit_:
        runpy.run_path(str(FOLDER / "keeper.py"), run_name="__main__")
    assert exit_.value.code == 2


def test_the_injected_file_loads_the_hook_and_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inject = tmp_path / "inject"
    inject.mkdir()
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "observer").mkdir()
    (tmp_path / "observer" / "hook.py").write_text(
        "import os\ndef install(*arguments): os.environ['INSTALLED'] = repr(arguments)\n"
    )
    text = (FOLDER / "inject" / "sitecustomize.py").read_text()
    place = inject / "sitecustomize.py"
    place.write_text(text)
    code = compile(text, str(FOLDER / "inject" / "sitecustomize.py"), "exec")
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "path", [str(inject), *sys.path])
    monkeypatch.setenv("AUDITOR_OBSERVATION", "/o")
    monkeypatch.setattr(PathFinder, "find_spec", lambda _name: None)
    with pytest.raises(ImportError) as missing:
        exec(code, {"__file__": str(place), "__name__": "sitecustomize"})
    assert missing.value.name == "sitecustomize"
    monkeypatch.undo()
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "path", [str(inject), *sys.path])
    monkeypatch.setenv("AUDITOR_OBSERVATION", "/o")
    follower = tmp_path / "next"
    follower.mkdir()
    (follower / "sitecustomize.py").write_text("NEXT = True\n")
    sys.path.insert(0, str(follower))
    exec(code, {"__file__": str(place), "__name__": "sitecustomize"})
    assert os.environ.pop("INSTALLED") == repr(("/o", str(tmp_path)))
    assert str(inject) not in sys.path
    assert sys.modules["sitecustomize"].NEXT
    del sys.modules["_auditor_recorder"]
    (tmp_path / "observer" / "hook.py").write_text("raise ValueError")
    del sys.modules["_auditor_recorder.observer.hook"]
    exec(code, {"__file__": str(place), "__name__": "sitecustomize"})


def test_records_are_written_whole(tmp_path: Path) -> None:
    write(str(tmp_path), "x.json", {"a": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    (tmp_path / "request.json").write_text('{"root": "/r", "cwd": "/r"}')
    assert request_of(str(tmp_path))["inputs"] == []


def test_the_environment_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/mine")
    assert environment("/o", "/inject")["PYTHONPATH"] == "/inject:/mine"
    monkeypatch.delenv("PYTHONPATH")
    assert environment("/o", "/inject")["PYTHONPATH"] == "/inject"
    assert environment("/o", "/inject")["AUDITOR_OBSERVATION"] == "/o"


def test_what_a_shell_would_say() -> None:
    assert StartError("x", OSError(errno.ENOENT, "No such file")).code == 127
    assert StartError("x", OSError(errno.ENOEXEC, "Exec format error")).code == 126


def test_a_stream_whose_file_and_reader_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _data: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(streams, "_write", full)
    stream = streams.Stream(str(tmp_path / "stdout"))
    stream.copy_to(1)
    os.write(stream.sink, b"x")
    os.write(stream.sink, b"y")
    os.close(stream.sink)
    assert stream.finish() == ["stdout is not whole: No space left on device"]


def test_a_stream_that_stays_open(tmp_path: Path) -> None:
    stream = streams.Stream(str(tmp_path / "stderr"))
    stream.copy_to(-1)
    os.write(stream.sink, b"x")
    (note,) = stream.finish()
    assert "still open" in note
    os.close(stream.sink)
    assert (tmp_path / "stderr").read_bytes() == b"x"


def test_signals_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"])
    signals.block()
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    ending = signals.attend(child.pid)
    child.returncode = 0
    assert (ending.code, ending.record()["signal"]) == (143, "SIGTERM")
    assert ending.record()["interrupted"]
    monkeypatch.setattr(signal, "getsignal", lambda _number: signal.SIG_IGN)
    assert signals.watched() == []


def test_a_signal_without_a_name() -> None:
    usage = SimpleNamespace(ru_utime=0.0, ru_stime=0.0, ru_maxrss=1)
    record = signals.Ending(40, usage, interrupted=False).record()
    assert (record["signal"], record["code"]) == ("SIG40", 168)
    assert record["usage"]["peak_memory"] == 1024


def test_a_tail_waits_for_the_end_of_a_line(tmp_path: Path) -> None:
    tail = watch.Tail(str(tmp_path))
    path = tmp_path / "1.jsonl"
    path.write_bytes(b'{"event": "a"}\n[1]\nnot json\n{"eve')
    (tmp_path / "folder").mkdir()
    assert list(tail.poll()) == [{"event": "a"}]
    with path.open("ab") as file:
        file.write(b'nt": "b"}\n')
    assert list(tail.poll()) == [{"event": "b"}]
    assert list(tail.poll()) == []


def test_what_cannot_be_followed_is_counted(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    digests = hashing.Digests(str(tmp_path / "digests.jsonl"))
    seen = listings.Listings(str(tmp_path), {}, 0)
    follower = watch.Watch(str(tmp_path), str(FOLDER), str(tmp_path), digests, seen)
    (tmp_path / "events" / "1.jsonl").write_bytes(
        b'{"event": "read"}\n{"event": "rename", "to": ""}\n{"event": "rename", "to": "/y"}\n'
        b'{"event": "digest", "path": "/absent", "stat": [1]}\n{"event": "write", "path": "/x"}\n'
    )
    follower.start()
    time.sleep(0.1)
    assert follower.finish() == ["1 events could not be followed"]
    assert list(follower.written) == ["/y", "/x"]
    lost = watch.Watch(str(tmp_path / "absent"), str(FOLDER), "/", digests, seen)
    lost._poll()
    assert lost._failures == 1


def rows(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in place.read_bytes().splitlines()]


def test_digests_first_and_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("same", "changed", "early", "old"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(hashing, "_RACY", -(10**12))
    digests = hashing.Digests(str(tmp_path / "digests.jsonl"))
    digests.start()
    digests.first(str(tmp_path / "same"), None, "argv")
    digests.first(str(tmp_path / "same"), None, "hook")
    digests.first(str(tmp_path / "changed"), None, "hook")
    digests.first(str(tmp_path / "early"), [0, 0, 0, 0, 0], "hook")
    digests.first(str(tmp_path / "absent"), None, "declared")
    digests.finish()
    digests.known(str(tmp_path / "old"), {"stat": [1]})
    (tmp_path / "changed").write_text("other")
    digests.at_end([str(tmp_path / "out"), str(tmp_path)])
    found = rows(tmp_path / "digests.jsonl")
    first = {Path(row["path"]).name: row for row in found if row["when"] == "first"}
    assert first["same"]["digest"]
    assert first["early"]["reason"] == "changed before it could be hashed"
    assert "No such file" in first["absent"]["reason"]
    ends = {Path(row["path"]).name for row in found if row["when"] == "end"}
    assert ends == {"out", tmp_path.name, "changed", "absent", "old"}


def test_a_full_disk_is_said() -> None:
    digests = hashing.Digests("/dev/full")
    digests.start()
    digests.first("/absent", None, "hook")
    digests.finish()
    digests.at_end(["/absent"])
    assert digests.notes() == ["2 digest(s) could not be written down"]


def test_a_line_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    place = tmp_path / "digests.jsonl"
    place.write_bytes(b'{"when": "fir')
    digests = hashing.Digests(str(place))
    digests.start()
    digests.first(str(tmp_path / "lost"), None, "hook")
    digests.first(str(tmp_path / "found"), None, "hook")
    digests.finish()
    assert [path for path, _record in digests._first()] == [str(tmp_path / "found")]


def test_a_file_that_changes_while_it_is_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_text("x")
    monkeypatch.setattr(hashing.content, "digest", lambda _path: {"digest": None})
    assert hashing._hashed(str(tmp_path / "x"), None)["reason"] == "changed while it was hashed"


def test_priority_is_lowered_only_where_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused)
    digests = hashing.Digests(str(tmp_path / "digests.jsonl"))
    digests.start()
    digests.finish()
    assert rows(tmp_path / "digests.jsonl") == []


def test_snapshots_leave_out_what_is_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".git/x", "__pycache__/x", "env/pyvenv.cfg", "store/x", "kept/x", "kept/gone"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    before = tree.snapshot(str(tmp_path), [str(tmp_path / "store")])
    assert before is not None
    apart = {".git", "__pycache__", "env", "store"}
    assert set(before) == {"kept", "kept/x", "kept/gone", *apart}
    (tmp_path / "kept" / "x").write_text("22")
    (tmp_path / "kept" / "gone").unlink()
    (tmp_path / "made" / "__pycache__").mkdir(parents=True)
    after = tree.snapshot(str(tmp_path), [str(tmp_path / "store")])
    assert tree.changes(before, after) == {
        "changed": ["kept/x"],
        "created": [],
        "directories": ["made"],
        "removed": ["kept/gone"],
        "complete": True,
    }
    monkeypatch.setattr(tree, "MOST", 1)
    assert tree.snapshot(str(tmp_path), []) is None
    assert not tree.changes(before, None)["complete"]
    assert len(tree.files_below(str(tmp_path))) < 6
    assert tree.snapshot(str(tmp_path / "absent"), []) == {}


def test_zone_and_libc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Europe/Paris")
    assert system.zone() == ("Europe/Paris", "TZ")
    monkeypatch.delenv("TZ")
    monkeypatch.setattr(os.path, "realpath", lambda _path: "/usr/share/zoneinfo/Asia/Tokyo")
    assert system.zone() == ("Asia/Tokyo", "/etc/localtime")
    monkeypatch.setattr(os.path, "realpath", lambda _path: "/etc/localtime")
    zone = tmp_path / "timezone"
    zone.write_text("Africa/Cairo\n")
    real = open

    def opened(path: str, **options: Any) -> Any:
        if path == "/etc/timezone":
            return real(zone, **options)
        raise FileNotFoundError(path)

    monkeypatch.setattr(system, "open", opened, raising=False)
    assert system.zone() == ("Africa/Cairo", "/etc/timezone")
    zone.unlink()
    monkeypatch.setattr(os.path, "exists", lambda _path: False)
    assert system.zone() == ("UTC", "no /etc/localtime")
    assert system._distribution() == ""

    def unknown(_name: str) -> str:
        raise ValueError

    monkeypatch.setattr(os, "confstr", unknown)
    assert system.libc() in {"", "musl"}


def test_interpreters_that_do_not_answer(tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nsleep 20\n")
    slow.chmod(0o755)
    asked = Inventories(str(tmp_path), str(FOLDER), patience=0.05)
    asked.of(str(slow), "/p", [])
    asked.of(str(slow), "/p", [])
    asked.of("/absent/python", "/p", [])
    asked.of("", "", [])
    assert asked.finish() == [
        f"{slow} took too long to list what it has installed",
        "/absent/python could not be asked what it has installed",
    ]
