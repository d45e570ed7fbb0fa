"""What an image lacks of the run's world and this machine has: its time zone and its locale."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from pathlib import Path

from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Mount, Plan
from auditor.model.record import Record
from auditor.replay.base.candidates import Chosen

__all__ = ["World", "world_of"]

_ZONES = Path("/usr/share/zoneinfo")
_LOCALES = Path("/usr/lib/locale")
_ARCHIVE = "locale-archive"
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_RULE = re.compile(r"[A-Za-z]{3,}[+-]?\d.*")  # POSIX: CET-1CEST, which needs no file
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?(\.[A-Za-z0-9-]+)?(@[a-z]+)?")
# glibc has these built in, since 2.35 that of UTF-8 too; Python makes do with them before.
_BUILT_IN = frozenset({"", "C", "POSIX", "C.UTF-8", "C.utf8"})
_LONGEST = 200  # characters of a name: much longer ones are none of a file
_LC_ALL_MASK = 0x1FBF  # glibc's locale.h: all categories


class World(Record, frozen=True, kw_only=True):
    """Mounts that complete an image, and what could not be completed."""

    mounts: tuple[Mount, ...] = ()
    unhonoured: tuple[Unverified, ...] = ()


def world_of(plan: Plan, chosen: Chosen, fingerprint: Fingerprint) -> World:
    """Return what is mounted from this machine, read-only, so that zone and locale are there."""
    found = (*_zone(plan.variables.get("TZ", ""), chosen), *_locale(fingerprint, chosen))
    return World(
        mounts=tuple(one for one in found if isinstance(one, Mount)),
        unhonoured=tuple(one for one in found if isinstance(one, Unverified)),
    )


def _zone(zone: str, chosen: Chosen) -> Iterator[Mount | Unverified]:
    zone = zone.lstrip(":")[:_LONGEST]
    if zone in {"", "UTC"} or (_RULE.fullmatch(zone) and not (_ZONES / zone).is_file()):
        return
    if chosen.contents is not None and zone in chosen.contents.zones:
        return
    place = _ZONES / zone
    if not _ZONE.fullmatch(zone) or not place.is_file():
        reason = f"{zone[:60]} is neither in the base nor on this machine, so the zone is UTC"
        yield Unverified(subject="time.zone", reason=reason)
    elif chosen.contents is not None:  # one made here has those of this machine
        yield Mount(source=str(place.resolve()), target=str(place), read_only=True)


def _locale(fingerprint: Fingerprint, chosen: Chosen) -> Iterator[Mount | Unverified]:
    fact = fingerprint.recipe.environment.locale.value
    name = fact.category if fact is not None else ""
    if name in _BUILT_IN or (chosen.contents and _folder_of(name) in chosen.contents.locales):
        return
    place = _place_of(name)
    if place is None:
        reason = f"{name[:60]} is neither in the base nor on this machine, so it is C"
        yield Unverified(subject="locale", reason=reason)
    elif _libc() != chosen.python.libc:
        has = chosen.python.libc or "another C library"
        reason = f"{name} is not in the base, and of this machine's {_libc()} {has} cannot take it"
        yield Unverified(subject="locale", reason=reason)
    else:
        yield Mount(source=str(place.resolve()), target=str(place), read_only=True)


def _place_of(name: str) -> Path | None:
    """Return where this machine has a compiled locale: a folder of its own, or the archive."""
    if len(name) > _LONGEST or not _LOCALE.fullmatch(name):
        return None
    for own in (name, _folder_of(name)):
        if (_LOCALES / own).is_dir():
            return _LOCALES / own
    archive = _LOCALES / _ARCHIVE
    return archive if archive.is_file() and _exists(name) else None


def _folder_of(name: str) -> str:
    """Return a locale as glibc names its folder: of ``en_US.UTF-8``, ``en_US.utf8``."""
    stem, dot, rest = name.partition(".")
    codeset, at, modifier = rest.partition("@")
    return stem + dot + re.sub(r"[^a-z0-9]", "", codeset.lower()) + at + modifier


def _exists(name: str) -> bool:
    """Ask the C library, which leaves the locale of this process as it is (newlocale(3))."""
    library = ctypes.CDLL(None)
    library.newlocale.restype = ctypes.c_void_p
    library.newlocale.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
    library.freelocale.argtypes = (ctypes.c_void_p,)
    made = library.newlocale(_LC_ALL_MASK, name.encode(), None)
    if made:
        library.freelocale(made)
    return bool(made)


def _libc() -> str:
    return os.confstr("CS_GNU_LIBC_VERSION") or ""
