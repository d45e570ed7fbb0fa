"""The keeper beside real commands: status, streams, signals, and what survives what."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.slow

READY = "import sys, time; print('ready', flush=True); time.sleep(30)"


def wait_for(path: Path) -> None:
    for _ in range(1000):
        if path.exists():
            return
        time.sleep(0.02)
    pytest.fail(f"{path} did not appear")


@pytest.mark.parametrize("status", [0, 1, 3, 255])
def test_the_status_is_passed_on(bench: Bench, status: int) -> None:
    run = bench.python(f"import sys; sys.exit({status})")
    assert run.status == status
    assert run.document("exit.json")["code"] == status


def test_streams_go_both_ways(bench: Bench) -> None:
    run = bench.python("import sys; print('out'); sys.stderr.write('err\\n')")
    assert (run.stdout, run.stderr) == (b"out\n", b"err\n")
    assert (run.folder / "stdout").read_bytes() == b"out\n"
    assert (run.folder / "stderr").read_bytes() == b"err\n"


@pytest.mark.parametrize(("argv", "status"), [(["./nothing"], 127), (["./data.txt"], 126)])
def test_what_cannot_be_started(bench: Bench, argv: list[str], status: int) -> None:
    bench.write("data.txt", "1")
    run = bench.run(argv)
    record = run.document("exit.json")
    assert (run.status, record["code"]) == (status, status)
    assert argv[0] in record["error"]
    assert run.document("start.json")["pid"] is None


def test_wrong_usage_is_refused() -> None:
    keeper = Path(__file__).parents[2] / "auditor" / "recorder" / "keeper.py"
    run = subprocess.run([sys.executable, "-I", keeper, "x"], capture_output=True, check=False)
    assert run.returncode == 2
    assert b"usage" in run.stderr


def test_a_killed_command(bench: Bench) -> None:
    run = bench.python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    record = run.document("exit.json")
    assert (run.status, record["signal"], record["interrupted"]) == (137, "SIGKILL", False)
    assert run.of("end") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_sent_to_the_keeper_is_passed_on(bench: Bench, number: signal.Signals) -> None:
    folder = bench.request()
    process = bench.start(folder, [sys.executable, "-c", READY])
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    process.communicate(timeout=30)
    record = json.loads((folder / "exit.json").read_bytes())
    assert record["interrupted"]
    assert process.returncode == 128 + number
    assert record["signal"] == number.name


def test_ctrl_c_ends_a_numeric_program_as_it_would_alone(bench: Bench) -> None:
    folder = bench.request()
    process = bench.start(folder, [sys.executable, "-c", "import numpy\n" + READY])
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


def test_a_graceful_program_ends_as_it_likes(bench: Bench) -> None:
    folder = bench.request()
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n"
        "print('ready', flush=True)\n"
        "time.sleep(30)\n"
    )
    process = bench.start(folder, [sys.executable, "-c", script])
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    record = json.loads((folder / "exit.json").read_bytes())
    assert (process.returncode, record["signal"], record["interrupted"]) == (5, None, True)


def test_ctrl_c_in_a_terminal_reaches_the_command_once(bench: Bench) -> None:
    folder = bench.request()
    script = (
        "import signal, time\n"
        "count = []\n"
        "signal.signal(signal.SIGINT, lambda *_: count.append(1))\n"
        "open('ready', 'w').close()\n"
        "end = time.monotonic() + 1.5\n"
        "while time.monotonic() < end: time.sleep(0.05)\n"
        "open('count', 'w').write(str(len(count)))\n"
    )
    controller, terminal = os.openpty()
    process = bench.start(
        folder,
        [sys.executable, "-c", script],
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, 0x540E, 0),
    )
    wait_for(bench.project / "ready")
    os.write(controller, b"\x03")
    process.wait(timeout=30)
    os.close(controller)
    os.close(terminal)
    if process.stderr is not None:
        process.stderr.close()
    assert (bench.project / "count").read_text() == "1"
    record = json.loads((folder / "exit.json").read_bytes())
    assert record["interrupted"]
    assert json.loads((folder / "start.json").read_bytes())["stdin"] == "terminal"


def test_it_outlives_its_parent(bench: Bench) -> None:
    folder = bench.request()
    script = "import time; print('ready', flush=True); time.sleep(1); print('done', flush=True)"
    argv = bench.keeper(folder, [sys.executable, "-c", script])
    starter = f"import subprocess; subprocess.Popen({argv!r}).wait()"
    parent = subprocess.Popen(
        [sys.executable, "-c", starter], stdout=subprocess.PIPE, start_new_session=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(folder / "exit.json")
    assert json.loads((folder / "exit.json").read_bytes())["code"] == 0
    assert (folder / "stdout").read_bytes() == b"ready\ndone\n"


def test_a_reader_that_goes_away_does_not_end_the_run(bench: Bench) -> None:
    folder = bench.request()
    script = "for n in range(20000): print(n)"
    process = bench.start(folder, [sys.executable, "-c", script])
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=30)
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.returncode == 0
    assert len((folder / "stdout").read_bytes().splitlines()) == 20000


def test_a_process_that_holds_the_output_is_left_behind(bench: Bench) -> None:
    begin = time.monotonic()
    run = bench.python("import subprocess; subprocess.Popen(['sleep', '20'])")
    assert time.monotonic() - begin < 15
    assert run.status == 0
    assert "stdout was still open" in " ".join(run.document("exit.json")["blind"])


def test_the_command_has_no_other_children_and_no_signal_blocked(bench: Bench) -> None:
    run = bench.python(
        """
        import os, signal
        print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.getsignal(signal.SIGTERM))
        try: os.wait()
        except ChildProcessError: print("childless")
        """
    )
    assert run.stdout == b"set() 0\nchildless\n"


def test_files_that_other_programs_write_are_found(bench: Bench) -> None:
    bench.write("old.txt", "old")
    bench.write("venv/pyvenv.cfg", "")
    run = bench.run(
        ["bash", "-c", "mkdir -p a/b; echo 1 > a/b/c; echo 2 >> old.txt; echo 3 > venv/x"]
    )
    tree = run.document("tree.json")
    assert tree["changed"] == ["a/b/c", "old.txt"]
    assert tree["directories"] == ["a", "a/b"]
    assert {row["path"].rpartition("/")[2] for row in run.digests if row["when"] == "end"} == {
        "c",
        "old.txt",
    }
    assert run.of("start") == []


def test_what_was_declared_is_hashed(bench: Bench) -> None:
    bench.write("data/a", "a")
    bench.write("data/b", "b")
    bench.write("model", "m")
    run = bench.run(["true"], inputs=["data", "gone"], outputs=["model"])
    seen = {Path(row["path"]).name: (row["when"], bool(row["digest"])) for row in run.digests}
    assert seen["a"] == ("first", True) or seen["a"] == ("end", True)
    assert seen["model"] == ("end", True)
    assert seen["gone"][1] is False


def test_a_write_outside_the_project_is_noted(bench: Bench) -> None:
    outside = bench.place / "elsewhere.txt"
    run = bench.python(
        f"""
        import tempfile
        open({str(outside)!r}, "w").close()
        with tempfile.NamedTemporaryFile() as file: file.write(b"x")
        """
    )
    tree = run.document("tree.json")
    assert tree["elsewhere"] == [str(outside)]
    assert tree["gone"] >= 1


def test_the_record_of_the_end(bench: Bench) -> None:
    run = bench.python("x = bytearray(50_000_000)")
    record = run.document("exit.json")
    assert record["usage"]["peak_memory"] > 50_000_000
    assert record["started"] < record["finished"]
    assert record["started"].endswith("Z")
    assert 0 < record["duration"] < 30
    assert run.document("start.json")["stdin"] == "null"


def test_an_interpreter_that_ignores_the_recorder(bench: Bench) -> None:
    bench.write("run.py", "print(1)")
    run = bench.run([sys.executable, "-I", "run.py"])
    assert run.stdout == b"1\n"
    assert run.of("start") == []


def test_the_inventory_of_the_observed_interpreter(bench: Bench) -> None:
    run = bench.python("pass")
    inventory = run.document("inventory-1.json")
    names = {row["name"] for row in inventory["distributions"]}
    assert {"numpy", "pip", "setuptools"} <= names
    assert inventory["executable"] == sys.executable
