"""``auditor doctor``: what the machine has, what it lacks, and the command that mends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from auditor import capture
from auditor.errors import AuditorError
from auditor.model.record import Record
from auditor.render import check_pdf
from auditor.replay.engines import connect

__all__ = ["CHECKS", "Check", "examine"]

_ENGINE_COMMAND = "apt-get install -y --no-install-recommends docker.io iptables && dockerd &"


class Check(Record, frozen=True, kw_only=True):
    """One thing looked at. ``needed``: without it a main command cannot do its work."""

    name: str
    ok: bool
    needed: bool
    detail: str
    mend: str = ""


def examine() -> tuple[Check, ...]:
    """Look at everything and return what was found, in a fixed order."""
    return tuple(check() for check in CHECKS)


def _engine() -> Check:
    try:
        engine = connect("auto")
        detail = engine.describe()
    except AuditorError as error:
        return Check(
            name="container engine",
            ok=False,
            needed=True,
            detail=f"{error.message}; replay needs one",
            mend=_ENGINE_COMMAND,
        )
    return Check(name="container engine", ok=True, needed=True, detail=detail)


def _pdf() -> Check:
    try:
        detail = check_pdf()
    except AuditorError as error:
        return Check(
            name="PDF libraries", ok=False, needed=True, detail=error.message, mend=error.hint
        )
    return Check(name="PDF libraries", ok=True, needed=True, detail=detail)


def _gpu() -> Check:
    fact = capture.host_facts().gpu
    gpus = fact.value
    if gpus is None or gpus.driver is None:
        reason = fact.reason or "no NVIDIA driver"
        return Check(
            name="GPU driver",
            ok=False,
            needed=False,
            detail=f"{reason}; needed only where runs use a GPU",
            mend="apt-get install -y nvidia-driver (Debian's non-free), then reboot",
        )
    names = ", ".join(device.name for device in gpus.devices) or "no device"
    return Check(name="GPU driver", ok=True, needed=False, detail=f"driver {gpus.driver}: {names}")


def _git() -> Check:
    path = shutil.which("git")
    return Check(
        name="git",
        ok=path is not None,
        needed=False,
        detail=path or "not found; the commit and patch of a run are then unknown",
        mend="" if path else "apt-get install -y git",
    )


def _writable() -> Check:
    folder = Path.cwd()
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check(name="disk", ok=False, needed=True, detail=str(error), mend=f"ls {folder}")
    gigabytes = free / 1024**3
    return Check(
        name="disk",
        ok=gigabytes >= 2,  # noqa: PLR2004 - an image, its wheels and the build context
        needed=True,
        detail=f"{gigabytes:.1f} GiB free in {folder}",
        mend="" if gigabytes >= 2 else "auditor gc",  # noqa: PLR2004
    )


CHECKS: tuple[Callable[[], Check], ...] = (_engine, _pdf, _gpu, _git, _writable)
