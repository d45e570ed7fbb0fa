"""Large inputs, found again by digest: which places are asked, in which order.

Other people's come from the entry-point group ``auditor.sources``, after the built-in ones.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

from auditor.replay.data.cached import Cached, cache_place
from auditor.replay.data.dvc import Dvc
from auditor.replay.data.git_lfs import GitLfs
from auditor.replay.data.interface import Context, Source, Wanted
from auditor.replay.data.locate import Located, locate
from auditor.replay.data.map_path import MapPath, is_url, mapped
from auditor.replay.data.own_place import OwnPlace
from auditor.replay.data.transfers import Job, refused, transfer

__all__ = [
    "SOURCES",
    "Context",
    "Job",
    "Located",
    "Source",
    "Wanted",
    "cache_place",
    "is_url",
    "locate",
    "mapped",
    "refused",
    "sources",
    "transfer",
]

# In the order they are asked, after the store.
SOURCES: dict[str, Callable[[Context], Source]] = {
    "map-path": MapPath,
    "own place": OwnPlace,
    "cache": Cached,
    "dvc": Dvc,
    "git-lfs": GitLfs,
}


def sources(context: Context) -> tuple[Source, ...]:
    """Return the sources of one replay, in order."""
    others = sorted(entry_points(group="auditor.sources"), key=lambda point: point.name)
    return tuple(make(context) for make in (*SOURCES.values(), *(one.load() for one in others)))
