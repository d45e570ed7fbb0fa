from __future__ import annotations

from typing import Any

import pytest

from auditor.model.facts import Command, Process
from auditor.replay.planning.command import mapped_argv, python_path, search_path

ROOT = "/home/me/project"
BIN = "/opt/auditor/env/bin"


@pytest.fixture
def interpreter(make: Any) -> Any:
    return make.interpreter(
        executable="/home/me/venv/bin/python3",
        prefix="/home/me/venv",
        base_prefix="/opt/python",
        version="3.11.7",
        project_path=("src", "scripts", "."),
    )


@pytest.mark.parametrize(
    ("first", "cwd", "expected"),
    [
        ("python", ".", f"{BIN}/python"),
        ("python3", ".", f"{BIN}/python3"),
        ("python3.11", ".", f"{BIN}/python3.11"),
        ("python3.9", ".", f"{BIN}/python"),
        ("/home/me/venv/bin/python3", ".", f"{BIN}/python3"),
        ("../../venv/bin/python3", "sub", f"{BIN}/python3"),
        ("/home/me/venv/bin/torchrun", ".", f"{BIN}/torchrun"),
        ("/opt/python/bin/python3.11", ".", f"{BIN}/python3.11"),
        ("/usr/bin/python3", ".", f"{BIN}/python3"),
        ("pytest", ".", "pytest"),
        ("./run.sh", ".", "./run.sh"),
        ("./python", ".", "./python"),
        ("/data/tool", ".", "/data/tool"),
    ],
)
def test_programs_of_the_old_environment_become_those_of_the_new(
    interpreter: Any, first: str, cwd: str, expected: str
) -> None:
    command = Command(argv=(first, "train.py", "--x"), cwd=cwd)
    assert mapped_argv(command, interpreter, ROOT) == (expected, "train.py", "--x")


def test_without_a_known_interpreter_python_is_python() -> None:
    argv = mapped_argv(Command(argv=("python3", "x.py")), None, ROOT)
    assert argv == (f"{BIN}/python3", "x.py")
    assert mapped_argv(Command(argv=("/x/python3.9",)), None, ROOT) == (f"{BIN}/python",)
    assert python_path(Command(argv=("python3", "x.py")), None, ROOT) == ""


@pytest.mark.parametrize(
    ("argv", "cwd", "expected"),
    [
        (("python", "scripts/train.py"), ".", ["src", ""]),
        (("python", "-u", "-W", "ignore", "train.py"), "scripts", ["src", ""]),
        (("python", "-m", "train"), ".", ["src", "scripts"]),
        (("python", "-c", "pass"), "scripts", ["src", ""]),
        (("python",), ".", ["src", "scripts"]),
    ],
)
def test_folders_that_python_does_not_add_itself_are_added(
    interpreter: Any, argv: tuple[str, ...], cwd: str, expected: list[str]
) -> None:
    found = python_path(Command(argv=argv, cwd=cwd), interpreter, ROOT)
    assert found == ":".join(f"{ROOT}/{name}".rstrip("/") for name in expected)


def test_the_environment_comes_first_on_path() -> None:
    usual = "/usr/local/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
    assert search_path("/usr/bin/python3") == f"{BIN}:/usr/bin:{usual}"
    assert search_path("/usr/bin/python3", ["/opt/x", "/bin"]) == f"{BIN}:/usr/bin:{usual}:/opt/x"
    assert search_path("").startswith(f"{BIN}:/usr/local/bin")


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        (("/home/me/venv/bin/python3", "-u"), (f"{BIN}/python", "-u", "./t.py", "--x")),
        (("/opt/python/bin/python3",), (f"{BIN}/python", "./t.py", "--x")),
        (("python3",), ("./t.py", "--x")),  # by /usr/bin/env, which is there as well
        (("/usr/bin/pypy",), ("./t.py", "--x")),
        ((f"{ROOT}/.venv/bin/python",), ("./t.py", "--x")),
        ((), ("./t.py", "--x")),
    ],
)
def test_a_script_whose_first_line_names_the_interpreter(
    interpreter: Any, started: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    command = Command(argv=("./t.py", "--x"))
    process = Process(argv=(*started, *command.argv), executable="python", python=True)
    assert mapped_argv(command, interpreter, ROOT, [process]) == expected
