"""An engine at ``ssh://[USER@]HOST[:PORT][/SOCKET]``, brought to a socket of this machine.

By the user's own ssh, with its keys and configuration, and once for all requests. The SDK's way
starts an ssh for each, and knows no time-outs.
"""

from __future__ import annotations

import functools
import shutil
from urllib.parse import urlsplit

from auditor.errors import EngineError
from auditor.replay.engines.watched import socket_of

__all__ = ["tunnel"]

_SOCKET = "/var/run/docker.sock"


@functools.cache
def tunnel(address: str) -> str:
    """Return the address of a socket here that leads to the one there. Raises ``EngineError``."""
    if shutil.which("ssh") is None:
        raise EngineError(
            f"{address} needs the program ssh, which is not here",
            hint="apt-get install -y openssh-client",
        )
    parts = urlsplit(address)
    if not parts.hostname or parts.hostname.startswith("-"):
        raise EngineError(f"{address} names no host")
    there = parts.path.rstrip("/") or _SOCKET
    who = f"{parts.username}@{parts.hostname}" if parts.username else parts.hostname
    port = ["-p", str(parts.port)] if parts.port else []
    options = ["-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes"]
    return socket_of(
        lambda here: ["ssh", "-nNT", *options, *port, "-L", f"{here}:{there}", "--", who],
        f"no container engine answers at {address}",
        f"does ssh {who} docker version work without a question?",
    )
