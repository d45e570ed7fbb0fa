"""The interpreter that a lock is for, and which wheels fit it (PEP 425, PEP 600, PEP 656)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging import tags

from auditor.model.facts import Interpreter
from auditor.model.record import Record

__all__ = ["Target", "supported", "target_of"]

_OLDEST_MANYLINUX = 5
_NAMED_MANYLINUX = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_LIBC = re.compile(r"(glibc|musl)\D*(\d+)\.(\d+)", re.IGNORECASE)
_ABI = re.compile(r"cpython-(\d+[a-z]*)")


class Target(Record, frozen=True, kw_only=True):
    """What wheels must fit: ``platform`` as ``sysconfig`` says it, ``libc`` like ``glibc 2.36``."""

    implementation: str
    version: str
    soabi: str
    platform: str
    libc: str = ""


def target_of(interpreter: Interpreter, libc: str | None) -> Target:
    """Return the target that a captured interpreter and libc describe."""
    return Target(
        implementation=interpreter.implementation.lower(),
        version=interpreter.version,
        soabi=interpreter.soabi,
        platform=interpreter.platform,
        libc=libc or "",
    )


def supported(target: Target) -> tuple[str, ...]:
    """Return the tags of wheels that fit, best first, as ``cp311-cp311-manylinux_2_28_x86_64``."""
    major, minor = (int(part) for part in target.version.split(".")[:2])
    platforms = list(_platforms(target))
    interpreter = f"cp{major}{minor}"
    if target.implementation == "pypy":
        interpreter = f"pp{major}{minor}"
        specific = tags.generic_tags(interpreter, [_pypy_abi(target.soabi)], platforms)
    else:
        specific = tags.cpython_tags((major, minor), [_abi(target, major, minor)], platforms)
    general = tags.compatible_tags((major, minor), interpreter, platforms)
    return tuple(str(tag) for tag in (*specific, *general))


def _abi(target: Target, major: int, minor: int) -> str:
    found = _ABI.match(target.soabi)
    return f"cp{found.group(1)}" if found else f"cp{major}{minor}"


def _pypy_abi(soabi: str) -> str:
    # The extension suffix says pypy310-pp73, the wheel's tag pypy310_pp73.
    found = re.match(r"pypy\d+-pp\d+", soabi)
    return found.group().replace("-", "_") if found else "none"


def _platforms(target: Target) -> Iterator[str]:
    plain = re.sub(r"[-. ]", "_", target.platform)
    machine = plain.removeprefix("linux_")
    libc = _LIBC.search(target.libc)
    yield plain
    if plain.startswith("linux_") and libc:
        kind, major, minor = libc.group(1).lower(), int(libc.group(2)), int(libc.group(3))
        yield from (
            _musllinux(major, minor, machine)
            if kind == "musl"
            else (_manylinux(major, minor, machine))
        )


def _manylinux(major: int, minor: int, machine: str) -> Iterator[str]:
    for step in range(minor, _OLDEST_MANYLINUX - 1, -1):
        yield f"manylinux_{major}_{step}_{machine}"
        if step in _NAMED_MANYLINUX:
            yield f"{_NAMED_MANYLINUX[step]}_{machine}"


def _musllinux(major: int, minor: int, machine: str) -> Iterator[str]:
    for step in range(minor, -1, -1):
        yield f"musllinux_{major}_{step}_{machine}"
