"""Architectures: as ``uname`` names them, and as images do."""

from __future__ import annotations

import platform

from auditor.errors import NotReplayedError
from auditor.model.fingerprint import Fingerprint, Unverified

__all__ = ["check_machine", "other_machine", "platform_of"]

# The architectures of Go, which images are named by.
_GO = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "i686": "386",
    "armv7l": "arm",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
}


def check_machine(fingerprint: Fingerprint, *, other: bool) -> None:
    """Refuse a run of another architecture than this machine's, unless ``other`` is welcome.

    Raises ``NotReplayedError``.
    """
    ran = _machine(fingerprint)
    if ran and ran != platform.machine() and not other:
        raise NotReplayedError(
            f"the run was on {ran}, and this machine is {platform.machine()}",
            hint=f"replay it on {ran}; or here with --force, expecting other last digits",
        )


def platform_of(fingerprint: Fingerprint) -> str:
    """Return the platform of images that the run can have run on, like ``linux/amd64``.

    Where the run's is not known, this machine's.
    """
    machine = _machine(fingerprint) or platform.machine()
    return f"linux/{_GO.get(machine, machine)}"


def other_machine(fingerprint: Fingerprint, image_platform: str) -> tuple[Unverified, ...]:
    """Return in what the platform of an image differs from the run's."""
    ran = platform_of(fingerprint)
    if not _machine(fingerprint) or image_platform in {ran, "", "/"}:
        return ()
    reason = f"the run was on {ran}, and the image is for {image_platform}"
    return (Unverified(subject="environment.machine", reason=reason),)


def _machine(fingerprint: Fingerprint) -> str:
    system = fingerprint.recipe.environment.system.value
    return system.machine if system is not None else ""
