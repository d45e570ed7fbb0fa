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
    value = Host(name=uname.nodename, user=_user(), kernel=f"{uname.sysname} {uname.release}")
    return recorded(value, "uname, passwd")


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
