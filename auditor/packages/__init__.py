"""The packages of this system: which one a file belongs to, and what it brings.

Asked of ``dpkg-query``, ``apk`` or ``rpm``, where there is one; elsewhere no file belongs to a
package.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import cache
from typing import Protocol

from auditor.packages.apk import Apk
from auditor.packages.dpkg import Dpkg
from auditor.packages.package import Package
from auditor.packages.rpm import Rpm

__all__ = ["Manager", "Package", "contents", "needed", "owners", "state"]


class Manager(Protocol):
    """A package manager's database, which is only read."""

    def owners(self, paths: tuple[str, ...]) -> dict[str, Package]:
        """Return the packages of real paths, those of them that belong to one."""

    def needed(self, names: frozenset[str]) -> frozenset[str]:
        """Return packages and all that they depend on, as far as they are installed."""

    def contents(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the absolute paths of the files and folders of packages."""

    def state(self) -> str:
        """Return what changes whenever a package does."""


def owners(paths: Iterable[str]) -> dict[str, Package]:
    """Return the packages of real paths, those of them that belong to one."""
    manager, asked = _manager(), tuple(dict.fromkeys(paths))
    return manager.owners(asked) if manager is not None and asked else {}


def needed(names: Iterable[str]) -> frozenset[str]:
    """Return the packages ``names`` and all that they depend on, as far as they are installed."""
    manager, asked = _manager(), frozenset(names)
    return manager.needed(asked) if manager is not None and asked else frozenset()


def contents(names: Iterable[str]) -> tuple[str, ...]:
    """Return the absolute paths of the files and folders of the packages ``names``, sorted."""
    manager, asked = _manager(), frozenset(names)
    return manager.contents(asked) if manager is not None and asked else ()


def state() -> str:
    """Return what changes whenever a package is installed, removed or replaced."""
    manager = _manager()
    return manager.state() if manager is not None else ""


@cache
def _manager() -> Manager | None:
    if shutil.which("dpkg-query"):
        return Dpkg()
    if shutil.which("apk"):
        return Apk()
    return Rpm() if shutil.which("rpm") else None
