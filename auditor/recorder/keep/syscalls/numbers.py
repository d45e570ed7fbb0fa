"""Numbers of the system calls that are watched; see asm/unistd.h of each architecture."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Optional

__all__ = ["Machine", "machine"]


class Machine:
    """``audit`` is the architecture's AUDIT_ARCH of linux/audit.h; ``calls`` are by name."""

    def __init__(self, audit: int, seccomp: int, calls: Dict[str, int]) -> None:
        self.audit = audit
        self.seccomp = seccomp
        self.calls = calls


_MACHINES = {
    "x86_64": Machine(
        0xC000003E,
        317,
        {
            "open": 2,
            "connect": 42,
            "truncate": 76,
            "rename": 82,
            "mkdir": 83,
            "creat": 85,
            "link": 86,
            "unlink": 87,
            "openat": 257,
            "mkdirat": 258,
            "unlinkat": 263,
            "renameat": 264,
            "linkat": 265,
            "renameat2": 316,
            "io_uring_setup": 425,
            "openat2": 437,
        },
    ),
    "aarch64": Machine(
        0xC00000B7,
        277,
        {
            "mkdirat": 34,
            "unlinkat": 35,
            "linkat": 37,
            "renameat": 38,
            "truncate": 45,
            "openat": 56,
            "connect": 203,
            "renameat2": 276,
            "io_uring_setup": 425,
            "openat2": 437,
        },
    ),
}


def machine() -> Optional[Machine]:
    """Return this machine's numbers, ``None`` where they are not known."""
    return _MACHINES.get(os.uname().machine)
