"""Several files at once, with one line that says how far they are."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.filesize import decimal

from auditor.errors import MachineError
from auditor.locking import Progress
from auditor.model.progress import Amount
from auditor.model.record import Record
from auditor.replay.data.failures import NotFetchedError, plain
from auditor.replay.data.fetch import ask, fetch, partial_size
from auditor.replay.data.interface import Wanted
from auditor.replay.data.pool import at_once
from auditor.replay.data.remote import shown

__all__ = ["Job", "refused", "transfer"]

_LEAVE = 64 * 1024**2  # bytes of disk that stay free


class Job(Record, frozen=True, kw_only=True):
    """A file to be fetched, and the addresses that may have it, the likeliest first."""

    wanted: Wanted
    urls: tuple[str, ...]


def refused(jobs: Iterable[Job], tell: Progress) -> dict[str, str]:
    """Ask after every file, fetch none, and return what cannot be had: a reason by digest."""
    todo = tuple(jobs)
    problems: dict[str, str] = {}

    def one(job: Job, _stopped: Callable[[], bool]) -> None:
        _first(job, lambda url: ask(url, job.wanted), problems)

    at_once(todo, one, lambda: tell(f"asking for {_what(todo)}"))
    return problems


def transfer(jobs: Iterable[Job], cache: Path, tell: Progress) -> dict[str, str]:
    """Fetch into the cache, and return what could not be had: a reason by digest.

    Raises ``MachineError`` where the disk is too small or refuses.
    """
    todo = tuple(jobs)
    if not todo:
        return {}
    problems: dict[str, str] = {}
    arrived: dict[str, int] = {}
    told = _Told(todo)

    def one(job: Job, stopped: Callable[[], bool]) -> None:
        digest = job.wanted.digest

        def count(size: int) -> None:
            arrived[digest] = size

        _first(job, lambda url: fetch(url, job.wanted, cache, count, stopped), problems)

    try:
        _check_space(todo, cache)
        at_once(todo, one, lambda: tell(told.now(arrived)))
    except OSError as error:
        raise MachineError(
            f"cannot write to the cache {cache}: {error.strerror or error}",
            hint="set AUDITOR_CACHE to a folder on a larger disk",
        ) from None
    return problems


def _first(job: Job, work: Callable[[str], object], problems: dict[str, str]) -> None:
    """Do the work with the first address that allows it, else note why the first did not."""
    digest = job.wanted.digest
    for url in job.urls:
        try:
            work(url)
        except NotFetchedError as error:
            # The first address is the one that the user named
            problems.setdefault(digest, f"cannot be fetched from {shown(url)}: {error}")
        else:
            problems.pop(digest, None)
            return


def _what(jobs: tuple[Job, ...]) -> str:
    return plain(jobs[0].wanted.path) if len(jobs) == 1 else f"{len(jobs):,} inputs"


class _Told:
    """The line that is shown: bytes of all files, and the rate since the first look."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self.total = sum(job.wanted.size or 0 for job in jobs)
        self.what = _what(jobs)
        self.first: tuple[float, int] | None = None

    def now(self, arrived: dict[str, int]) -> Amount:
        """Return the line as it is now."""
        done = sum(tuple(arrived.values()))
        moment = time.monotonic()
        self.first = self.first or (moment, done)
        seconds = moment - self.first[0]
        rate = int((done - self.first[1]) / seconds) if seconds else 0
        text = f"fetching {self.what}: {decimal(done)} of {decimal(self.total)}"
        return Amount(f"{text}, {decimal(rate)}/s" if rate > 0 else text, done, self.total)


def _check_space(jobs: tuple[Job, ...], cache: Path) -> None:
    needed = sum(
        max(0, (job.wanted.size or 0) - partial_size(cache, job.wanted.digest)) for job in jobs
    )
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if needed + _LEAVE > free:
        raise MachineError(
            f"the inputs need {decimal(needed)} in {cache}, and {decimal(free)} are free",
            hint="set AUDITOR_CACHE to a folder on a larger disk",
        )
