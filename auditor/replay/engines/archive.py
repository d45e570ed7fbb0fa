"""Files to a tar stream and back, as an engine's archive API takes and gives them.

The format is POSIX pax (IEEE Std 1003.1-2008, *pax*): times to the nanosecond, names of any length.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from auditor.errors import MachineError, NotReplayedError

__all__ = ["pack", "unpack"]

_CHUNK = 1024 * 1024
_TOO_DEEP = "the replay left folders that are too deep"


def pack(sources: Mapping[str, Path]) -> Iterator[bytes]:
    """Yield a tar of files and folders under new names, with owner, mode and time as they are.

    Links stay links. Raises ``MachineError`` where a file cannot be read.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(), mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, source in sources.items():
                for path, member in _walk(source, name):
                    yield from _member(tar, path, member)
    except OSError as error:
        raise MachineError(f"cannot read what the replay needs: {error}") from None
    yield b"\0" * tarfile.RECORDSIZE


def unpack(chunks: Iterable[bytes], folder: Path, most: int) -> None:
    """Put what is below the first folder of a tar in place of all that is in ``folder``.

    Links are made last, so that nothing is written through one. Devices are left out.
    Raises ``NotReplayedError`` where there are more than ``most`` bytes, ``MachineError`` where
    they cannot be written.
    """
    links: list[tarfile.TarInfo] = []
    try:
        _empty(folder)
        with tarfile.open(fileobj=_Stream(chunks, most), mode="r|") as tar:
            for member in tar:
                _, _, member.name = member.name.strip("/").partition("/")
                if member.issym():
                    links.append(member)
                elif member.name:
                    _extract(tar, member, folder)
        for member in links:
            place = _inside(folder, member.name)
            place.symlink_to(member.linkname)
    except tarfile.TarError as error:
        raise NotReplayedError(f"what the replay left cannot be read: {error}") from None
    except RecursionError:
        raise NotReplayedError(_TOO_DEEP) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise NotReplayedError(_TOO_DEEP) from None
        raise MachineError(f"cannot write what the replay left: {error}") from None


def _walk(source: Path, name: str) -> Iterator[tuple[Path, str]]:
    waiting = [(source, name)]  # not by recursion: folders may be deeper than Python's stack
    while waiting:
        path, name = waiting.pop()
        yield path, name
        if path.is_dir() and not path.is_symlink():
            children = sorted(path.iterdir(), reverse=True)
            waiting += [(child, f"{name}/{child.name}") for child in children]


def _member(tar: tarfile.TarFile, path: Path, name: str) -> Iterator[bytes]:
    info: tarfile.TarInfo | None = tar.gettarinfo(path, name)
    if info is None:  # a socket
        return
    tar.inodes.clear()  # type: ignore[attr-defined] # two names of a file are two files here
    if not info.isreg():
        yield _header(info, path)
        return
    with path.open("rb") as file:
        left = info.size
        yield _header(info, path)
        while left:
            # A file that shrank meanwhile is filled up: its digest tells.
            chunk = file.read(min(_CHUNK, left)) or b"\0" * min(_CHUNK, left)
            left -= len(chunk)
            yield chunk
    yield b"\0" * (-info.size % tarfile.BLOCKSIZE)


def _header(info: tarfile.TarInfo, path: Path) -> bytes:
    nanoseconds = path.lstat().st_mtime_ns
    info.mtime = nanoseconds // 10**9
    # A float has too few digits: the record says it in full.
    info.pax_headers = {"mtime": f"{nanoseconds // 10**9}.{nanoseconds % 10**9:09d}"}
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    if member.ischr() or member.isblk():
        return
    place = _inside(folder, member.name)
    if member.islnk():
        _, _, target = member.linkname.strip("/").partition("/")
        os.link(_inside(folder, target), place, follow_symlinks=False)
        return
    if member.isdir():
        member.mode |= 0o700  # what is in it is still to come
    tar.extract(member, folder, numeric_owner=True, filter="fully_trusted")


def _inside(folder: Path, name: str) -> Path:
    place = folder / name
    if ".." in name.split("/") or not place.resolve().is_relative_to(folder.resolve()):
        raise tarfile.TarError(f"{name!r} leads out of it")
    return place


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


class _Stream(io.RawIOBase):
    """Chunks as a file that can be read once, up to so many bytes."""

    def __init__(self, chunks: Iterable[bytes], most: int) -> None:
        super().__init__()
        self._chunks = iter(chunks)
        self._rest = b""
        self._left = most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, wanted = [self._rest], size - len(self._rest)
        while size < 0 or wanted > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            parts.append(chunk)
            wanted -= len(chunk)
            self._left -= len(chunk)
            if self._left < 0:
                raise NotReplayedError("the replay left more than there is room for")
        data = b"".join(parts)
        self._rest = b"" if size < 0 else data[size:]
        return data if size < 0 else data[:size]
