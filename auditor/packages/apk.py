"""Alpine's packages, by ``apk`` (apk-info(8)) and its database (apk-package(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from auditor.model.record import Record
from auditor.packages.package import Package, answers, batches

__all__ = ["Apk"]

_DATABASE = Path("/lib/apk/db/installed")
# libc.musl-x86_64.so.1 and others are symbolic links: "is owned by" follows either.
_OWNED = re.compile(r"(/.*?) (?:symlink target )?is owned by (\S+)")
_VERSION = re.compile(r"(.+)-(\d[^-]*-r\d+)")
_NAME = re.compile(r"[^<>=~@]+")


class _Entry(Record, frozen=True, kw_only=True):
    """An installed package, as its rows in the database tell."""

    name: str
    depends: tuple[str, ...]
    provides: tuple[str, ...]
    files: tuple[str, ...]


class Apk:
    """apk's database."""

    def __init__(self, database: Path = _DATABASE) -> None:
        """Take the path of the database."""
        self._database = database

    def owners(self, paths: tuple[str, ...]) -> dict[str, Package]:
        """Return the packages of real paths, those of them that belong to one."""
        found: dict[str, Package] = {}
        asked = {path for path in paths if path.startswith("/")}
        for part in batches(sorted(asked)):
            for line in answers(["apk", "info", "--who-owns", *part]):
                match = _OWNED.fullmatch(line)
                version = _VERSION.fullmatch(match.group(2)) if match else None
                if match and version and match.group(1) in asked:
                    found[match.group(1)] = Package(name=version[1], version=version[2])
        return found

    def needed(self, names: frozenset[str]) -> frozenset[str]:
        """Return packages and all that they depend on, as far as they are installed."""
        found: set[str] = set()
        left = [name for name in names if name in self._installed]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                for one in self._installed[name].depends:
                    left += self._by_name.get(one, ())
        return frozenset(found)

    def contents(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the absolute paths of the files and folders of packages."""
        known = (self._installed[name].files for name in names if name in self._installed)
        return tuple(sorted({path for files in known for path in files}))

    def state(self) -> str:
        """Return what changes whenever a package does."""
        try:
            stat = self._database.stat()
        except OSError:
            return ""
        return f"{stat.st_size} {stat.st_mtime_ns}"

    @cached_property
    def _installed(self) -> dict[str, _Entry]:
        try:
            text = self._database.read_text(errors="surrogateescape")
        except OSError:
            return {}
        entries = [_entry(part.splitlines()) for part in text.split("\n\n") if part.strip()]
        return {entry.name: entry for entry in entries if entry.name}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in self._installed.values():
            for name in dict.fromkeys((entry.name, *entry.provides)):
                found.setdefault(name, []).append(entry.name)
        return found


def _entry(rows: list[str]) -> _Entry:
    said = {row[:1]: row[2:] for row in rows if row[:2] in {"P:", "D:", "p:"}}
    return _Entry(
        name=said.get("P", ""),
        depends=_names(said.get("D", "")),
        provides=_names(said.get("p", "")),
        files=tuple(_paths(rows)),
    )


def _names(relations: str) -> tuple[str, ...]:
    """Return the names of ``so:libc.musl-x86_64.so.1 a>=1 !b``, conflicts left out."""
    words = (word for word in relations.split() if not word.startswith("!"))
    return tuple(match.group() for match in map(_NAME.match, words) if match is not None)


def _paths(rows: list[str]) -> Iterator[str]:
    folder = ""
    for row in rows:
        if row.startswith("F:"):
            folder = f"/{row[2:]}".rstrip("/")
            if folder:
                yield folder
        elif row.startswith("R:"):
            yield f"{folder}/{row[2:]}"
