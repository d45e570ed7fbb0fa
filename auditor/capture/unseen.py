"""Programs that the hook was not in, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

__all__ = ["is_python", "why_unseen"]

_WITH_VALUE = frozenset("WX")
_LAST = frozenset("cm")  # what follows is the program and its own options
_REASONS = {
    "I": "its environment is ignored, so it was not observed from inside",
    "E": "its environment is ignored, so it was not observed from inside",
    "S": "it does not import site, so it was not observed from inside",
}


def is_python(executable: str) -> bool:
    """Say whether a program has the name of a Python interpreter."""
    return PurePosixPath(executable).name.startswith(("python", "pypy"))


def why_unseen(executable: str, argv: tuple[str, ...]) -> str:
    """Return the words for a program that was not observed from inside."""
    name = PurePosixPath(executable).name
    if not is_python(executable):
        return f"{name} is not Python: what it read was not seen"
    for letter in _options(argv):
        if letter in _REASONS:
            return f"{name} -{letter}: {_REASONS[letter]}"
    return f"{name} ran without the recorder: what it read was not seen"


def _options(argv: tuple[str, ...]) -> Iterator[str]:
    """Yield the letters of the interpreter's own options, as it reads its command line."""
    words = iter(argv[1:])
    for word in words:
        if not word.startswith("-") or word in {"-", "--"}:
            return
        if word.startswith("--"):
            continue
        for place, letter in enumerate(word[1:], start=2):
            yield letter
            if letter in _LAST:
                return
            if letter in _WITH_VALUE:
                if place == len(word):
                    next(words, None)
                break
