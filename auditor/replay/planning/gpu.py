"""GPUs for a replay: as many as the run had if it used them, or may have; else none."""

from __future__ import annotations

from collections import Counter

from auditor.errors import NotReplayedError
from auditor.model.facts import Gpus
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.replay.options import Options

__all__ = ["gpus_of"]

_SUBJECT = "hardware.gpu"
_HINT = "replay on a machine with one, or with --allow-cpu to see how far a CPU gets"


def gpus_of(
    fingerprint: Fingerprint, options: Options, here: Gpus | None
) -> tuple[str | None, tuple[Unverified, ...]]:
    """Return what an engine is to be asked for, and what of it differs from the run.

    ``here`` is what this machine's driver shows, ``None`` where that is not known: then the engine
    has to say. What was asked for by option is taken as it is. Raises ``NotReplayedError``
    where the run used a GPU, or may have, and there is none, unless a CPU is allowed.
    """
    count = len(here.devices) if here is not None else None
    if options.gpus is not None:
        return _asked(options, count)
    had = _had(fingerprint)
    if not had:
        return None, ()
    if _use(fingerprint) == "unused":
        why = f"the run did not load the driver of its {had}; the replay has none"
        return None, (_row(why),)
    if count == 0:
        return _without(fingerprint, options, had)
    return _with(fingerprint, count, had)


def _asked(options: Options, count: int | None) -> tuple[str | None, tuple[Unverified, ...]]:
    if count != 0:
        return options.gpus, ()
    if options.allow_cpu:
        return None, (_row(f"--gpus {options.gpus} was asked for; this machine has none"),)
    raise NotReplayedError(
        f"--gpus {options.gpus}: this machine's driver shows no GPU",
        hint="auditor doctor says what is missing; --allow-cpu goes on without",
    )


def _without(
    fingerprint: Fingerprint, options: Options, had: str
) -> tuple[None, tuple[Unverified, ...]]:
    used = "used" if _use(fingerprint) == "used" else "may have used"
    if options.allow_cpu:
        why = f"the run {used} {had}; this machine has no GPU, and the replay computes on the CPU"
        return None, (_row(why),)
    raise NotReplayedError(f"the run {used} {had}, and this machine has no GPU", hint=_HINT)


def _with(
    fingerprint: Fingerprint, count: int | None, had: str
) -> tuple[str, tuple[Unverified, ...]]:
    recorded = fingerprint.record.gpu.value
    wanted = len(recorded.devices) if recorded is not None else 0
    if not wanted:
        return "all", (_row(f"the run had {had}; the replay has all of this machine's"),)
    if count is not None and count < wanted:
        return "all", (_row(f"the run had {had}; the replay has {count}, all of this machine's"),)
    return str(wanted), ()


def _had(fingerprint: Fingerprint) -> str:
    """Return the GPUs of the run in words, empty where it had none, or none is known of."""
    recorded = fingerprint.record.gpu.value
    if recorded is None:
        return "GPUs of which nothing is known" if _use(fingerprint) == "used" else ""
    names = Counter(device.name for device in recorded.devices)
    return ", ".join(f"{count} \N{MULTIPLICATION SIGN} {name}" for name, count in names.items())


def _use(fingerprint: Fingerprint) -> str | None:
    arithmetic = fingerprint.record.arithmetic.value
    return arithmetic.gpu if arithmetic is not None else None


def _row(reason: str) -> Unverified:
    return Unverified(subject=_SUBJECT, reason=reason)
