"""Files of a lock that come from no index: between the cache of the machine and the store."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from auditor.errors import MachineError
from auditor.locking import cached, place, staging, take_in
from auditor.model.plan import Lock
from auditor.store.objects import Objects

__all__ = ["restore", "store"]


def store(lock: Lock, cache: Path, objects: Objects) -> None:
    """Keep in the store what no index has. Raises ``MachineError``."""
    for wheel in lock.wheels:
        if wheel.kept and not objects.has(wheel.digest):
            path = place(cache, wheel)
            try:
                objects.put_file(path)
            except OSError as error:
                raise MachineError(f"cannot read {path}: {error.strerror or error}") from None


def restore(lock: Lock, cache: Path, objects: Objects) -> None:
    """Bring back to the cache what the store holds, verified. Raises ``IntegrityError``."""
    for wheel in lock.wheels:
        if not wheel.kept or not objects.has(wheel.digest) or cached(cache, wheel):
            continue
        with tempfile.TemporaryDirectory(dir=staging(cache)) as folder:
            copy = Path(folder) / "wheel"
            shutil.copyfile(objects.verified(wheel.digest), copy)
            take_in(cache, wheel, copy)
