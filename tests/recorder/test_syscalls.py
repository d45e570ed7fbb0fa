"""The watch over system calls beside real processes: what it sees, and that nothing ever hangs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.recorder.keep.syscalls.attach import why_not
from auditor.recorder.keep.syscalls.filter import program
from auditor.recorder.keep.syscalls.numbers import machine
from tests.recorder.conftest import Observed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conftest import Bench

pytestmark = pytest.mark.slow


def watched(bench: Bench, argv: Sequence[str], **members: Any) -> Observed:
    return bench.run(argv, trace="syscalls", **members)


def seen(run: Observed) -> list[dict[str, Any]]:
    lines = (run.folder / "events" / "files.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines]


def names(run: Observed, kind: str) -> set[str]:
    below = f"{run.project}/"
    return {
        event["path"].removeprefix(below)
        for event in seen(run)
        if event["event"] == kind and event["path"].startswith(below)
    }


def saved(run: Observed) -> dict[str, str]:
    return {Path(e["path"]).name: e["digest"] for e in seen(run) if e["event"] == "digest"}


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def compiled(bench: Bench, text: str, *options: str) -> str:
    bench.write("child.c", text)
    target = bench.place / "child"
    subprocess.run(["gcc", *options, "-o", target, bench.project / "child.c"], check=True)
    (bench.project / "child.c").unlink()
    return str(target)


def test_it_can_be_had_here() -> None:
    assert why_not() == ""
    known = machine()
    assert known is not None
    assert len(program(known)) % 8 == 0


def test_what_shell_tools_read_write_and_move(bench: Bench) -> None:
    for name in ("a", "b", "c", "d", "e"):
        bench.write(f"{name}.txt", f"{name} before\n")
    run = watched(
        bench,
        [
            "sh",
            "-c",
            """cat a.txt > out.txt; sed -i s/before/after/ b.txt; mv c.txt moved.txt
            cat d.txt; echo new > d.txt; cat e.txt; rm e.txt; mkdir made; ls made""",
        ],
    )
    assert (run.status, run.stderr) == (0, b"")
    assert names(run, "read") >= {"a.txt", "b.txt", "c.txt", "d.txt", "e.txt"}
    assert names(run, "write") >= {"out.txt", "d.txt"}
    assert names(run, "mkdir") == {"made"}
    assert names(run, "list") == {"made"}
    before = {f"{name}.txt": digest(f"{name} before\n".encode()) for name in "bcde"}
    assert {name: saved(run).get(name) for name in before} == before
    assert not names(run, "read") & {"out.txt", "moved.txt"}


@pytest.mark.parametrize("options", [(), ("-static",)])
def test_a_compiled_program_that_overwrites_its_input(
    bench: Bench, options: tuple[str, ...]
) -> None:
    child = compiled(
        bench,
        """
        #include <fcntl.h>
        #include <unistd.h>
        int main(void) {
            char text[8];
            int in = open("data.bin", O_RDONLY);
            if (read(in, text, 4) != 4) return 1;
            int out = open("data.bin", O_RDWR | O_TRUNC);
            if (write(out, "new", 3) != 3) return 2;
            return truncate("cut.bin", 1);
        }
        """,
        *options,
    )
    bench.write("data.bin", b"old!")
    bench.write("cut.bin", b"long")
    run = watched(bench, [child])
    assert run.status == 0
    assert saved(run) == {"data.bin": digest(b"old!"), "cut.bin": digest(b"long")}


def test_threads_that_open_files_at_once(bench: Bench) -> None:
    for number in range(200):
        bench.write(f"data/{number}", str(number))
    run = bench.python(
        """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(8) as pool:
            print(sum(pool.map(lambda n: int(open(f"data/{n}").read()), range(200))))
        """,
        trace="syscalls",
    )
    assert run.stdout == b"19900\n"
    assert {f"data/{number}" for number in range(200)} <= names(run, "read")


def test_many_short_processes(bench: Bench) -> None:
    for number in range(100):
        bench.write(f"data/{number}", "x")
    loop = "for n in $(seq 0 99); do cat data/$n & done; wait"
    run = watched(bench, ["sh", "-c", loop])
    assert run.stdout == b"x" * 100
    assert {f"data/{number}" for number in range(100)} <= names(run, "read")


def test_a_python_that_leaves_the_hook_out(bench: Bench) -> None:
    bench.write("data.csv", "1\n")
    text = "print(open('data.csv').read()); open('out.csv', 'w')"
    run = watched(bench, [sys.executable, "-I", "-S", "-c", text])
    assert "data.csv" in names(run, "read")
    assert "out.csv" in names(run, "write")


def test_native_code_in_a_python_process(bench: Bench) -> None:
    bench.write("data.bin", "1")
    text = """
        import ctypes
        libc = ctypes.CDLL(None)
        assert libc.open(b"data.bin", 0) > 0
    """
    run = bench.python(text, trace="syscalls")
    assert run.status == 0, run.stderr
    assert "data.bin" in names(run, "read")
    hook = bench.python(text, trace="python")
    assert "data.bin" not in hook.paths("read")


def test_of_the_interpreter_nothing_is_an_input(bench: Bench) -> None:
    run = bench.python("import json, email.message, ssl, numpy", trace="syscalls")
    assert run.status == 0
    paths = [event["path"] for event in seen(run) if event["event"] == "read"]
    assert paths == [str(bench.project / "run.py")]


def test_hosts_of_programs_that_are_not_python(bench: Bench) -> None:
    child = compiled(
        bench,
        """
        #include <arpa/inet.h>
        #include <sys/socket.h>
        int main(void) {
            struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
            inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
            connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to);
            return 0;
        }
        """,
    )
    run = watched(bench, [child])
    assert [(e["host"], e["port"]) for e in run.of("network")] == [("127.0.0.1", 9)]


def test_inside_another_watch_it_is_said_that_there_is_none(bench: Bench) -> None:
    bench.write("data.txt", "text\n")
    inner = bench.request(trace="syscalls")
    outer = watched(bench, bench.keeper(inner, ["cat", "data.txt"]))
    assert (outer.status, outer.stdout) == (0, b"text\n")
    blind = json.loads((inner / "exit.json").read_bytes())["blind"]
    assert any(text.startswith("system calls were not watched: ") for text in blind)
    assert not (inner / "events" / "files.jsonl").exists()


def keepers(folder: Path) -> list[int]:
    """The keeper and the processes it forked for itself, in the order of their start."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"keeper.py\0" + os.fsencode(folder) in line:
            found.append(int(entry.name))
    return sorted(found)


def wait_for(path: Path) -> None:
    end = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.01)


SLOW = """
touch begun
while [ ! -e go ]; do sleep 0.02; done
cat data.txt > copy.txt && touch ended
"""


@pytest.fixture
def slow(bench: Bench) -> Iterator[tuple[Bench, Path, subprocess.Popen[bytes]]]:
    bench.write("data.txt", "text\n")
    folder = bench.request(trace="syscalls")
    process = bench.start(folder, ["sh", "-c", SLOW])
    wait_for(bench.project / "begun")
    yield bench, folder, process
    (bench.project / "go").touch()
    process.kill()
    process.communicate(timeout=30)


@pytest.mark.parametrize("which", [(1,), (2,), (0,), (0, 2), (1, 0)])
def test_whoever_is_killed_the_run_goes_on(
    slow: tuple[Bench, Path, subprocess.Popen[bytes]], which: tuple[int, ...]
) -> None:
    bench, folder, _process = slow
    all_of_them = keepers(folder)
    assert len(all_of_them) == 3  # the keeper, the stand-in, the tracer
    for number in which:
        os.kill(all_of_them[number], signal.SIGKILL)
        while all_of_them[number] in keepers(folder):  # of one that is dead the words are gone
            time.sleep(0.01)
    (bench.project / "go").touch()
    wait_for(bench.project / "ended")
    assert (bench.project / "copy.txt").read_text() == "text\n"


def test_a_tracer_that_is_killed_while_calls_come_leaves_none_waiting(bench: Bench) -> None:
    bench.write("data.txt", "text\n")
    for number in range(5):
        folder = bench.request(trace="syscalls")
        text = f"for i in range(4000): open('data.txt').close()\nopen('n{number}', 'w')"
        process = bench.start(folder, [sys.executable, "-S", "-c", text])
        wait_for(folder / "events" / "files.jsonl")
        time.sleep(0.01 * number)
        os.kill(keepers(folder)[2], signal.SIGKILL)
        _out, error = process.communicate(timeout=30)
        assert (process.returncode, error) == (0, b"")
        assert (bench.project / f"n{number}").exists()
        exit_record = json.loads((folder / "exit.json").read_bytes())
        assert any("ended too early" in text for text in exit_record["blind"])


def test_what_outlives_the_run_is_answered(bench: Bench) -> None:
    bench.write("data.txt", "text\n")
    run = watched(bench, ["sh", "-c", f"({SLOW}) < /dev/null > /dev/null 2>&1 &"])
    assert run.status == 0
    wait_for(bench.project / "begun")
    assert len(keepers(run.folder)) == 1  # the stand-in
    (bench.project / "go").touch()
    wait_for(bench.project / "ended")
    end = time.monotonic() + 5
    while keepers(run.folder):
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give up its rights")
def test_without_rights_programs_get_no_new_ones(bench: Bench) -> None:
    setpriv = shutil.which("setpriv")
    assert setpriv
    bench.write("data.txt", "text\n")
    folder = bench.request(trace="syscalls")
    argv = [setpriv, "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"]
    argv += bench.keeper(folder, ["sh", "-c", "cat data.txt; grep NoNewPrivs /proc/self/status"])
    found = subprocess.run(argv, capture_output=True, check=True, timeout=30)
    assert found.stdout == b"text\nNoNewPrivs:\t1\n"
    assert "data.txt" in names(Observed(folder, bench.project, 0, b"", b""), "read")
