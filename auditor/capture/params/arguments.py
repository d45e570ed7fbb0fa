"""Parameters in a command line: options, and ``key=value`` words as Hydra takes them.

The syntax alone is known, not what the program makes of it: the word after an option is taken for
its value, and an option without one is ``true``. Hydra's words are those of its override grammar
(https://hydra.cc/docs/advanced/override_grammar/basic/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import PurePosixPath

__all__ = ["arguments_of"]

_MOST = 500
_LONG = 1000
_TRUE = "true"
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*(?:\.exe)?|ipython3?")
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_LAUNCHERS = frozenset(
    {
        *("accelerate", "conda", "coverage", "deepspeed", "env", "hatch", "kernprof", "mamba"),
        *("micromamba", "mpiexec", "mpirun", "nice", "nohup", "numactl", "pdm", "pipenv", "pixi"),
        *("poetry", "rye", "srun", "stdbuf", "taskset", "time", "timeout", "torchrun", "uv"),
        "xvfb-run",
    }
)
_SCRIPTS = frozenset({".py", ".pyw", ".ipynb", ".sh", ".bash", ".r", ".jl", ".pl", ".rb"})
_WITH_VALUE = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_NUMBER = re.compile(r"-\.?\d[\d_.]*(?:[eE][-+]?\d+)?")
_OPTION = re.compile(r"-{1,2}([A-Za-z_][\w.\-/]*)")
_OVERRIDE = re.compile(r"\+{0,2}([A-Za-z_][\w./@:\-]*)=(.*)", re.DOTALL)
_DELETED = re.compile(r"(~[A-Za-z_][\w./@:\-]*)(?:=(.*))?", re.DOTALL)


def arguments_of(argv: Sequence[str]) -> dict[str, str]:
    """Return the parameters by their names; the values of one given again are joined by commas."""
    found: dict[str, str] = {}
    for name, value in islice(_pairs(_own(argv)), _MOST):
        text = f"{found[name]}, {value}" if name in found else value
        found[name] = text[:_LONG]
    return found


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    taken = False
    for word, following in zip_longest(words, words[1:], fillvalue="-"):
        if taken:
            taken = False
            continue
        if word == "--":
            return
        option, equals, value = word.partition("=")
        if _is_option(word) and (named := _OPTION.fullmatch(option)):
            taken = not equals and not _is_option(following)
            yield named[1], value if equals else following if taken else _TRUE
        elif set_to := _OVERRIDE.fullmatch(word):
            yield set_to[1], set_to[2]
        elif deleted := _DELETED.fullmatch(word):
            yield deleted[1], deleted[2] or _TRUE


def _is_option(word: str) -> bool:
    return word.startswith("-") and not _NUMBER.fullmatch(word)


def _own(argv: Sequence[str]) -> Sequence[str]:
    """Return what follows the program: the script of an interpreter, and not its own options."""
    if not argv:
        return ()
    program = PurePosixPath(argv[0]).name
    if _PYTHON.fullmatch(program):
        return _after_script(argv[1:])
    if program in _SHELLS:
        return () if "-c" in argv[1:2] else _after_script(argv[1:])
    if program in _LAUNCHERS:
        return _launched(argv[1:])
    return argv[1:]


def _after_script(words: Sequence[str]) -> Sequence[str]:
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if word in {"-m", "-c"}:
            return words[place + 2 :]
        if not word.startswith("-") and before not in _WITH_VALUE:
            return words[place + 1 :]
    return ()


def _launched(words: Sequence[str]) -> Sequence[str]:
    """Return the words of what a launcher starts: its own options change no result of a script."""
    for place, word in enumerate(words):
        name = PurePosixPath(word).name
        if _PYTHON.fullmatch(name) or name in _SHELLS or name in _LAUNCHERS:
            return _own(words[place:])
        if PurePosixPath(word).suffix.lower() in _SCRIPTS:
            return words[place + 1 :]
        if word == "-m":
            return words[place + 2 :]
    return ()
