"""DVC: contents by MD5 in a repository's cache and remotes.

Which MD5 a file has is said by ``PATH.dvc`` and ``dvc.lock``, and for a folder by the list
``MD5.dir`` in the cache. The content then counts only with the recorded SHA-256.
https://doc.dvc.org/user-guide/project-structure/internal-files
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from auditor.model.files import File
from auditor.model.record import Record
from auditor.replay.data.dvc_config import Settings, repository
from auditor.replay.data.interface import Context, Wanted
from auditor.replay.data.map_path import is_url, joined
from auditor.replay.data.remote import small

__all__ = ["Dvc", "Entry", "by_name"]

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")
_LARGEST = 16 * 1024**2  # bytes of a document: more is no metadata
_MOST = 100_000  # entries of a document


class Entry(Record, frozen=True, kw_only=True):
    """What DVC says of one output: its name or path, its MD5, and its size if it does."""

    path: str
    md5: str
    size: int | None = None


Document = dict[str, list[Entry]]  # by the last part of their paths


class Dvc:
    """The DVC repositories of this store and of a trusted project."""

    def __init__(self, context: Context) -> None:
        self.context = context
        found = dict.fromkeys(repository(project) for project in context.projects)
        self.settings = [Settings(root) for root in found if root is not None]
        self._documents: dict[str, Document] = {}

    def offers(self, wanted: Wanted) -> Iterator[str]:
        """Yield files of the caches, then addresses in the remotes of a trusted project."""
        if not self.settings:
            return
        digests = tuple(dict.fromkeys(self._md5s(wanted)))
        for md5 in digests:
            yield from map(str, self._cached(md5))
        if self.context.options.trusted:
            yield from self._in_remotes(digests)

    def _in_remotes(self, digests: tuple[str, ...]) -> Iterator[str]:
        for remote in dict.fromkeys(url for one in self.settings for url in one.remotes):
            for layout in (place for md5 in digests for place in _layouts(md5)):
                place = joined(remote, layout) if is_url(remote) else f"{remote}/{layout}"
                if is_url(place) or Path(place).is_file():
                    yield place

    def _md5s(self, wanted: Wanted) -> Iterator[str]:
        place = PurePosixPath(wanted.place)
        for document in (*self._recorded, *self._beside(wanted)):
            for index, name in enumerate(place.parts):
                below = "/".join(place.parts[index + 1 :])
                for entry in document.get(name, ()):
                    if entry.md5.endswith(".dir"):
                        yield from self._in_folder(entry.md5, below)
                    elif not below and entry.size in {None, wanted.size}:
                        yield entry.md5

    def _in_folder(self, md5: str, relative: str) -> Iterator[str]:
        name = PurePosixPath(relative).name
        for listing in self._listings(md5):
            for entry in listing.get(name, ()):
                if entry.path == relative:
                    yield entry.md5

    def _listings(self, md5: str) -> Iterator[Document]:
        found = [self._read(place) for place in self._cached(md5)]
        if not found and self.context.options.trusted:
            found = [self._there(place) for place in self._in_remotes((md5,))]
        yield from found

    def _cached(self, md5: str) -> Iterator[Path]:
        for settings in self.settings:
            for cache in settings.caches:
                for layout in _layouts(md5):
                    if (cache / layout).is_file():
                        yield cache / layout

    @cached_property
    def _recorded(self) -> tuple[Document, ...]:
        """What the run's own source says."""
        objects = self.context.objects
        return tuple(
            self._read(objects.path(file.digest))
            for file in self.context.source
            if _is_document(file) and file.digest and objects.has(file.digest)
        )

    def _beside(self, wanted: Wanted) -> Iterator[Document]:
        """Yield what the documents on the way from a project of this host to the file say."""
        for project in self.context.projects:
            here = PurePosixPath(wanted.place)
            if not here.is_relative_to(self.context.root):
                continue
            relative = here.relative_to(self.context.root)
            for part in (relative, *relative.parents):
                yield self._read(project / part / "dvc.lock")
                if part.name:
                    yield self._read((project / part).with_name(f"{part.name}.dvc"))

    def _read(self, file: Path) -> Document:
        if str(file) not in self._documents:
            self._documents[str(file)] = by_name(_content(file))
        return self._documents[str(file)]

    def _there(self, place: str) -> Document:
        if not is_url(place):
            return self._read(Path(place))
        if place not in self._documents:
            self._documents[place] = by_name(small(place, _LARGEST))
        return self._documents[place]


def _content(file: Path) -> bytes:
    try:
        fits = file.is_file() and file.stat().st_size <= _LARGEST
        return file.read_bytes() if fits else b""
    except OSError:
        return b""


def by_name(data: bytes) -> Document:
    """Return what a ``.dvc`` file, a ``dvc.lock`` or a ``.dir`` list says; nothing if unreadable.

    A list is JSON ``[{"md5", "relpath"}, …]``; the others are YAML with ``outs`` and ``deps``, in
    ``dvc.lock`` by stage.
    """
    found: Document = {}
    try:
        document = json.loads(data) if data.lstrip().startswith(b"[") else _yaml(data)
    except (ValueError, RecursionError):
        return found
    for entry in islice(_entries(document), _MOST):
        found.setdefault(PurePosixPath(entry.path).name, []).append(entry)
    return found


def _yaml(data: bytes) -> Any:  # noqa: ANN401 - any document
    import yaml  # noqa: PLC0415 - late: only for projects of DVC

    try:
        return yaml.load(data, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _entries(document: Any) -> Iterator[Entry]:  # noqa: ANN401 - any document
    if isinstance(document, list):
        for row in document:
            yield from _entry(row, "relpath")
    elif isinstance(document, dict):
        stages = document.get("stages")
        for part in stages.values() if isinstance(stages, dict) else (document,):
            for key in ("outs", "deps"):
                rows = part.get(key) if isinstance(part, dict) else None
                for row in rows if isinstance(rows, list) else ():
                    yield from _entry(row, "path")


def _entry(row: Any, key: str) -> Iterator[Entry]:  # noqa: ANN401 - any document
    match row:
        case {"md5": str(md5)} if _MD5.fullmatch(md5) and isinstance(row.get(key), str):
            size = row.get("size")
            yield Entry(path=row[key], md5=md5, size=size if isinstance(size, int) else None)


def _is_document(file: File) -> bool:
    return file.path.endswith(".dvc") or PurePosixPath(file.path).name == "dvc.lock"


def _layouts(md5: str) -> tuple[str, str]:
    """Return where caches of DVC 3 and of DVC 2 hold a content."""
    place = f"{md5[:2]}/{md5[2:]}"
    return f"files/md5/{place}", place
