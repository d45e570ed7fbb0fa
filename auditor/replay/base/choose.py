"""Choose the image that the environment is installed in, and say why."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import EngineError, NotReplayedError
from auditor.locking import Progress, cache_folder
from auditor.model.fingerprint import Fingerprint
from auditor.replay.base.candidates import Bases, Chosen, explained
from auditor.replay.base.machine import check_machine
from auditor.replay.engines import Engine
from auditor.replay.options import Options

__all__ = ["Chosen", "choose_base"]

_FEW = 5


def choose_base(
    fingerprint: Fingerprint,
    engine: Engine,
    options: Options,
    progress: Progress,
    *,
    cache: Path | None = None,
    pinned: str | None = None,
) -> Chosen:
    """Return ``--image``; else the run's own image; else a published one; else one made here.

    A published one only where it holds all that the run used, unless there is no other, or it was
    asked for. ``pinned`` is the digest of the one that the run was replayed in before. Raises
    ``NotReplayedError`` where there is none, or the run was on another architecture.
    """
    check_machine(fingerprint, other=options.other_machine)
    bases = Bases(fingerprint, engine, options, progress, cache or cache_folder())
    if options.image is not None:
        return bases.asked_for(options.image)
    if options.base == "registry":
        return bases.published(pinned)
    if options.base == "host":
        return bases.made_here()
    return _auto(bases, pinned)


def _auto(bases: Bases, pinned: str | None) -> Chosen:
    passed: list[str] = []
    try:
        if (own := bases.own()) is not None:
            return own
    except NotReplayedError as error:
        passed.append(_passed("the image that the run was in", error))
    found: Chosen | None = None
    try:
        found = bases.published(pinned) if bases.options.registry else None
    except NotReplayedError as error:
        passed.append(_passed("a published image", error))
    short = bases.lacks(found) if found is not None else ()
    if found is not None and not short:
        return explained(found, passed)
    if found is not None:
        passed.append(
            f"not {found.base.reference}: {'; '.join(row.reason for row in short[:_FEW])}"
        )
    try:
        return explained(bases.made_here(), passed)
    except EngineError:
        raise
    except NotReplayedError as error:
        if found is not None:
            return explained(found, [error.message])
        raise NotReplayedError("; ".join([error.message, *passed]), hint=error.hint) from None


def _passed(what: str, error: NotReplayedError) -> str:
    if isinstance(error, EngineError):
        raise error
    return f"not {what}: {error.message}"
