"""What the hook tells of real processes, and that they notice nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor import recorder

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.slow

FOLDER = Path(recorder.__file__ or "").parent


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("*.py")), ids=lambda path: str(path.relative_to(FOLDER))
)
def test_every_file_is_python_3_8_with_the_standard_library_only(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    first = next((node for node in tree.body if not isinstance(node, ast.Expr)), None)
    if any(isinstance(node, ast.arg) and node.annotation for node in ast.walk(tree)):
        assert isinstance(first, ast.ImportFrom)
        assert first.module == "__future__"
    imported = {
        (node.module or "").partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not node.level
    }
    imported |= {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names


def test_the_first_event(bench: Bench) -> None:
    run = bench.python("pass", "--name", "x", env={"OMP_NUM_THREADS": "3", "SECRET_PLAN": "x"})
    start = run.of("start")[0]
    assert start["argv"] == [sys.executable, "run.py", "--name", "x"]
    assert start["cwd"] == str(bench.project)
    assert start["interpreter"]["version"] == sys.version.split()[0]
    assert start["interpreter"]["prefix"] == sys.prefix
    assert start["interpreter"]["soabi"].startswith("cpython-")
    assert start["variables"]["OMP_NUM_THREADS"] == "3"
    assert "SECRET_PLAN" in start["withheld"]
    assert "AUDITOR_OBSERVATION" not in start["withheld"]
    assert str(FOLDER) not in str(start["path"])
    assert run.of("end")


def test_secrets_never_reach_the_disk(bench: Bench) -> None:
    run = bench.python(
        "import subprocess; subprocess.run(['true', 'https://me:hunter2@example.org/x'])",
        env={"PYTHON_API_KEY": "hunter2", "TORCH_TOKEN": "hunter2", "MY_PASSWORD": "hunter2"},
    )
    found = [path for path in run.folder.rglob("*") if path.is_file()]
    assert not [path for path in found if b"hunter2" in path.read_bytes()]
    assert run.of("child")[0]["argv"] == ["true", "https://example.org/x"]


@pytest.mark.parametrize(
    ("code", "kind", "subject"),
    [
        ("import missing_module", "ModuleNotFoundError", "missing_module"),
        ("open('absent.csv')", "FileNotFoundError", "absent.csv"),
        ("{}['a']", "KeyError", ""),
        (
            "try:\n  open('absent.csv')\nexcept OSError as e:\n  raise RuntimeError('x') from e",
            "RuntimeError",
            "absent.csv",
        ),
    ],
)
def test_uncaught_exceptions_and_their_subject(
    bench: Bench, code: str, kind: str, subject: str
) -> None:
    run = bench.python(code)
    (event,) = run.of("uncaught")
    assert run.status == 1
    assert (event["type"], event["subject"]) == (kind, subject)
    assert b"Traceback" in run.stderr
    assert str(FOLDER).encode() not in run.stderr


def test_network_attempts_and_the_host_an_error_is_about(bench: Bench) -> None:
    run = bench.python(
        """
        import socket
        try: socket.getaddrinfo("nowhere.invalid", 80)
        except OSError: pass
        for _ in range(2):
            try: socket.create_connection(("127.0.0.1", 1), timeout=1)
            except OSError: pass
        socket.create_connection(("127.0.0.1", 1), timeout=1)
        """
    )
    assert [(event["host"], event["port"]) for event in run.of("network")] == [
        ("nowhere.invalid", 80),
        ("127.0.0.1", 1),
    ]
    assert run.of("end")[0]["network"] == [["nowhere.invalid", 80, 1], ["127.0.0.1", 1, 3]]
    assert run.of("uncaught")[0]["subject"] == "127.0.0.1"


def test_an_exception_in_a_thread_is_noted_and_printed(bench: Bench) -> None:
    run = bench.python(
        """
        import threading
        thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()
        """
    )
    assert run.status == 0
    assert b"ZeroDivisionError" in run.stderr
    assert [event["thread"] for event in run.of("uncaught")] == [True]


def test_forked_and_spawned_processes_tell_for_themselves(bench: Bench) -> None:
    run = bench.python(
        """
        import multiprocessing, os
        def work(name):
            open(name, "w").close()
        if __name__ == "__main__":
            for kind in ("fork", "spawn", "forkserver"):
                process = multiprocessing.get_context(kind).Process(target=work, args=(kind,))
                process.start(); process.join()
                assert process.exitcode == 0
        """
    )
    assert run.status == 0, run.stderr
    written = {Path(path).name for path in run.paths("write")} & {"fork", "spawn", "forkserver"}
    assert written == {"fork", "spawn", "forkserver"}
    assert len(run.of("end")) == len(run.of("start"))
    assert [event["fork"] for event in run.of("start")].count(True) >= 2


def test_a_program_that_takes_the_place_of_another(bench: Bench) -> None:
    run = bench.python("import os; os.execvp('python3', ['python3', '-c', 'print(2)'])")
    assert run.stdout == b"2\n"
    assert [event["replaces"] for event in run.of("child")] == [True]


def test_the_program_may_close_all_descriptors(bench: Bench) -> None:
    run = bench.python(
        """
        import os
        os.closerange(3, 1024)
        files = [open(f"f{n}", "w") for n in range(600)]
        for file in files: file.write("mine"); file.close()
        """
    )
    assert run.status == 0
    assert len([path for path in run.paths("write") if path.startswith("f")]) == 600
    assert {path.read_text() for path in bench.project.glob("f*")} == {"mine"}


def test_the_first_descriptor_of_a_program_is_what_it_would_be(bench: Bench) -> None:
    assert bench.python("print(open('run.py').fileno())").stdout == b"3\n"


def test_an_interrupt_while_observing_reaches_the_program(bench: Bench) -> None:
    run = bench.python(
        """
        import signal, time
        class Alarm(Exception): pass
        def ring(*_): raise Alarm
        signal.signal(signal.SIGALRM, ring)
        caught = 0
        for n in range(50):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0005)
                while True: open(f"t{n}", "w").close()
            except Alarm:
                caught += 1
        print(caught)
        """
    )
    assert run.stdout == b"50\n", run.stderr


def test_the_next_sitecustomize_still_runs(bench: Bench) -> None:
    bench.write("site/sitecustomize.py", "import sys; print('custom', file=sys.stderr)")
    run = bench.python(
        "import sitecustomize; print(sitecustomize.__file__)",
        env={"PYTHONPATH": str(bench.project / "site")},
    )
    assert b"custom\n" in run.stderr
    assert run.stdout.decode().strip() == str(bench.project / "site" / "sitecustomize.py")
    assert run.of("start")[0]["variables"]["PYTHONPATH"] == str(bench.project / "site")


def test_the_program_sees_no_other_sitecustomize_than_unobserved(bench: Bench) -> None:
    # Some systems, Debian among them, ship one of their own.
    code = "import sys; print(sys.modules.get('sitecustomize'), sys.path[1:])"
    bare = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    run = bench.python(code)
    assert run.stdout == bare.stdout


def test_it_stays_away_without_an_observation(tmp_path: Path) -> None:
    code = "import sys; print([name for name in sys.modules if 'auditor' in name])"
    environment = {**os.environ, "PYTHONPATH": str(FOLDER / "inject")}
    for observation in ("", str(tmp_path / "absent")):
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env={**environment, "AUDITOR_OBSERVATION": observation},
            capture_output=True,
            check=True,
        )
        assert run.stderr == b""


def test_output_and_warnings_are_those_of_a_bare_run(bench: Bench) -> None:
    script = """
    import warnings, sys
    warnings.simplefilter("error")
    import random, threading
    def deep(n): return n if n == 0 else deep(n - 1)
    limit = sys.getrecursionlimit()
    print(limit, deep(limit - 50) == 0)
    def endless():
        open("run.py").close(); endless()
    try: endless()
    except RecursionError: print("bounded")
    print(random.seed.__name__, random.seed.__module__, random.__spec__.loader.__class__.__name__)
    1 / 0
    """
    run = bench.python(script)
    bare = subprocess.run(
        [sys.executable, "run.py"], cwd=bench.project, capture_output=True, check=False
    )
    assert (run.status, run.stdout, run.stderr) == (1, bare.stdout, bare.stderr)


def test_numeric_libraries_tell_what_they_use(bench: Bench) -> None:
    run = bench.python("import numpy; numpy.ones((4, 4)) @ numpy.ones((4, 4))")
    arithmetic = run.of("end")[0]["arithmetic"]
    assert [library["kind"] for library in arithmetic["libraries"]] == ["openblas"]
    assert arithmetic["libraries"][0]["threads"] >= 1
    assert "OpenBLAS" in arithmetic["libraries"][0]["version"]
    assert arithmetic["simd"]
