"""Digests of many files at once: in threads, in order, in bounded memory."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.hashing.algorithms import Hasher, hasher_of
from auditor.hashing.file import State, digest_and_state, state_of

if TYPE_CHECKING:
    from auditor.hashing.cache import Cache

__all__ = ["Hashed", "hash_files"]

_BATCH = 128  # files
_BATCH_BYTES = 4 * 1024**2  # of a batch: large files are shared out one by one
_AHEAD = 4  # batches a thread
_THREADS = 16


class Hashed(NamedTuple):
    """A path, the digest of its file or why there is none, and the file's size in bytes."""

    path: Path
    digest: str | OSError
    size: int


class _Work(NamedTuple):
    """A file that was looked at: its digest where it is known, or what went wrong."""

    path: Path
    size: int
    found: str | OSError | None


class _Done(NamedTuple):
    hashed: Hashed
    state: State | None  # where it was read now
    began: int  # ns since 1970: before it was read


def hash_files(
    paths: Iterable[Path], *, algorithm: str = "sha256", cache: Cache | None = None
) -> Iterator[Hashed]:
    """Yield each path with its digest or ``OSError``, and its size (0 with an error), in order.

    ``paths`` are asked for as they are needed. ``cache`` tells digests of files that did not change
    since they were hashed, and learns; give none where something is verified. Raises ``InputError``
    at once where the algorithm is not there.
    """
    return _hashed(paths, algorithm, hasher_of(algorithm), cache)


def _hashed(
    paths: Iterable[Path],
    algorithm: str,
    begin: Callable[[bytes], Hasher],
    cache: Cache | None,
) -> Iterator[Hashed]:
    threads = min(_THREADS, len(os.sched_getaffinity(0)))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="hashing")
    waiting: deque[Future[list[_Done]]] = deque()
    try:
        for batch in _batches(_looked_at(iter(paths), algorithm, cache)):
            waiting.append(_given(pool, batch, algorithm, begin))
            if len(waiting) >= threads * _AHEAD:
                yield from _taken(waiting.popleft().result(), cache)
        while waiting:
            yield from _taken(waiting.popleft().result(), cache)
    finally:
        pool.shutdown(cancel_futures=True)
        if cache is not None:
            cache.flush()


def _looked_at(paths: Iterator[Path], algorithm: str, cache: Cache | None) -> Iterator[_Work]:
    while some := list(islice(paths, _BATCH)):
        with cache.reading() if cache is not None else nullcontext():
            work = [_look_at(path, algorithm, cache) for path in some]
        yield from work


def _look_at(path: Path, algorithm: str, cache: Cache | None) -> _Work:
    try:
        status = os.stat(path)  # noqa: PTH116 - a third faster, and there may be millions
    except OSError as error:
        return _Work(path, 0, error)
    found = cache.find(state_of(status), algorithm) if cache is not None else None
    return _Work(path, status.st_size, found)


def _batches(work: Iterable[_Work]) -> Iterator[list[_Work]]:
    batch: list[_Work] = []
    size = 0
    for one in work:
        batch.append(one)
        size += one.size if one.found is None else 0
        if len(batch) >= _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _given(
    pool: ThreadPoolExecutor, batch: list[_Work], algorithm: str, begin: Callable[[bytes], Hasher]
) -> Future[list[_Done]]:
    """Give a batch to a thread, unless there is nothing to read."""
    if any(one.found is None for one in batch):
        return pool.submit(_hash_all, batch, algorithm, begin)
    ready: Future[list[_Done]] = Future()
    ready.set_result(_hash_all(batch, algorithm, begin))
    return ready


def _hash_all(batch: list[_Work], algorithm: str, begin: Callable[[bytes], Hasher]) -> list[_Done]:
    return [_done(one, algorithm, begin) for one in batch]


def _done(work: _Work, algorithm: str, begin: Callable[[bytes], Hasher]) -> _Done:
    if work.found is not None:
        return _Done(Hashed(work.path, work.found, work.size), None, 0)
    began = time.time_ns()
    try:
        digest, state = digest_and_state(work.path, algorithm, begin)
    except OSError as error:
        return _Done(Hashed(work.path, error, 0), None, began)
    return _Done(Hashed(work.path, digest, state[2]), state, began)


def _taken(done: list[_Done], cache: Cache | None) -> Iterator[Hashed]:
    for one in done:
        if cache is not None and one.state is not None and isinstance(one.hashed.digest, str):
            cache.keep(one.state, one.hashed.digest, one.began)
        yield one.hashed
