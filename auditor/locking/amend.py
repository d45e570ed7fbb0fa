"""A lock after what became of its files: lost, built, or found to be others."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from auditor.locking.pins import Pin
from auditor.locking.pylock import package, replaced
from auditor.locking.requirements import requirements
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Lock, LockedWheel

__all__ = ["with_built", "with_kept", "with_remark", "without"]


def without(lock: Lock, reasons: Mapping[str, str]) -> Lock:
    """Return the lock less the files in ``reasons``, which become entries of ``unlocked``."""
    lost = [wheel for wheel in lock.wheels if wheel.file in reasons]
    if not lost:
        return lock
    names = [wheel.name for wheel in lost]
    entries = (_entry(wheel.name, reasons[wheel.file]) for wheel in lost)
    return msgspec.structs.replace(
        lock,
        requirements="".join(text for name, text in _blocks(lock) if name not in names),
        pylock=replaced(lock.pylock, dict.fromkeys(names)),
        wheels=tuple(wheel for wheel in lock.wheels if wheel not in lost),
        unlocked=(*lock.unlocked, *entries),
        remarks=tuple(one for one in lock.remarks if _name(one) not in names),
    )


def with_built(lock: Lock, source: LockedWheel, built: LockedWheel) -> Lock:
    """Return the lock with the wheel that was built from ``source`` in its place."""
    mark = f"--hash={source.digest}"
    return msgspec.structs.replace(
        lock,
        requirements=lock.requirements.replace(mark, f"{mark} \\\n    --hash={built.digest}"),
        wheels=tuple(built if wheel == source else wheel for wheel in lock.wheels),
    )


def with_kept(lock: Lock, kept: LockedWheel, reason: str) -> Lock:
    """Return the lock with ``kept`` in the place of what an index has, and why."""
    pin = Pin(name=kept.name, version=kept.version)
    row = package(kept.name, kept.version, file=kept.file, digest=kept.digest)
    texts = dict(_blocks(lock)) | {kept.name: requirements([(pin, [kept.digest])])}
    return msgspec.structs.replace(
        with_remark(lock, kept.name, reason),
        requirements="".join(texts[name] for name in sorted(texts)),
        pylock=replaced(lock.pylock, {kept.name: row}),
        wheels=tuple(kept if wheel.name == kept.name else wheel for wheel in lock.wheels),
    )


def with_remark(lock: Lock, name: str, reason: str) -> Lock:
    """Return the lock with one more remark."""
    return msgspec.structs.replace(lock, remarks=(*lock.remarks, _entry(name, reason)))


def _blocks(lock: Lock) -> list[tuple[str, str]]:
    """Return name and text of every requirement, in their order."""
    texts = [text for text in re.split(r"(?m)^(?=[^\s#])", lock.requirements) if text.strip()]
    return [(re.split(r"==| @ ", text, maxsplit=1)[0], text) for text in texts]


def _entry(name: str, reason: str) -> Unverified:
    return Unverified(subject=f"dependency:{name}", reason=reason)


def _name(entry: Unverified) -> str:
    return entry.subject.removeprefix("dependency:")
