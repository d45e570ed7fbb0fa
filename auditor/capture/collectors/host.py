"""Where the run was."""

from __future__ import annotations

import os
import pwd

from auditor.model.fact import Fact, recorded
from auditor.model.facts import Host

__all__ = ["host"]


def host() -> Fact[Host]:
    """Return names and kernel release of this machine."""
    uname = os.uname()
    user, home = _person()
    kernel = f"{uname.sysname} {uname.release}"
    value = Host(name=uname.nodename, user=user, kernel=kernel, home=home)
    return recorded(value, "uname, passwd")


def _person() -> tuple[str, str]:
    """Return the user's name and home."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        return str(os.geteuid()), ""
    return entry.pw_name, entry.pw_dir
