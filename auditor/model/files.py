"""Files by path and digest, and manifests of them with a root digest.

A long list of files is an object of its own, one file a line: what holds it stays small, and two
that have one root are equal without reading it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

import msgspec

from auditor.errors import InputError
from auditor.model.canonical import written
from auditor.model.digest import Digest, digest_bytes
from auditor.model.record import Record

__all__ = [
    "ALL",
    "MOST_FOLDERS",
    "MOST_INLINE",
    "File",
    "FileList",
    "Files",
    "Manifest",
    "count_of",
    "decode_line",
    "encode_line",
    "encode_list",
    "inline",
    "list_of",
    "manifest",
    "root_of",
    "top_folder",
]

MOST_INLINE = 2000  # a longer list is an object of its own
MOST_FOLDERS = 100
ALL = "./"  # stands for what lies in no folder, and for very many folders
_FIRST = 20


class File(Record, frozen=True, kw_only=True):
    """One file of a run.

    ``path`` is POSIX, relative to the project root, absolute outside it. ``digest`` is of the
    content when it was first opened (inputs, source) or when the run ended (outputs), ``None``
    with a ``reason`` if it could not be read. ``digest_at_end`` is set where the content had
    changed by the end of the run; ``gone``: it was not there any more by then. ``size`` is in
    bytes. ``kept``: the store holds the content.
    ``seen`` says by which means the file was noticed: ``hook``, ``scan``, ``declared``, ``argv``,
    or ``listed``: it was not seen to be opened, and its folder was listed.
    """

    path: str
    digest: Digest | None
    size: int | None
    executable: bool = False
    kept: bool = False
    digest_at_end: Digest | None = None
    gone: bool = False
    seen: str = "hook"
    reason: str = ""


class FileList(Record, frozen=True, kw_only=True):
    """Files that are an object of their own, whose digest is ``listed``.

    ``unread`` of the ``count`` files have no digest. ``folders`` counts them by top folder,
    all as ``./`` where there are very many; ``first`` are the first few, to be shown.
    """

    listed: Digest
    count: int
    unread: int
    folders: dict[str, int]
    first: tuple[File, ...]


Files = tuple[File, ...] | FileList


class Manifest(Record, frozen=True, kw_only=True):
    """Files sorted by path, and one digest over paths, contents and execute bits."""

    root: Digest
    files: Files

    @property
    def count(self) -> int:
        """How many files there are."""
        return count_of(self.files)

    @property
    def shown(self) -> tuple[File, ...]:
        """The files that can be shown without reading an object: all, or the first of a list."""
        return self.files.first if isinstance(self.files, FileList) else self.files

    @property
    def unread(self) -> int:
        """How many files have no digest."""
        if isinstance(self.files, FileList):
            return self.files.unread
        return sum(file.digest is None for file in self.files)


def manifest(files: Iterable[File]) -> Manifest:
    """Return the manifest of ``files``: sorted by the UTF-8 of their paths, one entry a path.

    Equal trees have equal roots.
    """
    by_path = {file.path: file for file in files}
    ordered = tuple(by_path[path] for path in sorted(by_path, key=written))
    return Manifest(root=root_of(ordered), files=ordered)


def count_of(files: Files) -> int:
    """Return how many files there are."""
    return files.count if isinstance(files, FileList) else len(files)


def inline(files: Files) -> tuple[File, ...]:
    """Return the files. Raises ``InputError`` where they are an object that was not read."""
    if isinstance(files, FileList):
        raise InputError(
            f"only the digest {files.listed} of a list of {files.count:,} files is known here, "
            "not its files",
            hint="a bundle made by auditor pack holds it",
        )
    return files


def root_of(files: Iterable[File]) -> str:
    """Return the digest of the canonical JSON of ``[path, digest, executable]`` of each file."""
    found = hashlib.sha256(b"[")
    comma = b""
    for file in files:
        found.update(comma + _json([written(file.path), file.digest, file.executable]))
        comma = b","
    found.update(b"]")
    return f"sha256:{found.hexdigest()}"


def encode_list(files: Iterable[File]) -> tuple[FileList, bytes]:
    """Return what stands for ``files``, and their lines, sorted by path as it is written."""
    ordered = sorted(files, key=lambda file: written(file.path))
    data = b"".join(map(encode_line, ordered))
    return list_of(ordered, digest_bytes(data)), data


def list_of(files: Iterable[File], listed: str) -> FileList:
    """Return what stands for sorted ``files`` whose lines have the digest ``listed``."""
    count = unread = 0
    folders: Counter[str] = Counter()
    first: list[File] = []
    for file in files:
        count += 1
        unread += file.digest is None
        folders[top_folder(file.path)] += 1
        if count <= _FIRST:
            first.append(file)
    return FileList(
        listed=listed,
        count=count,
        unread=unread,
        folders=dict(folders) if len(folders) <= MOST_FOLDERS else {ALL: count},
        first=tuple(first),
    )


def top_folder(path: str) -> str:
    """Return the first folder of a path with its slash, ``./`` for what lies in none."""
    start = 1 if path.startswith("/") else 0
    end = path.find("/", start)
    return written(path[: end + 1]) if end > 0 else ALL


def encode_line(file: File) -> bytes:
    """Return a file as one line, a canonical JSON array; its path comes first."""
    row = (
        *(written(file.path), file.digest, file.executable, file.size, file.kept),
        *(file.digest_at_end, file.gone, file.seen, written(file.reason)),
    )
    return _json(row) + b"\n"


def decode_line(line: bytes) -> File:
    """Return the file of a line. Raises ``InputError``."""
    try:
        row = _ROW.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"a list of files cannot be read: {error}") from None
    path, digest, executable, size, kept, digest_at_end, gone, seen, reason = row
    return File(
        path=path,
        digest=digest,
        size=size,
        executable=executable,
        kept=kept,
        digest_at_end=digest_at_end,
        gone=gone,
        seen=seen,
        reason=reason,
    )


# For text, integers, truth values and null this is canonical JSON, and 20 times as fast.
_json = msgspec.json.Encoder().encode
_Row = tuple[str, Digest | None, bool, int | None, bool, Digest | None, bool, str, str]
_ROW: msgspec.json.Decoder[_Row] = msgspec.json.Decoder(_Row)
