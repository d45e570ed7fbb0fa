"""git-lfs: ``lfs/objects/ab/cd/OID`` of a repository, where OID is the content's SHA-256.

https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from auditor import git
from auditor.model.digest import hex_of
from auditor.replay.data.interface import Context, Wanted

__all__ = ["GitLfs"]


class GitLfs:
    """The objects that git-lfs has fetched; it is never asked to fetch more."""

    def __init__(self, context: Context) -> None:
        self.projects = context.projects

    def offers(self, wanted: Wanted) -> Iterator[str]:
        """Yield the objects of this digest."""
        oid = hex_of(wanted.digest)
        for storage in self._storages:
            place = storage / "objects" / oid[:2] / oid[2:4] / oid
            if place.is_file():
                yield str(place)

    @cached_property
    def _storages(self) -> tuple[Path, ...]:
        """Return ``lfs`` of the repositories, or what ``lfs.storage`` says (git-lfs-config(5))."""
        found = (
            folder / (git.setting(project, "lfs.storage") or "lfs")
            for project in self.projects
            if (folder := git.folder(project)) is not None
        )
        return tuple(dict.fromkeys(found))
