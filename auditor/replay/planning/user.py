"""Who a replay is: a user of its own, or where asked for, one named as the run's was."""

from __future__ import annotations

import posixpath
import re

from auditor.errors import InputError
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Base, Plan
from auditor.model.record import Record
from auditor.replay.options import Options
from auditor.replay.planning.paths import check_outside, inside

__all__ = ["HOME", "NAME", "Person", "accounts", "person_of", "scratch_of"]

NAME = "auditor"
HOME = "/opt/auditor/home"
_TMP = "/tmp"  # noqa: S108 - in the container
# As useradd(8) of Debian allows it, less the names of the accounts that images need.
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_NOLOGIN = "/usr/sbin/nologin"


class Person(Record, frozen=True, kw_only=True):
    """A name, a home, and what of the recorded ones is not restored."""

    name: str = NAME
    home: str = HOME
    unhonoured: tuple[Unverified, ...] = ()


def person_of(fingerprint: Fingerprint, base: Base, options: Options) -> Person:
    """Return who the replay is: with ``same_user`` the recorded one, as far as may be.

    A recorded home is refused where a mount there would hide the base or a system folder. A run
    that read files in its home finds them there: then the home is the recorded one in any case.
    """
    if not options.same_user:
        return _at_home(fingerprint, base)
    host = fingerprint.record.host.value
    if host is None:
        return _without("which user ran it is not known")
    if not _USER.fullmatch(host.user):
        return _without(f"{host.user[:40]!r} is no name of a user")
    home = _home(host.home, base)
    if home is None:
        reason = f"the home {host.home[:80]!r} cannot be a folder of the container's own"
        row = Unverified(subject="host.home", reason=reason)
        return Person(name=host.user, unhonoured=(row,))
    return Person(name=host.user, home=home)


def scratch_of(plan: Plan) -> tuple[str, ...]:
    """Return the folders in memory that a replay may write to: /tmp, and a home of its own.

    A home within the project, or that is the project, is a folder of the tree; one that holds the
    Python of the base is the image's.
    """
    home = plan.variables.get("HOME", HOME)
    is_own = not inside(home, plan.root) and not _holds(home, plan.base)
    wanted = (_TMP, *((home,) if is_own else ()))
    return tuple(folder for folder in wanted if folder != plan.root)


def accounts(plan: Plan) -> tuple[str, str]:
    """Return passwd and group of the container: images have no entry for who runs a replay."""
    uid, _colon, gid = plan.user.partition(":")
    name = plan.variables.get("USER", NAME)
    home = plan.variables.get("HOME", HOME)
    users = [f"{name}:x:{uid}:{gid}::{home}:{_NOLOGIN}"]
    groups = [f"{name}:x:{gid}:"]
    for other, number, place in (("root", "0", "/root"), ("nobody", "65534", "/nonexistent")):
        if number != uid and other != name:
            users.append(f"{other}:x:{number}:{number}::{place}:{_NOLOGIN}")
    for other, number in (("root", "0"), ("nogroup", "65534")):
        if number != gid and other != name:
            groups.append(f"{other}:x:{number}:")
    return "".join(f"{row}\n" for row in users), "".join(f"{row}\n" for row in groups)


def _at_home(fingerprint: Fingerprint, base: Base) -> Person:
    host = fingerprint.record.host.value
    if host is None or not _is_allowed(host.home) or not _read_at(host.home, fingerprint):
        return Person()
    if (home := _home(host.home, base)) is not None:
        return Person(home=home)
    reason = f"{host.home} holds the Python that ran, so that a replay may read there, not write"
    return Person(home=host.home, unhonoured=(Unverified(subject="host.home", reason=reason),))


def _read_at(home: str, fingerprint: Fingerprint) -> bool:
    """Say whether the run read files in its home, those of the project apart."""
    inputs = fingerprint.recipe.inputs.value
    outside = (file.path for file in inputs.shown) if inputs is not None else ()
    return any(path.startswith("/") and inside(path, home) for path in outside)


def _holds(home: str, base: Base) -> bool:
    return inside(posixpath.normpath(base.python or "/nowhere"), home)


def _without(reason: str) -> Person:
    return Person(unhonoured=(Unverified(subject="host.user", reason=reason),))


def _home(home: str, base: Base) -> str | None:
    return home if _is_allowed(home) and not _holds(home, base) else None


def _is_allowed(home: str) -> bool:
    if ":" in home or "\n" in home or home == _TMP:
        return False
    try:
        check_outside(home)
    except InputError:
        return False
    return True
