"""A Python as it describes itself: the one that ran, or the one in an image."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec

from auditor import recorder
from auditor.locking import Target
from auditor.model.record import Record, record_of

__all__ = ["PROBE", "Python", "ask", "parse", "target"]

# The recorder's own text tells the versions, so that both sides are asked in the same words.
_LINKED = Path(recorder.__path__[0]) / "installed" / "linked.py"
PROBE = (
    _LINKED.read_text(encoding="utf-8")
    + """
import json, os, platform, sys, sysconfig
v = sysconfig.get_config_var
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
except (AttributeError, OSError, ValueError):
    libc = ""
distribution = ""
for place in ("/usr/lib/os-release", "/etc/os-release"):
    try:
        with open(place, encoding="utf-8", errors="replace") as file:
            rows = dict(line.rstrip("\\n").partition("=")[::2] for line in file)
        distribution = rows.get("PRETTY_NAME", rows.get("NAME", "")).strip("\\"'")
    except OSError:
        pass
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": platform.python_version(),
    "build": sys.version,
    "executable": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
    "base_prefix": sys.base_prefix,
    "stdlib": os.path.realpath(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix,
        "installed_base": sys.base_prefix})),
    "platstdlib": os.path.realpath(os.path.dirname(os.__file__)),
    "soabi": v("SOABI") or "",
    "platform": sysconfig.get_platform(),
    "libc": libc,
    "distribution": distribution,
    "libraries": versions(),
}))
"""
)


class Python(Record, frozen=True, kw_only=True):
    """``executable``, ``stdlib`` and ``platstdlib`` are real paths, free of links.

    ``libraries`` are the versions of what it links, ``distribution`` the system it lies in.
    """

    implementation: str
    version: str
    build: str
    executable: str
    base_prefix: str
    stdlib: str
    platstdlib: str
    soabi: str
    platform: str
    libc: str
    distribution: str = ""
    libraries: dict[str, str] = msgspec.field(default_factory=dict)


def ask(executable: Path) -> Python | None:
    """Let an interpreter of this host describe itself; ``None`` where it is none that works."""
    try:
        done = subprocess.run(
            [str(executable), "-I", "-S", "-c", PROBE],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse(done.stdout) if done.returncode == 0 else None


def parse(output: str) -> Python | None:
    """Return what ``PROBE`` printed last, or ``None``."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    try:
        return record_of(json.loads(lines[-1]), Python) if lines else None
    except (ValueError, msgspec.ValidationError):
        return None


def target(python: Python) -> Target:
    """Return what wheels for this Python must fit."""
    return Target(
        implementation=python.implementation,
        version=python.version,
        soabi=python.soabi,
        platform=python.platform,
        libc=python.libc,
    )
