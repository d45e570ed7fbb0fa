"""Service: from captured distributions to a lock with hashes, and to files in a cache.

``index.py`` runs in a child process and is the only place that talks to a package index.
"""

from auditor.locking.cache import cache_folder, cached, place, take_in
from auditor.locking.fetch import build_requirements, fetch
from auditor.locking.lock import Progress, lock
from auditor.locking.pins import pins_of
from auditor.locking.sdist import requires_of
from auditor.locking.selection import fits
from auditor.locking.target import Target, supported, target_of

__all__ = [
    "Progress",
    "Target",
    "build_requirements",
    "cache_folder",
    "cached",
    "fetch",
    "fits",
    "lock",
    "pins_of",
    "place",
    "requires_of",
    "supported",
    "take_in",
    "target_of",
]
