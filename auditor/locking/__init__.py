"""Service: from captured distributions to a lock with hashes, and to files in a cache.

``index.py`` runs in a child process and is the only place that talks to a package index.
"""

from auditor.locking.amend import with_built, with_kept, with_remark, without
from auditor.locking.cache import cache_folder, cached, place, staging, take_in
from auditor.locking.contents import content_digest
from auditor.locking.fetch import build_requirements, fetch
from auditor.locking.installed import Environment, environment_of
from auditor.locking.keeping import Keeper
from auditor.locking.lock import lock
from auditor.locking.pins import pins_of
from auditor.locking.progress import Progress
from auditor.locking.sdist import requires_of
from auditor.locking.selection import fits
from auditor.locking.target import Target, supported, target_of

__all__ = [
    "Environment",
    "Keeper",
    "Progress",
    "Target",
    "build_requirements",
    "cache_folder",
    "cached",
    "content_digest",
    "environment_of",
    "fetch",
    "fits",
    "lock",
    "pins_of",
    "place",
    "requires_of",
    "staging",
    "supported",
    "take_in",
    "target_of",
    "with_built",
    "with_kept",
    "with_remark",
    "without",
]
