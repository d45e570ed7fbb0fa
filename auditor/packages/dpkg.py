"""Debian's packages, by ``dpkg-query`` (deb-control(5), dpkg-query(1))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from auditor.model.record import Record
from auditor.packages.package import Package, answers, batches

__all__ = ["Dpkg"]

_STATUS = Path("/var/lib/dpkg/status")
_FORMAT = "${db:Status-Abbrev}\t${binary:Package}\t${Version}\t${Pre-Depends}, ${Depends}\t"
_HEADERS = "${Recommends}\t${Provides}\n"
_FIELDS = 6
_OWNED = re.compile(r"([^/]+): (/.*)")
_PATTERN = re.compile(r"[*?\[\\]")
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_DEVELOPMENT = re.compile(r"lib.*-dev")
_USR = "/usr"


class _Entry(Record, frozen=True, kw_only=True):
    """An installed package; each of ``depends`` is met by any of its names."""

    name: str
    version: str
    depends: tuple[tuple[str, ...], ...]
    provides: tuple[str, ...]


class Dpkg:
    """dpkg's database."""

    def owners(self, paths: tuple[str, ...]) -> dict[str, Package]:
        """Return the packages of real paths, those of them that belong to one.

        dpkg knows a file by the path in its package, which may be /bin/dash for /usr/bin/dash.
        """
        names = {alias: path for path in paths if path[:1] == "/" for alias in _aliases(path)}
        asked = [name for name in names if not _PATTERN.search(name)]
        found: dict[str, Package] = {}
        for part in batches(asked):
            for line in answers(["dpkg-query", "-S", *part]):
                match = _OWNED.fullmatch(line)
                if match is None or match.group(2) not in names or "diversion" in match.group(1):
                    continue
                entry = self._installed.get(match.group(1).split(", ")[0])
                if entry is not None:
                    package = Package(name=entry.name, version=entry.version)
                    found[names[match.group(2)]] = package
        return found

    def needed(self, names: frozenset[str]) -> frozenset[str]:
        """Return packages and all that they depend on, as far as they are installed."""
        found: set[str] = set()
        left = [name for name in names if name in self._installed]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                for alternatives in self._installed[name].depends:
                    for one in alternatives:
                        left += self._by_name.get(one, ())
        return frozenset(found)

    def contents(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the absolute paths of the files and folders of packages."""
        known = sorted(name for name in names if name in self._installed)
        found: set[str] = set()
        for part in batches(known):
            lines = answers(["dpkg-query", "-L", *part])
            found.update(line for line in lines if line.startswith("/") and line != "/.")
        return tuple(sorted(found))

    def state(self) -> str:
        """Return what changes whenever a package does."""
        try:
            stat = _STATUS.stat()
        except OSError:
            return ""
        return f"{stat.st_size} {stat.st_mtime_ns}"

    @cached_property
    def _installed(self) -> dict[str, _Entry]:
        lines = answers(["dpkg-query", "-W", "-f", _FORMAT + _HEADERS])
        entries = [entry for entry in map(_entry, lines) if entry is not None]
        return {entry.name: entry for entry in entries}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Return the installed packages that go by a name: their own, or one that they provide."""
        found: dict[str, list[str]] = {}
        for entry in self._installed.values():
            for name in dict.fromkeys((entry.name.partition(":")[0], *entry.provides)):
                found.setdefault(name, []).append(entry.name)
        return found


def _aliases(path: str) -> tuple[str, ...]:
    return (path, path.removeprefix(_USR)) if path.startswith(f"{_USR}/") else (path,)


def _entry(line: str) -> _Entry | None:
    fields = line.split("\t")
    if len(fields) != _FIELDS or not fields[0].startswith("ii"):
        return None
    # A compiler is of no use without the headers of the C library, which it only recommends.
    headers = [one for one in _names(fields[4]) if all(map(_DEVELOPMENT.fullmatch, one))]
    return _Entry(
        name=fields[1],
        version=fields[2],
        depends=(*_names(fields[3]), *headers),
        provides=tuple(name for names in _names(fields[5]) for name in names),
    )


def _names(relation: str) -> Iterator[tuple[str, ...]]:
    """Yield the names of each part of ``a (>= 1) | b, c:any``."""
    for part in relation.split(","):
        matches = [_NAME.match(alternative.strip()) for alternative in part.split("|")]
        names = tuple(match.group() for match in matches if match is not None)
        if names:
            yield names
