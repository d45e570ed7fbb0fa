"""Serve Podman's API for as long as this process lives, where nobody else does."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

from auditor.replay.engines.watched import socket_of

__all__ = ["command", "serve"]


@functools.cache
def serve() -> str | None:
    """Return the address of a Podman service of our own; ``None`` where there is no Podman.

    Raises ``EngineError`` where it does not start.
    """
    if shutil.which("podman") is None:
        return None
    return socket_of(
        lambda socket: command(f"unix://{socket}"),
        "podman does not serve its API",
        "try: podman system service --time 0 unix:///tmp/podman.sock",
    )


def command(address: str) -> list[str]:
    """Return the command that serves the API, with what a machine lacks taken into account."""
    options = []
    if shutil.which("crun") is None and shutil.which("runc") is not None:
        options += ["--runtime", "runc"]
    if not Path("/run/systemd/system").is_dir():
        options += ["--cgroup-manager", "cgroupfs"]
    return ["podman", *options, "system", "service", "--time", "0", address]
