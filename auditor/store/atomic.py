"""Writes that are whole or not there: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from auditor.errors import MachineError
from auditor.hashing import UnstableFileError

__all__ = ["atomic", "machine_errors", "write"]


@contextmanager
def machine_errors(what: str) -> Iterator[None]:
    """Turn the machine's refusals (disk full, no permission) into ``MachineError``."""
    try:
        yield
    except UnstableFileError:
        raise
    except OSError as error:
        raise MachineError(
            f"cannot write {what}: {error.strerror or error}",
            hint="free some space or check the permissions; nothing half-written was left",
        ) from error


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the name ``path`` when the block ends well, and vanishes otherwise.

    Raises ``MachineError`` where the machine refuses.
    """
    with machine_errors(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
            _sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def write(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, atomically."""
    with atomic(path) as file:
        file.write(data)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
