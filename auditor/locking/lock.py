"""Make the lock: the captured versions, each with the digests of its files, nothing resolved."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from auditor.errors import NotReplayedError
from auditor.locking.cache import load_lock, save_lock
from auditor.locking.child import ask
from auditor.locking.pins import Pin, pins_of
from auditor.locking.selection import Offer, choose
from auditor.locking.target import Target, supported
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes
from auditor.model.facts import Distribution
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Lock, LockedWheel

__all__ = ["Progress", "lock", "lock_key"]

Progress = Callable[[str], None]

_SECONDS = 120.0
_SECONDS_A_PIN = 15.0
_FRESH = 24 * 3600.0  # seconds that the lack of a file is believed
_FORMAT = 1  # of what is kept in the cache: raise it when the meaning of a lock changes


def lock(
    dependencies: tuple[Distribution, ...], target: Target, cache: Path, progress: Progress
) -> Lock:
    """Return the lock of exactly ``dependencies`` for ``target``.

    A distribution that cannot be locked is an entry of ``unlocked``, never the end. An entry of
    ``wheels`` whose file is no wheel is a source distribution that has yet to be built. Nothing
    of a package is run. The lock is kept in ``cache``, for a day where a pin was not found.
    """
    key = lock_key(dependencies, target)
    pins, unlocked = pins_of(dependencies)
    kept = load_lock(cache, key, at_most=_FRESH)
    if kept is not None:
        return msgspec.structs.replace(kept, unlocked=(*unlocked, *kept.unlocked))
    if not pins:
        return Lock(requirements="", unlocked=unlocked)
    progress(f"locking {len(pins)} distributions")
    made, failed = _compile(pins, target, cache)
    made = msgspec.structs.replace(made, unlocked=failed)
    if made.wheels:  # otherwise no index answered, which may be over in a moment
        save_lock(cache, key, made)
    return msgspec.structs.replace(made, unlocked=(*unlocked, *failed))


def lock_key(dependencies: tuple[Distribution, ...], target: Target) -> str:
    """Return the digest of all that decides a lock: what, for what, and which indexes are asked."""
    what = [(item.name, item.version, item.origin) for item in dependencies]
    return digest_bytes(canonical([_FORMAT, what, target, _index_configuration()]))


def _compile(
    pins: tuple[Pin, ...], target: Target, cache: Path
) -> tuple[Lock, tuple[Unverified, ...]]:
    tags = supported(target)
    request = {
        "mode": "lock",
        "pins": [pin.line() for pin in pins],
        "tags": tags,
        "cache": str(cache / "pip-tools"),
    }
    try:
        answer = ask(request, _SECONDS + _SECONDS_A_PIN * len(pins))
    except NotReplayedError as error:
        failures = [_unlocked(pin.name, error.message) for pin in pins]
        return Lock(requirements=""), tuple(failures)
    offers: dict[str, list[dict[str, str]]] = {
        canonicalize_name(name): rows for name, rows in answer["files"].items()
    }
    reasons: dict[str, str] = {
        canonicalize_name(name): text for name, text in answer["failures"].items()
    }
    wheels, failures = [], []
    for pin in pins:
        chosen = choose((Offer(**row) for row in offers.get(pin.name, ())), tags)
        if chosen is None:
            reason = reasons.get(pin.name) or f"no file of {pin.name} {pin.version} fits the target"
            failures.append(_unlocked(pin.name, reason))
        else:
            wheels.append(_locked(pin, chosen))
    return Lock(requirements=answer["requirements"], wheels=tuple(wheels)), tuple(failures)


def _locked(pin: Pin, offer: Offer) -> LockedWheel:
    return LockedWheel(name=pin.name, version=pin.version, file=offer.file, digest=offer.digest)


def _unlocked(name: str, reason: str) -> Unverified:
    return Unverified(subject=f"dependency:{name}", reason=f"could not be locked: {reason}")


def _index_configuration() -> str:
    """Return a digest of pip's configuration; the text itself may hold passwords."""
    variables = sorted((k, v) for k, v in os.environ.items() if k.startswith("PIP_"))
    files = [(str(path), _text(path)) for path in _pip_files()]
    return digest_bytes(canonical([variables, files]))


def _pip_files() -> tuple[Path, ...]:
    home = Path.home()
    user = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    chosen = os.environ.get("PIP_CONFIG_FILE")
    return (
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        user / "pip" / "pip.conf",
        Path(sys.prefix) / "pip.conf",
        *([Path(chosen)] if chosen else []),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
