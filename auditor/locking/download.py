"""Bring one file, by digest: what an interrupted download left is gone on with, where it can be."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from pathlib import Path
from typing import IO, Protocol

from pip._internal.models.link import Link
from pip._vendor import requests

__all__ = ["download"]

CHUNK = 64 * 1024  # what is lost where it breaks off
_TRIES = 4
_NO_SUCH_RANGE = 416
_PARTIAL = 206


class _Session(Protocol):
    def get(self, url: str, *, headers: dict[str, str], stream: bool) -> requests.Response: ...


def download(session: _Session, link: Link, digest: str, target: Path, parts: Path) -> bool:
    """Write the file to ``target``, and say whether it has ``digest``; otherwise it is not left.

    ``parts`` keeps what has arrived if it breaks off. Raises ``OSError`` where it cannot be had.
    """
    part = parts / f"{digest.partition(':')[2]}.part"
    with part.open("ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another auditor is at it
            with target.open("wb+") as own:
                return _arrived(session, link, digest, own, target)
        found = _arrived(session, link, digest, file, part)
        if found:
            part.replace(target)
        return found


def _arrived(session: _Session, link: Link, digest: str, file: IO[bytes], place: Path) -> bool:
    resumed = file.seek(0, 2) > 0
    _fill(session, link, file)
    if _digest(file) == digest:
        return True
    if resumed:  # what was there may have been of another file
        file.truncate(0)
        _fill(session, link, file)
    if _digest(file) == digest:
        return True
    place.unlink()
    return False


def _fill(session: _Session, link: Link, file: IO[bytes]) -> None:
    """Append what is missing. Raises ``OSError`` where it breaks off again and again."""
    if link.is_file:
        file.truncate(0)
        place = Path(link.file_path)
        if not place.is_file():  # a device has no end, and a lock may name any
            raise OSError(f"{place} is no file")
        with place.open("rb") as source:
            shutil.copyfileobj(source, file, CHUNK)
        return
    for last in (*[False] * (_TRIES - 1), True):
        try:
            if _stream(session, link.url_without_fragment, file):
                return
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            if last:
                raise
    raise OSError(f"{link.filename} broke off {_TRIES} times")


def _stream(session: _Session, url: str, file: IO[bytes]) -> bool:
    """Append what the server sends; say whether that was all."""
    have = file.seek(0, 2)
    # no-store: the file is kept by digest, once is enough.
    headers = {"Accept-Encoding": "identity", "Cache-Control": "no-store"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with session.get(url, headers=headers, stream=True) as response:
        if response.status_code == _NO_SUCH_RANGE:  # it is all there, or of another file
            return True
        response.raise_for_status()
        if response.status_code != _PARTIAL:
            file.truncate(0)
        before = file.seek(0, 2)
        for chunk in response.iter_content(CHUNK):
            file.write(chunk)
        length = response.headers.get("Content-Length")
    return length is None or file.tell() - before >= int(length)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"
