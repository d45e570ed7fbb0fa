"""Fetch one file into the cache: resumable, verified, and whole or not there."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from auditor.hashing import matches
from auditor.model.digest import digest_bytes
from auditor.replay.data.cached import cache_place
from auditor.replay.data.failures import NotFetchedError, reason, temporary
from auditor.replay.data.interface import Wanted
from auditor.replay.data.pool import StoppedError
from auditor.replay.data.remote import Remote, State, opened, shown

__all__ = ["TRIES", "ask", "fetch", "partial_size"]

TRIES = 5
_PAUSE = 1.0  # seconds before the second try, twice as long before each further one
_LOOK = 0.2  # seconds between looks at another auditor's lock

Arrived = Callable[[int], None]  # is told how many bytes the partial file has


def ask(url: str, wanted: Wanted) -> tuple[Remote, State]:
    """Return the file at ``url`` and what is said of it. Raises ``NotFetchedError``."""
    if wanted.size is None:
        raise NotFetchedError("its size was not recorded, so there is no knowing where to stop")
    try:
        remote = opened(url)
        state = remote.state()
    except Exception as error:  # each library has errors of its own
        raise NotFetchedError(reason(error)) from error
    if state.size not in {None, wanted.size}:
        raise NotFetchedError(f"it has {state.size:,} bytes there, and had {wanted.size:,}")
    return remote, state


def fetch(
    url: str, wanted: Wanted, cache: Path, arrived: Arrived, stopped: Callable[[], bool]
) -> Path:
    """Return the file in the cache that has the content of ``wanted``, fetched from ``url``.

    Raises ``NotFetchedError`` saying why there is none, ``StoppedError``, and ``OSError`` where
    the cache cannot be written.
    """
    place = cache_place(cache, wanted.digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_name(f"{place.name}.lock"), stopped):
        # Another auditor may have fetched it meanwhile; what is damaged is replaced.
        if not place.is_file() or not matches(place, wanted.digest):
            _fetch(url, wanted, place, arrived, stopped)
    return place


def partial_size(cache: Path, digest: str) -> int:
    """Return how many bytes an interrupted fetch has left, to be resumed."""
    partial = _partial(cache_place(cache, digest))
    return partial.stat().st_size if partial.is_file() else 0


def _fetch(
    url: str, wanted: Wanted, place: Path, arrived: Arrived, stopped: Callable[[], bool]
) -> None:
    partial = _partial(place)
    remote, state = ask(url, wanted)
    size = wanted.size or 0
    resumed = _note(url, state, size, partial)
    _receive(remote, state, size, partial, arrived, stopped)
    if matches(partial, wanted.digest):
        partial.chmod(0o444)
        partial.replace(place)
        _note_of(partial).unlink(missing_ok=True)
        return
    partial.unlink()
    if not resumed:
        raise NotFetchedError("it has another content there")
    _fetch(url, wanted, place, arrived, stopped)  # what was left here may have been damaged


def _receive(
    remote: Remote,
    state: State,
    size: int,
    partial: Path,
    arrived: Arrived,
    stopped: Callable[[], bool],
) -> None:
    """Fill the partial file up to ``size`` bytes, again where the connection breaks."""
    for attempt in range(TRIES):
        with partial.open("ab", buffering=0) as file:
            arrived(file.tell())
            error = _append(remote, state, size, file, arrived, stopped)
            os.fsync(file.fileno())
            if file.tell() == size and error is None:
                return
            if error is not None and not temporary(error):
                raise NotFetchedError(reason(error)) from error
            if not state.version:
                file.truncate(0)
        if attempt + 1 < TRIES:
            _pause(_PAUSE * 2**attempt, stopped)
    had = partial.stat().st_size
    why = reason(error) if error is not None else "it ended early"
    raise NotFetchedError(f"{why}, after {had:,} of {size:,} bytes; a further replay resumes it")


def _append(
    remote: Remote,
    state: State,
    size: int,
    file: BinaryIO,
    arrived: Arrived,
    stopped: Callable[[], bool],
) -> Exception | None:
    """Append what comes, and return what broke it off, if anything did.

    Raises ``NotFetchedError`` where more than ``size`` bytes come.
    """
    chunks = _chunks(remote, state, size, file)
    while True:
        try:
            chunk = next(chunks, b"")
        except NotFetchedError:
            file.truncate(0)
            raise
        except Exception as error:  # noqa: BLE001 - each library has errors of its own
            return error
        if not chunk:
            return None
        file.write(chunk)
        arrived(file.tell())
        if stopped():
            raise StoppedError


def _chunks(remote: Remote, state: State, size: int, file: BinaryIO) -> Iterator[bytes]:
    start = file.tell()
    if start == size:
        return
    begins, chunks = remote.read(start, state.version)
    if begins != start:
        file.truncate(0)
        file.seek(0)
    if begins not in {0, start}:
        raise NotFetchedError("the server answered with another part than it was asked for")
    left = size - begins
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise NotFetchedError(f"it is longer there than its {size:,} bytes, and was cut off")
        yield chunk


def _note(url: str, state: State, size: int, partial: Path) -> bool:
    """Write down what is being fetched; say whether what is there already is part of it."""
    note = {
        "address": digest_bytes(shown(url).encode()),
        "size": size,
        "version": state.version,
    }
    before: object = None
    with suppress(OSError, ValueError):
        before = json.loads(_note_of(partial).read_text(encoding="utf-8"))
    had = partial.stat().st_size if partial.is_file() else 0
    same = before == note and state.version != "" and had <= size
    if not same:
        partial.unlink(missing_ok=True)
        _note_of(partial).write_text(json.dumps(note), encoding="utf-8")
    return same and had > 0


def _partial(place: Path) -> Path:
    return place.with_name(f"{place.name}.partial")


def _note_of(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.json")


def _pause(seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if stopped():
            raise StoppedError
        time.sleep(min(_LOOK, seconds))


@contextmanager
def _locked(place: Path, stopped: Callable[[], bool]) -> Iterator[None]:
    """Wait until no other auditor fetches the same content; its death frees the lock."""
    with place.open("w", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if stopped():
                    raise StoppedError from None
                time.sleep(_LOOK)
        yield  # the file stays: removing it would let two in
