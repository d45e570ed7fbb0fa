"""What a process is among those of the run, so that a replay's can be told which one it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, List, Tuple

__all__ = ["role_of"]

_WITH_VALUE = ("-X", "-W", "--check-hash-based-pycs")
_LONG = 200


def role_of(argv: Iterable[str]) -> str:
    """Return the name of what a Python command line runs, with 16 bits of a checksum of the rest.

    So few bits tell children apart, and do not confirm a guess of a password among the
    arguments. Numbers of descriptors are left out: no two runs have the same.
    """
    name, rest = _split(list(argv)[1:])
    name = "".join([letter if letter.isprintable() else "?" for letter in name[-_LONG:]])
    return "%s %04x" % (name, _checksum("\0".join(rest)))


def _split(words: List[str]) -> Tuple[str, List[str]]:
    position = 0
    while position < len(words) and words[position].startswith("-"):
        word, rest = words[position], words[position + 1 :]
        if word == "-c":
            return "-c", [_without_call(rest[0] if rest else ""), *_without_pipes(rest[1:])]
        if word == "-m":
            return "-m " + (rest[0] if rest else ""), _without_pipes(rest[1:])
        position += 2 if word in _WITH_VALUE else 1
    rest = words[position:]
    return (rest[0].rpartition("/")[2] if rest else "python"), rest[1:]


def _without_call(text: str) -> str:
    """Return what ``multiprocessing`` has a child run without its arguments, descriptors."""
    return text.partition("main(")[0] if text.startswith("from multiprocessing") else text


def _without_pipes(words: List[str]) -> List[str]:
    """Return the words of joblib's workers without descriptors."""
    places = range(len(words))
    return [words[place] for place in places if not place or words[place - 1] != "--pipe"]


def _checksum(text: str) -> int:
    from binascii import crc_hqx

    return crc_hqx(text.encode("utf-8", "surrogateescape"), 0)
