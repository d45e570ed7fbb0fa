"""The command as it is executed in the container."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from auditor.model.facts import Command, Interpreter, Process
from auditor.replay.planning.paths import absolute, inside

__all__ = ["BIN", "ENV", "SEARCHED", "is_python", "mapped_argv", "python_path", "search_path"]

ENV = "/opt/auditor/env"
BIN = f"{ENV}/bin"
SEARCHED = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin")
_PYTHON = re.compile(r"python(3(\.\d+)?)?t?")


def mapped_argv(
    command: Command,
    interpreter: Interpreter | None,
    root: str,
    processes: Iterable[Process] = (),
) -> tuple[str, ...]:
    """Return the command with the recorded interpreter replaced by the environment's.

    A program of the recorded environment becomes that of the new one; other names are found on
    PATH as before. A script of the project whose first line names the recorded interpreter, as
    ``processes`` show, is given to the new one.
    """
    first, rest = command.argv[0], command.argv[1:]
    place = _absolute(first, command.cwd, root)
    name = posixpath.basename(first)
    if interpreter is not None and place == posixpath.normpath(interpreter.executable):
        return (f"{BIN}/{_python_name(name, interpreter)}", *rest)
    if "/" not in first:
        return (f"{BIN}/{_python_name(name, interpreter)}" if is_python(name) else first, *rest)
    if interpreter is not None and _is_installed(place, interpreter):
        name = _python_name(name, interpreter) if is_python(name) else name
        return (f"{BIN}/{name}", *rest)
    if is_python(name) and not inside(place, root):
        return (f"{BIN}/{_python_name(name, interpreter)}", *rest)
    options = _of_script(command, interpreter, root, processes)
    return (first, *rest) if options is None else (f"{BIN}/python", *options, first, *rest)


def is_python(name: str) -> bool:
    """Say whether ``name`` is a name under which Python is started."""
    return _PYTHON.fullmatch(name) is not None


def search_path(python: str, programs: Iterable[str] = ()) -> str:
    """Return PATH in the container: the environment, the base's Python, the usual folders.

    After them come the folders ``programs`` that the run called programs in.
    """
    folders = [BIN, posixpath.dirname(python), *SEARCHED, *programs]
    return ":".join(dict.fromkeys(folder for folder in folders if folder))


def python_path(command: Command, interpreter: Interpreter | None, root: str) -> str:
    """Return the folders of the project that the run had on ``sys.path``, as PYTHONPATH.

    Python adds the folder of the script, or the working directory, itself.
    """
    if interpreter is None:
        return ""
    own = _first_entry(command, root)
    folders = (absolute(entry, root) for entry in interpreter.project_path)
    return ":".join(folder for folder in folders if folder != own)


def _first_entry(command: Command, root: str) -> str:
    words = iter(command.argv[1:])
    for word in words:
        if word in {"-c", "-m"}:
            return absolute(command.cwd, root)
        if word in {"-W", "-X"}:
            next(words, None)
        elif not word.startswith("-"):
            return posixpath.dirname(_absolute(word, command.cwd, root))
    return absolute(command.cwd, root)


def _absolute(path: str, cwd: str, root: str) -> str:
    return posixpath.normpath(posixpath.join(absolute(cwd, root), path))


def _is_installed(place: str, interpreter: Interpreter) -> bool:
    folder = posixpath.dirname(place)
    prefixes = (interpreter.prefix, interpreter.base_prefix)
    return folder in {posixpath.normpath(f"{prefix}/bin") for prefix in prefixes}


def _of_script(
    command: Command, interpreter: Interpreter | None, root: str, processes: Iterable[Process]
) -> tuple[str, ...] | None:
    """Return the options that the first line of a script gives the recorded interpreter.

    ``None`` where the command is no such script, or the interpreter comes along with the project.
    """
    if interpreter is None:
        return None
    count = len(command.argv)
    for process in processes:
        started = process.argv[:-count]
        if not process.python or not started or process.argv[-count:] != command.argv:
            continue
        place = posixpath.normpath(started[0])
        own = _is_installed(place, interpreter) or place == interpreter.executable
        if started[0].startswith("/") and own and not inside(place, root):
            return started[1:]
    return None


def _python_name(name: str, interpreter: Interpreter | None) -> str:
    # A virtual environment has python, python3 and pythonX.Y of its own version, no others.
    known = {"python", "python3"}
    if interpreter is not None:
        known.add("python" + ".".join(interpreter.version.split(".")[:2]))
    return name if name in known else "python"
