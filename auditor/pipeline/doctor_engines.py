"""What ``auditor doctor`` says of container engines."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.errors import AuditorError
from auditor.model.record import Record
from auditor.replay.engines import Abilities, Engine, answering, connect

__all__ = ["Check", "engine_checks"]

_INSTALL = "apt-get install -y --no-install-recommends docker.io iptables && dockerd &"
_GPUS = {
    "runtime": "GPUs through NVIDIA's runtime",
    "cdi": "GPUs through CDI",
    "": "no GPU runtime",
}


class Check(Record, frozen=True, kw_only=True):
    """One thing looked at. ``needed``: without it a main command cannot do its work."""

    name: str
    ok: bool
    needed: bool
    detail: str
    mend: str = ""


def engine_checks() -> Iterator[Check]:
    """Yield a row for each engine that answers, the one that a replay takes first."""
    try:
        first = connect("auto")
    except AuditorError as error:
        yield _missing(error)
        return
    yield _row(first, needed=True)
    place = first.abilities().place
    for other in answering():
        if isinstance(other, AuditorError):
            yield _absent(other.message)
        elif other.abilities().place != place:
            yield _row(other, needed=False)


def _row(engine: Engine, *, needed: bool) -> Check:
    name = "container engine" if needed else "another engine"
    try:
        detail = f"{engine.describe()}; {_told(engine.abilities())}"
    except AuditorError as error:
        return Check(name=name, ok=False, needed=needed, detail=error.message, mend=error.hint)
    return Check(name=name, ok=True, needed=needed, detail=detail)


def _told(can: Abilities) -> str:
    limits = [f"cannot enforce {row.subject}: {row.reason}" for row in can.lacks]
    return "; ".join(
        (
            "rootless" if can.rootless else "rootful",
            "sees this machine's files" if can.shares_files else "files are carried to it and back",
            _GPUS[can.gpus],
            *(limits or ["enforces every limit"]),
        )
    )


def _missing(error: AuditorError) -> Check:
    return Check(
        name="container engine",
        ok=False,
        needed=True,
        detail=f"{error.message}; replay needs one",
        mend=_INSTALL if "doctor" in error.hint else error.hint or _INSTALL,
    )


def _absent(message: str) -> Check:
    return Check(name="another engine", ok=False, needed=False, detail=message)
