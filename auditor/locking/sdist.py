"""What a source distribution needs to be built, read without running any of it."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from auditor.errors import NotReplayedError

__all__ = ["requires_of"]

_MAX_BYTES = 1024 * 1024
_DEFAULT = ("setuptools>=40.8.0", "wheel")


def requires_of(archive: Path) -> tuple[str, ...]:
    """Return ``build-system.requires`` (PEP 518) of an sdist, or its default, setuptools.

    ``setuptools`` and ``wheel`` are always among them: hooks of older backends ask for them
    dynamically. Raises ``NotReplayedError`` where the archive or its pyproject.toml is broken.
    """
    try:
        text = _pyproject(archive)
        system = tomllib.loads(text).get("build-system", {}) if text else {}
        requires = tuple(str(Requirement(item)) for item in system.get("requires", ()))
    except (
        OSError,
        tarfile.TarError,
        zipfile.BadZipFile,
        ValueError,
        InvalidRequirement,
        AttributeError,
        TypeError,
    ) as error:
        raise NotReplayedError(f"{archive.name} cannot be read: {error}") from None
    names = {Requirement(item).name.lower() for item in requires}
    return (*requires, *(item for item in _DEFAULT if Requirement(item).name not in names))


def _pyproject(archive: Path) -> str:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            for info in zipped.infolist():
                if _is_top(info.filename) and info.file_size <= _MAX_BYTES:
                    return zipped.read(info).decode("utf-8")
        return ""
    with tarfile.open(archive) as tarred:
        for member in tarred:
            if _is_top(member.name) and member.isfile() and member.size <= _MAX_BYTES:
                file = tarred.extractfile(member)
                return file.read().decode("utf-8") if file else ""
    return ""


def _is_top(name: str) -> bool:
    parts = name.split("/")
    return len(parts) == 2 and parts[1] == "pyproject.toml"  # noqa: PLR2004 - NAME-VERSION/FILE
