"""Pinned distributions in a requirements file (pip's format), hashes and all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from auditor.errors import InputError
from auditor.model.facts import Distribution

__all__ = ["pinned"]

_NOT_INSTALLED = "declared in a requirements file; what was installed is not known"


def pinned(path: Path) -> tuple[Distribution, ...]:
    """Return the distributions that the file pins with ``==``, sorted by name.

    Raises ``InputError`` for a line that pins nothing, since a guess would be claimed as a fact.
    """
    found = {item.name: item for item in _distributions(path)}
    return tuple(found[name] for name in sorted(found))


def _distributions(path: Path) -> Iterator[Distribution]:
    for line in _lines(path):
        words = [word for word in line.split() if not word.startswith("--hash=")]
        if not words or words[0].startswith("-"):
            continue
        requirement = _requirement(" ".join(words), path)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        versions = [spec.version for spec in requirement.specifier if spec.operator == "=="]
        if len(versions) != 1 or versions[0].endswith(".*"):
            raise InputError(
                f"{path.name} does not pin {requirement.name}: {line!r}",
                hint="give a file with name==version on each line, as pip freeze prints",
            )
        yield Distribution(
            name=canonicalize_name(requirement.name),
            version=versions[0],
            digest=None,
            requested=True,
            reason=_NOT_INSTALLED,
        )


def _requirement(text: str, path: Path) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise InputError(f"{path.name} is not a requirements file: {error}") from None


def _lines(path: Path) -> Iterator[str]:
    joined = path.read_text("utf-8", "replace").replace("\\\n", " ")
    for line in joined.splitlines():
        text = line.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            yield text
