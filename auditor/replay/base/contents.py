"""What lies in an image: its Python, programs, libraries, locales and time zones.

One container lists it all, once for each image: the answer is kept in the cache.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from auditor.errors import EngineError, NotReplayedError
from auditor.model.facts import Image
from auditor.model.record import Record, record_of
from auditor.replay.base.python import PROBE, Python, parse
from auditor.replay.base.remembered import recall, remember
from auditor.replay.engines import Container, Engine
from auditor.replay.options import NOBODY

__all__ = ["Contents", "contents_of", "missing"]

_FORMAT = "1"  # of what is remembered: raise it when the probe asks for more
_LIST = """
import os
def found(folders, deep=0, keep=lambda name: True):
    names = set()
    for folder in folders:
        for place, inner, files in os.walk(folder):
            names.update(name for name in files + inner if keep(name))
            if place[len(folder):].count("/") >= deep:
                inner[:] = []
    return sorted(names)
def zones(folder="/usr/share/zoneinfo"):
    return sorted(os.path.relpath(os.path.join(place, name), folder)
        for place, inner, files in os.walk(folder) for name in files
        if not place.startswith((folder + "/posix", folder + "/right")))
print(json.dumps({
    "programs": found(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]),
    "libraries": found(["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"], 2,
        lambda name: ".so" in name),
    "locales": found(["/usr/lib/locale"]),
    "zones": zones(),
}))
"""
# What a CPython of any distribution links for its own standard library: a base brings its own.
_OF_PYTHON = re.compile(
    r"lib(python3?[\d.]*t?|ssl|crypto|sqlite3|ffi|mpdec|expat|z|bz2|lzma|readline|ncursesw?|tinfow?"
    r"|panelw?|uuid|gdbm|gdbm_compat|db-[\d.]+|crypt|tirpc|nsl|tcl[\d.]*|tk[\d.]*)\.so(\..*)?"
)
# Of every C library, under whatever name: libc.so.6 or libc-2.31.so.
_OF_LIBC = re.compile(
    r"(ld-|ld64|lib(c|m|mvec|dl|rt|util|pthread|resolv|anl|nss_\w+|BrokenLocale|thread_db))"
    r"[-.\w]*\.so(\..*)?"
)
_SONAME = re.compile(r"(.+?\.so)(?:\.(\d+))?(?:\..*)?")


class Contents(Record, frozen=True, kw_only=True):
    """Names, without their folders; ``zones`` relative to zoneinfo."""

    python: Python
    programs: tuple[str, ...]
    libraries: tuple[str, ...]
    locales: tuple[str, ...]
    zones: tuple[str, ...]


def contents_of(image: Image, engine: Engine, cache: Path) -> Contents:
    """Return what lies in an image. Raises ``NotReplayedError`` where no Python runs in it."""
    key = f"{_FORMAT} {image.id}"
    known = recall(cache, "images", key, Contents)
    if known is not None:
        return known
    for name in ("python3", "python"):
        argv = (name, "-I", "-c", PROBE + _LIST)
        try:
            ended = engine.run(Container(image=image.id, argv=argv, user=NOBODY, talk=True))
        except EngineError:
            raise
        except NotReplayedError:  # it has no such program
            continue
        if ended.code == 0 and (found := _parsed(ended.output)) is not None:
            remember(cache, "images", key, found)
            return found
    raise NotReplayedError(
        f"no Python runs in the image {image.reference}",
        hint="choose an image with Python 3, like python:3.11-slim",
    )


def missing(contents: Contents, programs: Iterable[str], libraries: Iterable[str]) -> list[str]:
    """Return which programs and libraries, given by their paths, an image does not have.

    A library is taken for another of its soname. What an interpreter links for its own standard
    library is not asked for, nor the C library: an image's Python has its own.
    """
    there = frozenset(contents.programs)
    wanted = {PurePosixPath(path).name for path in programs}
    lacking = sorted(wanted - there)
    sonames = {_soname(name) for name in contents.libraries}
    names = {PurePosixPath(path).name for path in libraries}
    needed = {_soname(name) for name in names if not _own(name)}
    return [*lacking, *sorted(needed - sonames)]


def _own(name: str) -> bool:
    return bool(_OF_PYTHON.fullmatch(name) or _OF_LIBC.fullmatch(name))


def _soname(name: str) -> str:
    """Return ``libz.so.1`` of ``libz.so.1.2.13``: the first number is what programs ask for."""
    match = _SONAME.fullmatch(name)
    if match is None:
        return name
    return f"{match.group(1)}.{match.group(2)}" if match.group(2) else match.group(1)


def _parsed(output: str) -> Contents | None:
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if len(lines) < 2 or (python := parse(lines[-2])) is None:  # noqa: PLR2004 - one each
        return None
    try:
        rest = json.loads(lines[-1])
        return record_of({**rest, "python": msgspec.to_builtins(python)}, Contents)
    except (ValueError, msgspec.ValidationError):
        return None
