"""Keeps the contents of a run's files, each checked against its recorded digest."""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditor.hashing import Hashed, hash_files
from auditor.hashing.cache import Cache
from auditor.model.digest import hex_of
from auditor.model.fact import Fact
from auditor.model.files import File, Manifest, manifest
from auditor.model.record import Record
from auditor.store.lists import keep_list
from auditor.store.objects import Objects

__all__ = ["Keeping"]


class Keeping(Record, frozen=True, kw_only=True):
    """Where the files of a run lie now, and which of them are kept.

    ``tree`` is the root as it lies on this host. ``absolute``: paths outside the root are those of
    this host, which they are not after a replay. ``saved`` holds contents that were overwritten.
    ``cache`` tells digests that nobody took yet; what has one is read before it is kept.
    """

    objects: Objects
    tree: Path
    absolute: bool
    saved: Path | None
    keep: int
    cache: Cache | None = None

    def kept(
        self, files: Fact[tuple[File, ...]], *, all_sizes: bool = False
    ) -> Fact[tuple[File, ...]]:
        """Return the files, each kept that can be; ``all_sizes``: whatever its size."""
        if files.value is None:
            return files
        limit = None if all_sizes else self.keep
        return msgspec.structs.replace(
            files, value=tuple(self._kept(file, limit) for file in self._learnt(files.value))
        )

    def manifest_of(self, files: Fact[tuple[File, ...]]) -> Fact[Manifest]:
        """Return the manifest, a long one as an object of its own."""
        value = None
        if files.value is not None:
            whole = manifest(files.value)
            value = Manifest(root=whole.root, files=keep_list(whole.files, self.objects))
        return Fact(value=value, how=files.how, source=files.source, reason=files.reason)

    def path_of(self, name: str) -> Path | None:
        """Return where a file lies on this host, ``None`` if it does not.

        A name that leaves the tree lies nowhere: who was observed could write the record too.
        """
        if "\0" in name or ".." in name.split("/"):
            return None
        if not name.startswith("/"):
            return self.tree / name
        return Path(name) if self.absolute else None

    def _learnt(self, files: tuple[File, ...]) -> tuple[File, ...]:
        """Return the files with the digests that nobody took yet, or why they cannot be taken."""
        asked = [file for file in files if file.digest is None and not file.reason]
        places = {file.path: place for file in asked if (place := self.path_of(file.path))}
        hashed = hash_files(places.values(), cache=self.cache)
        found = dict(zip(places, hashed, strict=True))
        return tuple(
            _described(file, found.get(file.path))
            if file.digest is None and not file.reason
            else file
            for file in files
        )

    def _kept(self, file: File, limit: int | None) -> File:
        if file.digest is None:
            return file
        if self.objects.has(file.digest):
            return msgspec.structs.replace(file, kept=True)
        if limit is not None and file.size is not None and file.size > limit:
            return file
        return self._stored(file, limit)

    def _stored(self, file: File, limit: int | None) -> File:
        path = self._source_of(file)
        if path is None:
            return file
        try:
            if limit is not None and path.stat().st_size > limit:
                return _changed(file)
            digest, _size = self.objects.put_file(path)
        except OSError as error:
            return _lost(file, f"could not be kept: {error.strerror or error}")
        if digest != file.digest:
            changed = _changed(file)
            return msgspec.structs.replace(changed, digest_at_end=file.digest_at_end or digest)
        return msgspec.structs.replace(file, kept=True)

    def _source_of(self, file: File) -> Path | None:
        if self.saved is not None and file.digest is not None:
            saved = self.saved / hex_of(file.digest)
            if saved.is_file():
                return saved
        return self.path_of(file.path)


def _described(file: File, hashed: Hashed | None) -> File:
    """Return a file that nobody hashed yet with what was found, or why nothing was."""
    if hashed is None:
        return _lost(file, "lies outside the tree of the replay")
    if isinstance(hashed.digest, OSError):
        return _lost(file, f"could not be kept: {hashed.digest.strerror or hashed.digest}")
    try:
        executable = bool(hashed.path.stat().st_mode & 0o100)
    except OSError as error:
        return _lost(file, f"could not be kept: {error.strerror or error}")
    return msgspec.structs.replace(
        file, digest=hashed.digest, size=hashed.size, executable=executable
    )


def _changed(file: File) -> File:
    return _lost(file, "changed before it could be kept")


def _lost(file: File, reason: str) -> File:
    return msgspec.structs.replace(file, kept=False, reason=reason)
