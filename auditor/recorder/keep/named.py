"""Files of the project that a program without the hook may read: by what it was told.

No hook is in a program that is not Python, nor in a Python that is told to leave its site alone.
What its command line names, and its script, is hashed when it starts; where the program or its
script is the project's own, all of its folder may be read.
"""

from __future__ import annotations

import getopt
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Set, Tuple

__all__ = ["named"]

_MARKS = str.maketrans(dict.fromkeys(";&|<>()[]{}'\"`$=,:", " "))
_MOST_TEXT = 256 * 1024
_MOST_WORDS = 5000
_SCRIPTS = (".sh", ".bash", ".awk", ".sed", ".pl", ".r", ".R", ".rb", ".jl", ".lua", ".mk", ".sql")
_PROGRAMS = ("Makefile", "makefile", "GNUmakefile", "Snakefile")
_MAKES = ("make", "gmake")
_RULES = ("GNUmakefile", "makefile", "Makefile")  # what make reads where no file is named
_OPTIONS = "bBdEhiIOPqRsStuvVxW:X:c:m:?"  # of python(1)
_LONG = ("help", "help-all", "help-env", "help-xoptions", "version", "check-hash-based-pycs=")


def named(event: Dict[str, Any], root: str) -> Tuple[List[str], str]:
    """Return the files below ``root`` that an ``executed`` event names, and its folder.

    The folder is empty where nothing of the project is executed.
    """
    cwd, real, script = str(event["cwd"]), str(event["real"]), str(event["script"])
    program = os.path.basename(real)
    argv = [str(word) for word in event["argv"]]
    python = program.startswith("python")
    if python and not _is_without_site(argv[1:]):  # it has the hook
        return [], ""
    words = [word for text in argv for word in (text, *text.translate(_MARKS).split())]
    if program in _MAKES:
        words += [os.path.join(place, name) for place in ("", *argv[1:]) for name in _RULES]
    found = _files([real, script, *words], cwd, root)
    scripts = (*_SCRIPTS, ".py") if python else _SCRIPTS
    own = {path for path in found if path in {real, script} or _is_script(path, scripts)}
    for path in sorted(own):
        found |= _files(_text(path).translate(_MARKS).split()[:_MOST_WORDS], cwd, root)
    return sorted(found), cwd if own and _is_inside(cwd, root) else ""


def _files(words: List[str], cwd: str, root: str) -> Set[str]:
    return {path for path in _paths(words, cwd) if _is_inside(path, root) and os.path.isfile(path)}


def _paths(words: List[str], cwd: str) -> Iterator[str]:
    for word in dict.fromkeys(words):
        if word and "\0" not in word:
            yield os.path.normpath(os.path.join(cwd, word))


def _is_inside(path: str, root: str) -> bool:
    return (path + "/").startswith(root.rstrip("/") + "/")


def _is_script(path: str, suffixes: Tuple[str, ...]) -> bool:
    return path.endswith(suffixes) or os.path.basename(path) in _PROGRAMS


def _is_without_site(words: List[str]) -> bool:
    """Say whether a Python is told by -I, -E or -S not to load what brings the hook."""
    try:
        options, _rest = getopt.getopt(words, _OPTIONS, list(_LONG))
    except getopt.GetoptError:
        return False
    for option, _value in options:
        if option in {"-c", "-m"}:
            return False
        if option in {"-I", "-E", "-S"}:
            return True
    return False


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_TEXT)
    except OSError:
        return ""
    return "" if b"\0" in data else data.decode("utf-8", "replace")
