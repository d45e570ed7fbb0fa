"""The project's secret key: what is hashed with it tells things of this project apart, no more."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from auditor.store.atomic import machine_errors

__all__ = ["SIZE", "key_at"]

SIZE = 32  # bytes: as long as a digest of SHA-256 (RFC 2104, section 3)


def key_at(path: Path) -> bytes:
    """Return the key in ``path``, which is made with mode 0600 where there is none.

    Raises ``MachineError`` where it can be neither read nor made.
    """
    with machine_errors(str(path)):
        if not path.exists():
            _make(path)
        return path.read_bytes()


def _make(path: Path) -> None:
    """Give a whole key its name, unless another process was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
