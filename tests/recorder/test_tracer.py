"""The tracer beside real processes: what it sees, and that nothing is otherwise than without it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.recorder.keep import follow, launch, used

if TYPE_CHECKING:
    from conftest import Bench, Observed

pytestmark = pytest.mark.slow

BOTH = ("auto", "python")


def called(run: Observed) -> list[str]:
    """The names by which programs were called, in the order of time."""
    return [Path(event["path"]).name for event in run.of("executed")]


def starts(run: Observed) -> dict[str, int]:
    (event,) = run.of("starts")
    return {Path(row[0]).name: row[3] for row in event["starts"]}


def no_numbers(text: bytes) -> bytes:
    return re.sub(rb"\d+", b"", text)  # a shell names processes


def alike(bench: Bench, *argv: str) -> Observed:
    """Run ``argv`` bare, with and without the tracer: status and streams are those of the bare."""
    bare = subprocess.run(
        argv,
        cwd=bench.project,
        capture_output=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    code = bare.returncode if bare.returncode >= 0 else 128 - bare.returncode
    for trace in BOTH:
        run = bench.run(argv, trace=trace)
        assert (run.status, run.stdout) == (code, bare.stdout)
        assert no_numbers(run.stderr) == no_numbers(bare.stderr)
        if trace == "auto":
            traced = run
    return traced


def test_programs_scripts_and_libraries(bench: Bench) -> None:
    bench.write("run.sh", "#!/bin/sh\n./inner.pl\necho x | sort\n").chmod(0o755)
    bench.write("inner.pl", "#!/usr/bin/env perl\nuse List::Util;\n").chmod(0o755)
    run = bench.run(["./run.sh"])
    assert sorted(called(run)) == ["env", "perl", "sh", "sort"]
    scripts = {Path(e["path"]).name: e["script"] for e in run.of("executed")}
    assert scripts["sh"] == str(bench.project / "run.sh")
    assert scripts["env"] == str(bench.project / "inner.pl")
    (shell,) = (event for event in run.of("executed") if event["path"] == "/bin/sh")
    assert shell["real"] == os.path.realpath("/bin/sh")
    record = run.document("programs.json")
    assert {Path(row["path"]).name for row in record["programs"]} == {"env", "perl", "sh", "sort"}
    assert all(row["digest"].startswith("sha256:") for row in record["programs"])
    libraries = {Path(row["file"]).name for row in record["libraries"]}
    assert any(name.startswith("libc") for name in libraries)
    assert "Util.so" in libraries
    hashed = {Path(row["path"]).name for row in run.digests if row["when"] == "first"}
    assert {"run.sh", "inner.pl"} <= hashed


def test_of_a_python_run_its_own_is_left_out(bench: Bench) -> None:
    run = bench.python("import ssl, subprocess; subprocess.run(['true'])")
    record = run.document("programs.json")
    assert [Path(row["path"]).name for row in record["programs"]] == ["true"]
    names = {Path(row["file"]).name for row in record["libraries"]}
    assert any(name.startswith("libssl") for name in names)
    assert not any(name.startswith("_ssl") for name in names)


def test_files_that_a_script_names_are_hashed(bench: Bench) -> None:
    bench.write("pipe.sh", "sort < data.csv > out.csv; rm none\n")
    for name in ("data.csv", "other.csv", ".secret"):
        bench.write(name, name)
    run = bench.run(["sh", "pipe.sh"])
    first = {Path(row["path"]).name: row["seen"] for row in run.digests if row["when"] == "first"}
    assert first == {"pipe.sh": "argv", "data.csv": "argv", "other.csv": "listed"}


def first_seen(run: Observed) -> dict[str, str]:
    return {Path(row["path"]).name: row["seen"] for row in run.digests if row["when"] == "first"}


@pytest.mark.parametrize("folder", [".", "sub"])
def test_make_reads_a_makefile_without_being_told(bench: Bench, folder: str) -> None:
    bench.write(f"{folder}/Makefile", "include more.inc\nall:\n\tsort data.csv\n")
    bench.write(f"{folder}/more.inc", "# nothing\n")
    bench.write(f"{folder}/data.csv", "1\n")
    run = bench.run(["make", "-C", folder])
    assert run.status == 0
    assert first_seen(run)["Makefile"] == first_seen(run)["data.csv"] == "argv"
    assert folder != "." or first_seen(run)["more.inc"] == "argv"


@pytest.mark.parametrize("options", [["-I"], ["-BE"], ["-W", "ignore", "-S"]])
def test_a_python_without_the_hook_is_as_any_program(bench: Bench, options: list[str]) -> None:
    bench.write("read.py", "print(open('data' + '.csv').read(), open('told.csv').read())\n")
    bench.write("data.csv", "1\n")
    bench.write("told.csv", "2\n")
    run = bench.run([sys.executable, *options, "read.py"])
    assert first_seen(run) == {"read.py": "argv", "told.csv": "argv", "data.csv": "listed"}


@pytest.mark.parametrize("options", [[], ["-W", "ignore"], ["-c", "pass", "-I"]])
def test_a_python_with_the_hook_says_itself_what_it_reads(bench: Bench, options: list[str]) -> None:
    bench.write("read.py", "pass  # not data.csv\n")
    bench.write("data.csv", "1\n")
    assert first_seen(bench.run([sys.executable, *options, "read.py"])) == {"read.py": "argv"}


def test_it_is_not_there_unless_asked_for(bench: Bench) -> None:
    run = bench.run(["true"], trace="python")
    assert run.events == []
    assert not (run.folder / "programs.json").exists()


@pytest.mark.parametrize(
    "script",
    [
        "exit 7",
        "kill -TERM $$",
        "kill -KILL $$",
        "/bin/true; /bin/false; echo $?; sh -c 'kill -9 $$'; echo $?",
        "trap 'echo trapped; exit 3' USR1; kill -USR1 $$; sleep 5",
        "sleep 30 & p=$!; kill -STOP $p; kill -CONT $p; kill $p; wait $p; echo $?",
        "(trap '' TERM; kill -TERM $$; echo here) ; echo there",
        "echo a | cat | tr a b; echo end >&2",
        "setsid sh -c 'echo in a session'",
    ],
)
def test_statuses_and_signals(bench: Bench, script: str) -> None:
    alike(bench, "bash", "-c", script)


PROCESSES = """
import concurrent.futures, multiprocessing, os, signal, subprocess, sys, threading
print(subprocess.run(["sh", "-c", "exit 5"]).returncode)
print(subprocess.run(["sh", "-c", "kill -SEGV $$"]).returncode)
pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 9"], {})
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(list(pool.map(lambda n: subprocess.run(["sh", "-c", f"exit {n}"]).returncode, range(24))))
pid = os.fork()
if pid == 0:
    threading.Thread(target=os.execv, args=("/bin/sh", ["sh", "-c", "echo thread; exit 4"])).start()
    signal.pause()
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.01)
signal.pause()
child = subprocess.Popen(["sleep", "30"])
os.kill(child.pid, signal.SIGSTOP)
print(os.WSTOPSIG(os.waitpid(child.pid, os.WUNTRACED)[1]))
os.kill(child.pid, signal.SIGCONT)
print(os.WIFCONTINUED(os.waitpid(child.pid, os.WCONTINUED)[1]))
child.kill()
print(child.wait())
sys.stdout.flush()
"""


def test_threads_that_execute_spawn_and_stop(bench: Bench) -> None:
    bench.write("p.py", PROCESSES)
    run = alike(bench, sys.executable, "p.py")
    assert run.stdout.splitlines()[-1] == b"-9"
    assert starts(run)["sh"] == 28


def test_thousands_of_children_are_counted(bench: Bench) -> None:
    run = bench.run(["sh", "-c", "i=0; while [ $i -lt 1500 ]; do /bin/true; i=$((i+1)); done"])
    assert starts(run) == {"sh": 1, "true": 1500}
    assert run.document("exit.json")["blind"] == []


def tracer_of(process: subprocess.Popen[bytes]) -> int:
    """The process that follows the command that a keeper started."""
    task = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(500):
        for child in task.read_text().split():
            text = Path(f"/proc/{child}/status").read_text()
            tracer = int(re.search(r"TracerPid:\t(\d+)", text)[1])  # type: ignore[index]
            if tracer:
                return tracer
        time.sleep(0.01)
    pytest.fail("nobody follows the command")


SLOW = "echo ready; read line; for i in 1 2 3; do sh -c 'echo child'; done; exit 6"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_tracer_that_is_killed_lets_the_run_go_on(bench: Bench, number: signal.Signals) -> None:
    folder = bench.request()
    process = bench.start(folder, ["sh", "-c", SLOW], stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    os.kill(tracer_of(process), number)
    time.sleep(0.1)
    out, _err = process.communicate(b"go\n", timeout=30)
    assert (out, process.returncode) == (b"child\n" * 3, 6)
    blind = json.loads((folder / "exit.json").read_bytes())["blind"]
    assert any("ended too early" in note for note in blind) == (number == signal.SIGKILL)
    record = json.loads((folder / "programs.json").read_bytes())
    assert [Path(row["path"]).name for row in record["programs"]] == ["sh"]


def test_a_killed_keeper_takes_the_tracer_along_and_not_the_run(bench: Bench) -> None:
    folder = bench.request()
    script = "import sys, time; print('ready', flush=True); time.sleep(1); open('made', 'w')"
    process = bench.start(folder, [sys.executable, "-c", script])
    assert process.stdout is not None
    process.stdout.readline()
    tracer = tracer_of(process)
    process.kill()
    process.communicate()
    wait_until(lambda: not Path(f"/proc/{tracer}").exists())
    wait_until((bench.project / "made").exists)


def test_what_outlives_the_command_lives_on_unfollowed(bench: Bench) -> None:
    script = "setsid sh -c 'echo $$ > pid; sleep 1; echo done > made' > /dev/null 2>&1 & "
    run = bench.run(["sh", "-c", script + "while [ ! -s pid ]; do sleep 0.01; done"])
    assert run.status == 0
    status = Path(f"/proc/{(bench.project / 'pid').read_text().strip()}/status").read_text()
    assert "TracerPid:\t0\n" in status
    wait_until((bench.project / "made").exists)


def wait_until(condition: Any) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it did not come to pass")


def test_a_debugger_in_the_run_gets_the_processes(bench: Bench) -> None:
    """A program that follows processes itself, under the name of one that is known to."""
    folder = Path(follow.__file__).parents[1]
    bench.write(
        "tools/ptracing.py",
        f"""
        import importlib, os, sys
        sys.path[:0] = [{str(folder.parents[0])!r}]
        ptrace = importlib.import_module("recorder.keep.ptrace")
        pid = os.fork()
        if pid == 0:
            os.execv("/bin/sleep", ["sleep", "0.2"])
        ptrace.seize(pid)
        os.waitpid(pid, 0)
        print("followed")
        """,
    )
    shutil.copy(os.path.realpath(sys.executable), bench.project / "tools/strace")
    run = bench.run(["sh", "-c", "tools/strace -I tools/ptracing.py; true"])
    assert b"followed" in run.stdout, run.stderr
    (note,) = (e["text"] for e in run.of("note"))
    assert note.startswith("strace follows processes itself")
    assert note in run.document("exit.json")["blind"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a program with other rights")
def test_a_program_with_other_rights_keeps_them(bench: Bench) -> None:
    place = Path("/var/tmp") / f"auditor-rights-{os.getpid()}"
    place.mkdir(mode=0o755)
    try:
        shutil.copy("/usr/bin/id", place / "id")
        (place / "id").chmod(0o4755)
        for folder in (bench.place, bench.project, *bench.place.parents[:3]):
            folder.chmod(folder.stat().st_mode | 0o055)
        bench.project.chmod(0o777)
        folder = bench.request()
        folder.chmod(0o777)
        inner = [str(place / "id"), "-u", "-r"]
        script = f"{place}/id -u; {place}/id -u -r; sh -c 'exit 3'; echo $?"
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        python = os.path.realpath(sys.executable)
        keeper = Path(follow.__file__).parents[1] / "keeper.py"
        argv = [*drop, python, "-I", str(keeper), str(folder), "--", "sh", "-c", script]
        done = subprocess.run(argv, capture_output=True, check=False, timeout=60, cwd="/")
        assert done.stdout == b"0\n65534\n3\n", done.stderr
        assert inner[0] in (folder / "events/programs.jsonl").read_text()
        assert "id runs with rights of its own" in (folder / "exit.json").read_text()
    finally:
        shutil.rmtree(place)


def test_where_nothing_may_be_followed_the_run_goes_on(bench: Bench) -> None:
    """One that is followed already, as by strace, cannot be followed again."""
    folder = bench.request()
    environment = launch.environment(str(folder), "/none")
    following = follow.follower(str(_journal(folder)), "auto")
    out, err = os.pipe(), os.pipe()

    def ready() -> None:
        from auditor.recorder.keep import ptrace  # noqa: PLC0415 - in the child

        ptrace._ptrace(0, 0, None, None)  # PTRACE_TRACEME: this process follows it
        following.ready()

    pid = launch.launch(["sh", "-c", "echo hi"], environment, 0, out[1], err[1], ready)
    following.started()
    while True:
        _pid, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            break
        from auditor.recorder.keep import ptrace  # noqa: PLC0415

        ptrace.go_on(pid)
    assert os.read(out[0], 10) == b"hi\n"
    assert following.finish() == []
    record, notes = used.used(str(folder), ())
    assert record is None
    assert notes == ["processes could not be followed: Operation not permitted"]


def _journal(folder: Path) -> Path:
    (folder / "events").mkdir()
    return folder


def test_a_build_id_says_which_large_library_it_is() -> None:
    readelf = subprocess.run(
        ["readelf", "-n", os.path.realpath("/bin/sh")], capture_output=True, text=True, check=True
    )
    expected = re.search(r"Build ID: (\w+)", readelf.stdout)
    assert expected is not None
    assert used._build_id("/bin/sh") == expected[1]
    assert used._build_id(__file__) == ""
