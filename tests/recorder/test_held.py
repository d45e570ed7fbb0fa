"""What the keeper does for a replay that is held: answers look-ups, ends what prints too much."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.recorder.keep import memory, pulse, resolver, streams
from auditor.recorder.keep.memory import oom_kills
from auditor.recorder.keep.pulse import Pulse
from auditor.recorder.keep.resolver import Resolver, question
from auditor.recorder.keep.streams import Stream

if TYPE_CHECKING:
    from conftest import Bench


def query(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes([len(part)]) + part for part in name.encode().split(b"."))
    return b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + labels + b"\0" + kind.to_bytes(2, "big") + b"\0\1"


def test_the_question_of_a_query() -> None:
    assert question(query("Data.Example.org")) == ("data.example.org", 1)
    assert question(query("data.example.org", 28)) == ("data.example.org", 28)
    assert question(query("münchen.de")) == ("m\\xc3\\xbcnchen.de", 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        query("a")[:11],
        query("a").replace(b"\0\1\0\0\0\0", b"\0\2\0\0\0\0", 1),
        query("a")[:-4],
        query("abc")[:14],
        query("a")[:12] + b"\0\0\1",
        query("a")[:12] + b"\xc0\x0c\0\1",
        query("a")[:12] + bytes([64]) + b"x" * 70 + b"\0\0\1",
    ],
)
def test_what_is_no_query_has_none(data: bytes) -> None:
    assert question(data) is None


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    monkeypatch.setattr(resolver, "_PLACE", ("127.0.0.1", 0))
    monkeypatch.setattr(resolver, "_MOST", 3)
    found = Resolver()
    found.listen()
    return found


def test_every_look_up_fails_and_is_counted(answering: Resolver) -> None:
    place = answering._socket.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        for name, kind in (("a.org", 1), ("a.org", 28), ("a.org", 1), ("b.org", 1)):
            client.sendto(query(name, kind), place)
            answer = client.recv(512)
            assert answer[:4] == b"\x12\x34\x81\x82"  # a response: SERVFAIL
            assert answer[12:] == query(name, kind)[12:]
        client.sendto(b"\0" * 5, place)
        for name in ("1.0.0.127.in-addr.arpa", os.uname().nodename, "c.org", "d.org"):
            client.sendto(query(name), place)
            client.recv(512)
    assert answering.counts() == [["a.org", 2], ["b.org", 1]]  # c.org is one too many


def test_where_the_port_is_taken_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(resolver, "_PLACE", taken.getsockname())
        found = Resolver()
        found.listen()
        assert not found.is_alive()
        assert found.counts() == []


def test_no_more_is_copied_than_may_be_printed(tmp_path: Path) -> None:
    passed = threading.Event()
    stream = Stream(str(tmp_path / "stdout"), 1000)
    stream.copy_to(-1, passed.set)
    os.write(stream.sink, b"x" * 1000)
    assert not passed.wait(0.2)
    os.write(stream.sink, b"y")
    assert passed.wait(5)
    (note,) = stream.finish()
    assert note == "stdout is not whole: it was more than a replay may print"
    assert (tmp_path / "stdout").read_bytes() == b"x" * 1000 + b"y"
    with pytest.raises(BrokenPipeError):
        os.write(stream.sink, b"z")
    os.close(stream.sink)


def test_who_talks_on_after_the_end_is_left_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_LONGEST", 0.3)
    stream = Stream(str(tmp_path / "stdout"))
    stream.copy_to(-1)
    stopped = threading.Event()

    def talk() -> None:
        while not stopped.wait(0.05):
            os.write(stream.sink, b".")

    talker = threading.Thread(target=talk)
    talker.start()
    started = time.monotonic()
    (note,) = stream.finish()
    assert "outlived the command" in note
    assert time.monotonic() - started < 2
    stopped.set()
    talker.join()
    os.close(stream.sink)


def test_a_run_that_prints_too_much_is_killed(bench: Bench) -> None:
    endless = "import os\nwhile True: os.write(1, bytes(4096))"
    run = bench.python(endless, log=100_000)
    assert run.status == 137
    assert 100_000 < (run.folder / "stdout").stat().st_size <= 100_000 + 65536
    assert run.document("exit.json")["signal"] == "SIGKILL"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("low 0\nhigh 0\noom 4\noom_kill 3\noom_group_kill 0\n", 3),
        ("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", 2),
        ("no such thing at all\n", 0),
        ("oom_kill many\n", 0),
        ("", 0),
    ],
)
def test_what_the_kernel_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, count: int
) -> None:
    place = tmp_path / "events"
    place.write_text(text)
    monkeypatch.setattr(memory, "_PLACES", (str(tmp_path / "nowhere"), str(place)))
    assert oom_kills() == count


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "_STEP", 0.02)
    monkeypatch.setattr(pulse, "_PATIENCE", 0.3)


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_a_pulse_that_stops_ends_the_run(tmp_path: Path) -> None:
    place = tmp_path / "pulse"
    place.touch()
    lost = threading.Event()
    Pulse(str(place), lost.set).start()
    for _ in range(10):
        time.sleep(0.1)
        os.utime(place)
        assert not lost.is_set()
    assert lost.wait(5)


@pytest.mark.usefixtures("quick")
def test_where_there_never_was_a_pulse_none_is_missed(tmp_path: Path) -> None:
    lost = threading.Event()
    Pulse(str(tmp_path / "nowhere"), lost.set).start()
    assert not lost.wait(0.6)


def test_what_the_keeper_writes_of_it(bench: Bench) -> None:
    run = bench.python("print(1)", offline=False, pulse=str(bench.project / "pulse"))
    record: dict[str, Any] = json.loads((run.folder / "exit.json").read_text())
    assert record["lookups"] == []
    assert record["oom_kills"] == 0


@pytest.mark.slow
def test_a_tree_deeper_than_the_stack_is_seen(bench: Bench) -> None:
    run = bench.python("import os\nfor _ in range(1200): os.mkdir('d'); os.chdir('d')\n")
    subprocess.run(["rm", "-rf", bench.project / "d"], check=True)  # pytest itself could not
    assert run.status == 0
    assert len(run.document("tree.json")["directories"]) == 1200
