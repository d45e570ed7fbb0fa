"""Distributions that no index gives as they were: kept as a file, for the store to hold."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from auditor.errors import NotReplayedError
from auditor.hashing import hash_file
from auditor.locking.cache import staging, take_in
from auditor.locking.installed import Environment, installed
from auditor.locking.repack import repack
from auditor.locking.selection import fits
from auditor.locking.target import Target, supported
from auditor.model.facts import Distribution
from auditor.model.plan import LockedWheel

__all__ = ["Keeper", "local_file"]


class Keeper:
    """Keeps distributions of one environment in ``cache``, where they fit ``target``."""

    def __init__(self, environment: Environment | None, cache: Path, target: Target) -> None:
        self._environment = environment
        self._tags = supported(target)
        self._cache = cache
        self._there: Mapping[tuple[str, str], Path] | None = None

    @property
    def has_environment(self) -> bool:
        """Say whether it is known where the distributions lay."""
        return self._environment is not None

    def keep(self, distribution: Distribution) -> tuple[LockedWheel, str]:
        """Return the wheel, now in the cache, and how it was come by.

        Raises ``NotReplayedError`` with the reason where neither the file that it was installed
        from nor the installed files are here as they were. ``MachineError`` for the cache.
        """
        with tempfile.TemporaryDirectory(dir=staging(self._cache)) as name:
            folder = Path(name)
            file = _copied(distribution, folder)
            how = "the local file that it was installed from is kept"
            if file is None:
                how = "it is packed from the installed files"
                file = self._repacked(distribution, folder)
            wheel = LockedWheel(
                name=canonicalize_name(distribution.name),
                version=distribution.version,
                file=file.name,
                digest=hash_file(file)[0],
                kept=True,
            )
            if not fits(wheel.file, self._tags):
                raise NotReplayedError("its files are for another platform or Python")
            take_in(self._cache, wheel, file)
        return wheel, how

    def _repacked(self, distribution: Distribution, folder: Path) -> Path:
        if distribution.digest is None:
            raise NotReplayedError("it has no RECORD of its files")
        if self._environment is None:
            raise NotReplayedError("its environment is not known")
        if self._there is None:
            self._there = installed(self._environment)
        key = (canonicalize_name(distribution.name), distribution.version)
        if key not in self._there:
            raise NotReplayedError("its environment is not on this machine any more")
        info = self._there[key]
        if _is_conda(distribution) and not _is_pure(info):
            raise NotReplayedError("it is linked to libraries of its conda environment")
        return repack(info, self._environment.prefix, distribution, folder)


def local_file(distribution: Distribution) -> Path | None:
    """Return the local file that it was installed from, if it was from one."""
    origin = distribution.origin
    if origin is None or origin.kind != "archive":
        return None
    parts = urlsplit(origin.url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _copied(distribution: Distribution, folder: Path) -> Path | None:
    """Return a copy of the wheel that it was installed from, if it is what it was."""
    source, origin = local_file(distribution), distribution.origin
    if source is None or origin is None or distribution.edited or not source.is_file():
        return None
    try:
        parse_wheel_filename(source.name)
        copy = Path(shutil.copyfile(source, folder / source.name))
        return copy if hash_file(copy)[0] == origin.digest else None
    except (OSError, InvalidWheelFilename):
        return None


def _is_conda(distribution: Distribution) -> bool:
    origin = distribution.origin
    return distribution.installer == "conda" or (origin is not None and origin.kind == "conda")


def _is_pure(info: Path) -> bool:
    try:
        return "Root-Is-Purelib: true" in (info / "WHEEL").read_text("utf-8")
    except OSError:
        return False
