"""Contents by digest: ``objects/ab/cdef…``, written once, verified when read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.errors import InputError, IntegrityError
from auditor.hashing import UnstableFileError, copy_hashing, hash_file
from auditor.model.digest import digest_bytes, hex_of
from auditor.store.atomic import atomic, write

__all__ = ["Objects"]

_REST = 62  # of 64 digits; the first two name the folder


class Objects:
    """The objects below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put_bytes(self, data: bytes) -> str:
        """Keep ``data`` and return its digest."""
        digest = digest_bytes(data)
        if not self.has(digest):
            write(self._place(digest), data)
        return digest

    def put_file(self, path: Path) -> tuple[str, int]:
        """Keep the content of ``path`` and return ``(digest, size)`` of what was kept.

        Raises ``OSError`` where ``path`` cannot be read, ``MachineError`` where the store cannot
        be written.
        """
        digest, size = hash_file(path)
        if not self.has(digest):
            with path.open("rb") as source, atomic(self._place(digest)) as target:
                copied, _size = copy_hashing(source, target)
                if copied != digest:
                    raise UnstableFileError(f"{path} changed while it was kept")
        return digest, size

    def has(self, digest: str) -> bool:
        """Say whether the content of ``digest`` is kept."""
        return self._place(digest).is_file()

    def path(self, digest: str) -> Path:
        """Return where the content lies, without verifying it. Raises ``InputError`` if nowhere."""
        place = self._place(digest)
        if not place.is_file():
            raise InputError(f"the store does not hold {digest}")
        return place

    def verified(self, digest: str) -> Path:
        """Return where the content lies, its digest recomputed. Raises ``IntegrityError``."""
        place = self.path(digest)
        found, _size = hash_file(place)
        if found != digest:
            raise IntegrityError(
                f"the stored object {digest} has the content of {found}",
                hint=f"{place} was changed; restore it from a backup or a bundle",
            )
        return place

    def read(self, digest: str) -> bytes:
        """Return the content, verified. Raises ``IntegrityError`` or ``InputError``."""
        data = self.path(digest).read_bytes()
        if digest_bytes(data) != digest:
            self.verified(digest)
        return data

    def digests(self) -> Iterator[str]:
        """Yield the digest of everything that is kept."""
        for place in self.folder.glob("??/*"):
            if len(place.name) == _REST:  # others are being written
                yield f"sha256:{place.parent.name}{place.name}"

    def _place(self, digest: str) -> Path:
        digits = hex_of(digest)
        return self.folder / digits[:2] / digits[2:]
