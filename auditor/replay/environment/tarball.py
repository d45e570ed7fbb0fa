"""A deterministic tar, streamed: never whole in memory or on disk."""

from __future__ import annotations

import io
import os
import posixpath
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from auditor.errors import MachineError
from auditor.model.record import Record

__all__ = ["Member", "link", "stream", "text"]

_CHUNK = 256 * 1024


class Member(Record, frozen=True, kw_only=True):
    """A file from ``source``, or with ``data``; a link to ``target``; else a folder of ``mode``."""

    source: Path | None = None
    data: bytes | None = None
    target: str = ""
    mode: int = 0o755


def link(target: str) -> Member:
    """Return a symbolic link."""
    return Member(target=target)


def text(content: str) -> Member:
    """Return a file with ``content``."""
    return Member(data=content.encode())


def stream(members: Mapping[str, Member]) -> Iterator[bytes]:
    """Yield the tar of ``members``, by path: sorted, owned by root, folders added and searchable.

    Raises ``MachineError`` where a source cannot be read.
    """
    reader, writer = os.pipe()
    failures: list[BaseException] = []
    thread = threading.Thread(target=_write, args=(writer, members, failures), daemon=True)
    thread.start()
    with open(reader, "rb") as file:  # noqa: PTH123 - a descriptor
        while chunk := file.read(_CHUNK):
            yield chunk
    thread.join()
    if failures:
        raise MachineError(f"a file of an image cannot be read: {failures[0]}") from failures[0]


def _write(writer: int, members: Mapping[str, Member], failures: list[BaseException]) -> None:
    try:
        with (
            suppress(BrokenPipeError),  # the reader has had enough
            open(writer, "wb") as file,
            tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            for path, member in sorted(_with_folders(members).items()):
                _add(tar, path, member)
    except (OSError, tarfile.TarError) as error:
        failures.append(error)


def _with_folders(members: Mapping[str, Member]) -> dict[str, Member]:
    everything = dict(members)
    for path in members:
        folder = posixpath.dirname(path)
        while folder.strip("/") and folder not in everything:
            everything[folder] = Member()
            folder = posixpath.dirname(folder)
    return everything


def _add(tar: tarfile.TarFile, path: str, member: Member) -> None:
    info = tarfile.TarInfo(path.lstrip("/"))
    if member.target:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, member.target, 0o777
        tar.addfile(info)
    elif member.source is not None:
        with member.source.open("rb") as file:
            stat = os.fstat(file.fileno())
            # Whole seconds: compiled modules name the time of their source so.
            info.size, info.mtime = stat.st_size, int(stat.st_mtime)
            info.mode = 0o755 if stat.st_mode & 0o111 else 0o644
            tar.addfile(info, file)
    elif member.data is not None:
        info.size, info.mode = len(member.data), 0o644
        tar.addfile(info, io.BytesIO(member.data))
    else:
        info.type, info.mode = tarfile.DIRTYPE, member.mode
        tar.addfile(info)
