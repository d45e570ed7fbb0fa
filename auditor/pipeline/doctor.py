"""``auditor doctor``: what the machine has, what it lacks, and the command that mends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from auditor import capture
from auditor.errors import AuditorError
from auditor.locking.uv import find_uv
from auditor.pipeline.doctor_engines import Check, engine_checks
from auditor.render import check_pdf

__all__ = ["CHECKS", "Check", "examine"]


def examine() -> tuple[Check, ...]:
    """Look at everything and return what was found, in a fixed order."""
    return (*engine_checks(), *(check() for check in CHECKS))


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
    return _program("git", shutil.which("git"), "the commit and patch of a run are then unknown")


def _git_lfs() -> Check:
    lacks = "it fetches the inputs that a project keeps in it"
    return _program("git-lfs", shutil.which("git-lfs"), lacks)


def _uv() -> Check:
    lacks = "a lock then takes minutes instead of seconds, by pip-tools"
    check = _program("uv", find_uv(), lacks)
    return check if check.ok else msgspec.structs.replace(check, mend="pip install 'auditor[uv]'")


def _program(name: str, path: str | None, lacks: str) -> Check:
    return Check(
        name=name,
        ok=path is not None,
        needed=False,
        detail=path or f"not found; {lacks}",
        mend="" if path else f"apt-get install -y {name}",
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
        mend="" if gigabytes >= 2 else "auditor gc --images",  # noqa: PLR2004
    )


CHECKS: tuple[Callable[[], Check], ...] = (_pdf, _gpu, _uv, _git, _git_lfs, _writable)
"""Those of everything but engines."""
