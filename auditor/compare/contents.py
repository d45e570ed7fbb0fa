"""Contents of outputs and streams: which are kept, and how a pair of them compares by value."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts import HEAD
from auditor.compare.artifacts.bytes import first_difference
from auditor.model.comparison import State
from auditor.model.facts import Stream
from auditor.model.files import File
from auditor.model.record import Record
from auditor.store.objects import Objects

__all__ = ["Content", "Contents", "of_file", "of_stream"]


class Content(Record, frozen=True, kw_only=True):
    """One side's content: recorded with a digest, known to be absent, or not recorded."""

    state: State
    digest: str | None = None
    reason: str = ""


def of_file(file: File | None) -> Content:
    """Return the content of an output, ``None`` where the run left no such file."""
    if file is None:
        return Content(state="absent")
    if file.digest is None:
        return Content(state="unrecorded", reason=file.reason or "its digest was not recorded")
    return Content(state="recorded", digest=file.digest)


def of_stream(stream: Stream) -> Content:
    """Return the content of a stream."""
    return Content(state="recorded", digest=stream.digest)


class Contents:
    """Reads kept contents from the store, each verified once."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self._places: dict[str, Path | None] = {}

    def place(self, content: Content) -> Path | None:
        """Return where a content lies, ``None`` where it is not kept. Raises ``IntegrityError``."""
        digest = content.digest
        if digest is None:
            return None
        if digest not in self._places:
            kept = self.objects.has(digest)
            self._places[digest] = self.objects.verified(digest) if kept else None
        return self._places[digest]

    def head(self, contents: tuple[Content, ...]) -> bytes:
        """Return the first bytes of the first content that is kept."""
        for content in contents:
            if content.digest is not None and self.objects.has(content.digest):
                with self.objects.path(content.digest).open("rb") as file:
                    return file.read(HEAD)
        return b""

    def places(self, a: Content, b: Content) -> tuple[Path, Path] | None:
        """Return where two contents lie, ``None`` where one is not kept."""
        left, right = self.place(a), self.place(b)
        return None if left is None or right is None else (left, right)

    def bytes(self, a: Content, b: Content) -> tuple[str, ...]:
        """Return lines that say where two contents first differ, as far as they are kept."""
        found = self.places(a, b)
        return first_difference(*found) if found else ()
