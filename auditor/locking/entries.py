"""The entries of a lock while it is made."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.locking.pins import Pin
from auditor.locking.pylock import Table, package, pylock
from auditor.locking.requirements import requirements
from auditor.locking.selection import Offer
from auditor.locking.target import Target
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Lock, LockedWheel

__all__ = ["Entries"]


class Entries:
    """Collects what is locked, kept, remarked and not locked; ``lock`` writes it down, sorted."""

    def __init__(self) -> None:
        self._wheels: dict[str, LockedWheel] = {}
        self._pins: dict[str, tuple[Pin, tuple[str, ...]]] = {}
        self._packages: dict[str, Table] = {}
        self._unlocked: list[Unverified] = []
        self._remarks: list[Unverified] = []

    def lock_file(self, pin: Pin, offer: Offer, hashes: Iterable[str]) -> None:
        """Lock ``pin`` to the file of ``offer``; any file of ``hashes`` is that version too."""
        wheel = LockedWheel(
            name=pin.name, version=pin.version, file=offer.file, digest=offer.digest
        )
        self._add(pin, wheel, tuple(hashes), offer.url)

    def keep(self, wheel: LockedWheel) -> None:
        """Lock a file that comes from no index."""
        pin = Pin(name=wheel.name, version=wheel.version)
        self._add(pin, wheel, (wheel.digest,), "")

    def unlocked(self, name: str, reason: str) -> None:
        """Note what is not in the lock."""
        self._unlocked.append(Unverified(subject=f"dependency:{name}", reason=reason))

    def remark(self, name: str, reason: str) -> None:
        """Note what is in the lock, and not just as it was installed."""
        self._remarks.append(Unverified(subject=f"dependency:{name}", reason=reason))

    def lock(self, target: Target) -> Lock:
        """Return the lock."""
        return Lock(
            requirements=requirements(self._pins.values()),
            pylock=pylock(self._packages.values(), target) if self._packages else "",
            wheels=tuple(self._wheels[name] for name in sorted(self._wheels)),
            unlocked=tuple(self._unlocked),
            remarks=tuple(self._remarks),
        )

    def _add(self, pin: Pin, wheel: LockedWheel, hashes: tuple[str, ...], url: str) -> None:
        self._wheels[pin.name] = wheel
        self._pins[pin.name] = (pin, hashes)
        self._packages[pin.name] = package(
            pin.name, pin.version, file=wheel.file, digest=wheel.digest, url=url
        )
