"""The command as it is executed in the container."""

from __future__ import annotations

import posixpath
import re

from auditor.model.facts import Command, Interpreter
from auditor.replay.paths import absolute, inside

__all__ = ["BIN", "ENV", "is_python", "mapped_argv", "python_path", "search_path"]

ENV = "/opt/auditor/env"
BIN = f"{ENV}/bin"
_PYTHON = re.compile(r"python(3(\.\d+)?)?t?")


def mapped_argv(command: Command, interpreter: Interpreter | None, root: str) -> tuple[str, ...]:
    """Return the command with the recorded interpreter replaced by the environment's.

    A program of the recorded environment becomes that of the new one; other names are found on
    PATH as before.
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
    return (first, *rest)


def is_python(name: str) -> bool:
    """Say whether ``name`` is a name under which Python is started."""
    return _PYTHON.fullmatch(name) is not None


def search_path(python: str) -> str:
    """Return PATH in the container: the environment, the base's Python, the usual folders."""
    folders = [BIN, posixpath.dirname(python), "/usr/local/bin", "/usr/bin", "/bin"]
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


def _python_name(name: str, interpreter: Interpreter | None) -> str:
    # A virtual environment has python, python3 and pythonX.Y of its own version, no others.
    known = {"python", "python3"}
    if interpreter is not None:
        known.add("python" + ".".join(interpreter.version.split(".")[:2]))
    return name if name in known else "python"
