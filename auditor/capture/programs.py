"""Programs and libraries of the system that the run used."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from auditor import packages
from auditor.capture.folder import Folder
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Program, Programs, SharedLibrary

__all__ = ["programs", "with_packages"]

T = TypeVar("T", Program, SharedLibrary)

_SOURCE = "ptrace"
_NOT_ASKED = "nobody followed the processes of the run (--trace python)"
_NONE = "the processes of the run could not be followed"
_MOST = 5000


def programs(folder: Folder) -> Fact[Programs]:
    """Return what the tracer saw, unknown where there was none."""
    if folder.programs is None:
        asked = folder.request.trace == "auto"
        return unknown(_NONE if asked else _NOT_ASKED, _SOURCE)
    seen = folder.programs
    value = Programs(programs=seen.programs[:_MOST], libraries=seen.libraries[:_MOST])
    return recorded(value, _SOURCE)


def with_packages(fact: Fact[Programs]) -> Fact[Programs]:
    """Return the fact with the packages of this system that programs and libraries belong to.

    Only where the run was on this very system, not in a container of its own.
    """
    used = fact.value
    if used is None:
        return fact
    files = [*(one.file for one in used.programs), *(one.file for one in used.libraries)]
    owners = packages.owners(files)

    def named(one: T) -> T:
        owner = owners.get(one.file)
        if owner is None:
            return one
        return msgspec.structs.replace(one, package=owner.name, version=owner.version)

    value = Programs(
        programs=tuple(map(named, used.programs)), libraries=tuple(map(named, used.libraries))
    )
    return msgspec.structs.replace(fact, value=value)
