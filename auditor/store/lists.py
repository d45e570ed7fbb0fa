"""Long lists of files: objects of their own, written once, verified, and read as far as needed."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path

import msgspec

from auditor.errors import InputError, IntegrityError
from auditor.model.fact import Fact
from auditor.model.files import (
    MOST_INLINE,
    File,
    FileList,
    Files,
    Manifest,
    decode_line,
    encode_line,
    encode_list,
    list_of,
    root_of,
)
from auditor.model.fingerprint import Fingerprint, manifests_of
from auditor.store.objects import Objects

__all__ = ["Listing", "check_lists", "files_in", "keep_list", "lines_of", "table_of", "with_files"]

_LONGEST = 64 * 1024  # bytes a line: a path has at most 4096
_MOST_BYTES = 4 * 1024**3


class Listing(Mapping[str, File]):
    """The files of a list by path, looked up in its object; only what is asked for is read."""

    def __init__(self, files: FileList, objects: Objects) -> None:
        self.files = files
        self.objects = objects

    @cached_property
    def place(self) -> Path:
        """Where the object lies, verified. Raises ``InputError``, ``IntegrityError``."""
        if not self.objects.has(self.files.listed):
            raise InputError(
                f"the store does not hold the list {self.files.listed} of "
                f"{self.files.count:,} files",
                hint="a bundle made by auditor pack holds it",
            )
        place = self.objects.verified(self.files.listed)
        if place.stat().st_size > _MOST_BYTES:
            raise InputError(f"the list {self.files.listed} has more than {_MOST_BYTES} bytes")
        return place

    def __getitem__(self, path: str) -> File:
        """Return a file, by bisection. Raises ``KeyError``."""
        found = None
        if self.place.stat().st_size:  # what is empty cannot be mapped
            with (
                self.place.open("rb") as opened,
                mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as lines,
            ):
                found = _bisect(lines, path)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        return (file.path for file in self.in_order())

    def __len__(self) -> int:
        return self.files.count

    def lines(self) -> Iterator[bytes]:
        """Yield the lines, each with its end."""
        with self.place.open("rb", buffering=1024 * 1024) as opened:
            yield from iter(partial(opened.readline, _LONGEST), b"")

    def in_order(self) -> Iterator[File]:
        """Yield the files, sorted by path. Raises ``InputError``."""
        return map(decode_line, self.lines())


def keep_list(files: Files, objects: Objects) -> Files:
    """Return the files as an object of their own, if they are many. Raises ``MachineError``."""
    if isinstance(files, FileList) or len(files) <= MOST_INLINE:
        return files
    listed, data = encode_list(files)
    objects.put_bytes(data)
    return listed


def table_of(manifest: Manifest, objects: Objects) -> Mapping[str, File]:
    """Return the files by path; of a long list nothing is read yet."""
    if isinstance(manifest.files, FileList):
        return Listing(manifest.files, objects)
    return {file.path: file for file in manifest.files}


def lines_of(table: Mapping[str, File]) -> Iterator[bytes]:
    """Yield the lines of a table that ``table_of`` returned, sorted by path."""
    return table.lines() if isinstance(table, Listing) else map(encode_line, table.values())


def files_in(manifest: Manifest | None, objects: Objects) -> Iterator[File]:
    """Yield all files, sorted by path. Raises ``InputError``, ``IntegrityError``."""
    if manifest is None:
        return iter(())
    if isinstance(manifest.files, FileList):
        return Listing(manifest.files, objects).in_order()
    return iter(manifest.files)


def with_files(fingerprint: Fingerprint, objects: Objects) -> Fingerprint:
    """Return the fingerprint with all its lists read. Raises ``InputError``, ``IntegrityError``."""

    def loaded(fact: Fact[Manifest]) -> Fact[Manifest]:
        if fact.value is None or not isinstance(fact.value.files, FileList):
            return fact
        files = tuple(files_in(fact.value, objects))
        whole = msgspec.structs.replace(fact.value, files=files)
        return msgspec.structs.replace(fact, value=whole)

    recipe, outcome = fingerprint.recipe, fingerprint.outcome
    source = msgspec.structs.replace(recipe.source, files=loaded(recipe.source.files))
    return msgspec.structs.replace(
        fingerprint,
        recipe=msgspec.structs.replace(recipe, source=source, inputs=loaded(recipe.inputs)),
        outcome=msgspec.structs.replace(outcome, outputs=loaded(outcome.outputs)),
    )


def check_lists(fingerprint: Fingerprint, objects: Objects) -> None:
    """Refuse lists that are not what the fingerprint says of them.

    Raises ``InputError`` where one is missing or unreadable, ``IntegrityError`` where it differs.
    """
    for manifest in manifests_of(fingerprint):
        if not isinstance(manifest.files, FileList):
            continue
        listing = Listing(manifest.files, objects)
        found = list_of(_checked(listing), manifest.files.listed), root_of(_checked(listing))
        if found != (manifest.files, manifest.root):
            raise IntegrityError(
                f"the list {manifest.files.listed} is not what its fingerprint says of it",
                hint="the fingerprint was changed or damaged; get it again",
            )


def _checked(listing: Listing) -> Iterator[File]:
    """Yield the files of lines that are canonical and in order."""
    last = ""
    for line in listing.lines():
        file = decode_line(line)
        if file.path < last or encode_line(file) != line:
            raise InputError(f"the list {listing.files.listed} is not in order")
        last = file.path
        yield file


def _bisect(lines: mmap.mmap, path: str) -> File | None:
    low, high = 0, len(lines)
    while low < high:
        start = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = lines.find(b"\n", start) + 1 or len(lines)
        file = decode_line(lines[start : min(end, start + _LONGEST)])
        if file.path == path:
            return file
        low, high = (end, high) if file.path < path else (low, start)
    return None
