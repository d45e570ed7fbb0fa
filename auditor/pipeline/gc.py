"""``auditor gc``: what nothing refers to any more."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import AuditorError
from auditor.model.record import Record
from auditor.pipeline.project import store_of
from auditor.replay import clean
from auditor.replay.engines import answering
from auditor.store import Store

__all__ = ["Collected", "collect"]

_DIGEST = re.compile(rb"sha256:([0-9a-f]{64})")
_LIST = re.compile(rb'"listed":"sha256:([0-9a-f]{64})"')
_YOUNG = 3600.0  # seconds: a run that is being recorded has objects and no fingerprint yet


class Collected(Record, frozen=True, kw_only=True):
    """How much was removed. ``engine`` says why containers and images were left alone."""

    containers: int
    images: int
    objects: int
    bytes: int
    engine: str = ""


def collect(cwd: Path, *, images: bool) -> Collected:
    """Remove leftovers of every engine, cached images if asked, and objects without a document."""
    containers, removed, problems = 0, 0, []
    for engine in answering():
        try:
            if isinstance(engine, AuditorError):
                raise engine
            counts = clean(engine, images=images)
            containers, removed = containers + counts[0], removed + counts[1]
        except AuditorError as error:
            problems.append(error.message)
    count, size = _objects(store_of(cwd))
    return Collected(
        containers=containers,
        images=removed,
        objects=count,
        bytes=size,
        engine="; ".join(problems),
    )


def _objects(store: Store) -> tuple[int, int]:
    wanted = _referred(store)
    count = size = 0
    limit = time.time() - _YOUNG
    for path in store.objects.folder.glob("*/*"):
        stat = path.stat()
        if path.parent.name + path.name in wanted or stat.st_mtime > limit:
            continue
        path.unlink()
        count += 1
        size += stat.st_size
    return count, size


def _referred(store: Store) -> set[str]:
    # Any digest in any document keeps its object: a document that cannot be parsed keeps its own.
    wanted: set[str] = set()
    lists: set[str] = set()
    for folder in ("fingerprints", "audits", "observations", "locks"):
        for path in (store.folder / folder).glob("**/*.json"):
            data = path.read_bytes()
            wanted.update(match.decode() for match in _DIGEST.findall(data))
            lists.update(match.decode() for match in _LIST.findall(data))
    for digest in lists:
        if store.objects.has(f"sha256:{digest}"):
            wanted.update(_listed(store.objects.path(f"sha256:{digest}")))
    return wanted


def _listed(path: Path) -> Iterator[str]:
    """Yield the digests in a list of files, line by line; a damaged one keeps what it names."""
    with path.open("rb") as lines:
        for line in lines:
            yield from (match.decode() for match in _DIGEST.findall(line))
