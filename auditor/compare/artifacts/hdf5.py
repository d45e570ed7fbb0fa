"""HDF5: groups and attributes exact, datasets by tolerance, however they are stored.

The library that reads HDF5 may crash or loop for ever on a damaged file: it runs in a process of
its own, with limits of time and memory.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from auditor.compare.artifacts.hdf5_child import Answer, Request
from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.readers.hdf5 import MAGIC

__all__ = ["Hdf5"]

_CHILD = "auditor.compare.artifacts.hdf5_child"
_TIME = 120.0  # seconds
_BYTES_A_SECOND = 5_000_000


class Hdf5:
    """Compares the objects of two files by path."""

    name = "HDF5 datasets"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.h5``, ``.hdf5`` and ``.hdf``, and what starts as HDF5 does."""
        return path.lower().endswith((".h5", ".hdf5", ".hdf")) or head.startswith(MAGIC)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files. Raises ``Unreadable``, ``Undecided``."""
        request = Request(
            a=str(a.absolute()),
            b=str(b.absolute()),
            policy=scope.policy,
            names=scope.names,
            hosts=scope.hosts,
        )
        answer = _ask(request, _TIME + (a.stat().st_size + b.stat().st_size) / _BYTES_A_SECOND)
        if answer.unreadable:
            raise Unreadable(answer.unreadable)
        if answer.undecided or answer.difference is None:
            raise Undecided(answer.undecided)
        return answer.difference


def _ask(request: Request, seconds: float) -> Answer:
    # -P: a file of the project called h5py.py must not be imported in the place of h5py.
    argv = [sys.executable, "-P", "-m", _CHILD]
    question = msgspec.msgpack.encode(request)
    try:
        done = subprocess.run(
            argv, input=question, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return Answer(undecided=f"HDF5 that was not read to its end within {seconds:.0f} s")
    try:
        return msgspec.msgpack.decode(done.stdout, type=Answer)
    except msgspec.DecodeError:
        ended = f"ended with status {done.returncode}"
        return Answer(undecided=f"the library that reads HDF5 {ended}: the file may be damaged")
