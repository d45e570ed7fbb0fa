"""RPM packages, by ``rpm`` (rpm(8))."""

from __future__ import annotations

from pathlib import Path

from auditor.packages.package import Package, answers, batches

__all__ = ["Rpm"]

_NAME = "%{NAME}.%{ARCH}"
_FORM = f"{_NAME}\t%{{VERSION}}-%{{RELEASE}}\n"
_DATABASES = ("/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite")
_DATABASES_TOO = ("/var/lib/rpm/Packages.db", "/var/lib/rpm/Packages")


class Rpm:
    """RPM's database."""

    def owners(self, paths: tuple[str, ...]) -> dict[str, Package]:
        """Return the packages of real paths, those of them that belong to one."""
        found: dict[str, Package] = {}
        there = [path for path in paths if Path(path).exists()]  # of others it has no line
        for part in batches(there):
            lines = answers(["rpm", "-qf", "--queryformat", _FORM, *part])
            rows = list(zip(part, lines, strict=False))
            if len(lines) != len(part):  # a path belongs to two packages
                rows = [(path, line) for path in part for line in _first(path)]
            for path, line in rows:
                name, tab, version = line.partition("\t")
                if tab:
                    found[path] = Package(name=name, version=version)
        return found

    def needed(self, names: frozenset[str]) -> frozenset[str]:
        """Return packages and all that they depend on, as far as they are installed."""
        found: set[str] = set()
        asked: set[str] = set()
        left = set(names)
        while left:
            found |= left
            wanted = {
                line.split()[0]
                for part in batches(sorted(left))
                for line in answers(["rpm", "-q", "--requires", *part])
                if line and not line.startswith(("rpmlib(", "package ", "("))
            }
            left = self._providing(wanted - asked) - found
            asked |= wanted
        return frozenset(found)

    def contents(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the absolute paths of the files and folders of packages."""
        found: set[str] = set()
        for part in batches(sorted(names)):
            lines = answers(["rpm", "-ql", *part])
            found.update(line for line in lines if line.startswith("/"))
        return tuple(sorted(found))

    def state(self) -> str:
        """Return what changes whenever a package does."""
        for name in (*_DATABASES, *_DATABASES_TOO):
            try:
                stat = Path(name).stat()
            except OSError:
                continue
            return f"{stat.st_size} {stat.st_mtime_ns}"
        return ""

    def _providing(self, wanted: set[str]) -> set[str]:
        found: set[str] = set()
        for part in batches(sorted(wanted)):
            lines = answers(["rpm", "-q", "--qf", f"{_NAME}\n", "--whatprovides", *part])
            found.update(line for line in lines if line and " " not in line)
        return found


def _first(path: str) -> list[str]:
    return answers(["rpm", "-qf", "--queryformat", _FORM, path])[:1]
