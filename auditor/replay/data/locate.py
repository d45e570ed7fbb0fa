"""Find one file: the first place whose content has the recorded digest."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from auditor.hashing import matches
from auditor.model.record import Record
from auditor.replay.data.interface import Source, Wanted
from auditor.replay.data.map_path import is_url
from auditor.replay.data.remote import check_scheme
from auditor.replay.planning.paths import check_root

__all__ = ["Located", "locate"]

_UNKNOWN = "was not kept, and this run was not recorded here"


class Located(Record, frozen=True, kw_only=True):
    """Where a file is: ``place`` on this host, verified; else ``urls`` that may have it.

    With neither, ``problem`` says what is wrong with it.
    """

    place: str = ""
    urls: tuple[str, ...] = ()
    problem: str = ""


def locate(wanted: Wanted, sources: Iterable[Source]) -> Located:
    """Ask the sources in order; addresses are only collected, nothing is fetched.

    Raises ``InputError`` for a place that is refused or an address of an unknown kind,
    ``NotReplayedError`` where the library that reads it is missing.
    """
    urls: list[str] = []
    problem = ""
    for source in sources:
        for offer in source.offers(wanted):
            if is_url(offer):
                check_scheme(offer)
                urls.append(offer)
                continue
            real, fault = _looked(offer, wanted)
            if not fault:
                return Located(place=real)
            problem = problem or fault
    return Located(urls=tuple(urls), problem=problem or ("" if urls else _UNKNOWN))


def _looked(place: str, wanted: Wanted) -> tuple[str, str]:
    """Return the real path of a place, and why it cannot be taken, empty if it can."""
    try:
        real = os.path.realpath(place, strict=True)
        check_root(real)
        status = Path(real).stat()
        if not stat.S_ISREG(status.st_mode):
            return place, "cannot be read: it is no regular file"
        same = wanted.size in {None, status.st_size} and matches(Path(real), wanted.digest)
    except FileNotFoundError:
        return place, f"is missing: there is no {place}"
    except OSError as error:
        return place, f"cannot be read: {error.strerror or error}"
    return real, "" if same else "was changed since the run, and was not kept"
