"""Compares two HDF5 files in a process of its own: a request comes on stdin, an answer goes out."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import msgspec

from auditor.compare.artifacts.hdf5_objects import compare_objects
from auditor.compare.values.difference import Difference, Undecided, Unreadable
from auditor.compare.values.scope import Scope
from auditor.model.policy import Policy
from auditor.model.record import Record

__all__ = ["Answer", "Request", "answer", "main"]

MAX_MEMORY = 8 * 1024**3


class Request(Record, frozen=True, kw_only=True):
    """Two files, and what their ``Scope`` says of them."""

    a: str
    b: str
    policy: Policy
    names: tuple[str, ...]
    hosts: tuple[str, ...] = ()


class Answer(Record, frozen=True, kw_only=True):
    """How they differ, or why they could not be compared."""

    difference: Difference | None = None
    unreadable: str = ""
    undecided: str = ""


def main() -> None:
    """Read one request, and write the answer."""
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    _limit_memory()
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer(request)))


def answer(request: Request) -> Answer:
    """Compare the two files of ``request``."""
    scope = Scope(request.policy, request.names, inner=_no_parts, hosts=request.hosts)
    try:
        return Answer(difference=compare_objects(Path(request.a), Path(request.b), scope))
    except Unreadable as reason:
        return Answer(unreadable=str(reason))
    except Undecided as reason:
        return Answer(undecided=str(reason))


def _no_parts(a: Path, b: Path, scope: Scope) -> Difference:  # noqa: ARG001 - HDF5 has none
    return Difference(relation="unknown")


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


if __name__ == "__main__":
    main()
