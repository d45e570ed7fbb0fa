"""What the keeper can tell of the world that the command runs in."""

from __future__ import annotations

import os

from ..observer.variables import split, without_userinfo
from . import container

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Collection, Dict, List, Tuple

__all__ = ["facts", "libc", "zone"]


def facts(argv: List[str], inject: str, asked: Collection[str] = ()) -> Dict[str, Any]:
    """Return the members of the start record that are known before the command starts.

    ``asked`` are the variables whose values are wanted besides.
    """
    uname = os.uname()
    values, withheld = split(os.environ, inject, asked)
    name, source = zone()
    inside = container.facts("/", os.environ)
    return {
        "argv": [without_userinfo(word) for word in argv],
        "container": inside["runtime"] != "none",
        "inside": inside,
        "image": os.environ.get("AUDITOR_IMAGE", ""),
        "system": uname.sysname,
        "machine": uname.machine,
        "distribution": _distribution(),
        "libc": libc(),
        "zone": name,
        "zone_source": source,
        "variables": values,
        "withheld": withheld,
    }


def libc() -> str:
    """Return the C library and its version, as ``glibc 2.36``, or ``""``."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        import glob

        return "musl" if glob.glob("/lib/ld-musl-*") else ""


def zone() -> Tuple[str, str]:
    """Return the time zone in effect and where it is set; glibc takes UTC where nothing is."""
    value = os.environ.get("TZ")
    if value:
        return value.lstrip(":"), "TZ"
    try:
        target = os.path.realpath("/etc/localtime")
        mark = "/zoneinfo/"
        if mark in target:
            return target.partition(mark)[2], "/etc/localtime"
        with open("/etc/timezone", encoding="utf-8") as file:
            return file.read().strip(), "/etc/timezone"
    except OSError:
        return ("", "") if os.path.exists("/etc/localtime") else ("UTC", "no /etc/localtime")


def _distribution() -> str:
    for place in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(place, encoding="utf-8", errors="replace") as file:
                rows = dict(line.rstrip("\n").partition("=")[::2] for line in file)
        except OSError:
            continue
        return rows.get("PRETTY_NAME", rows.get("NAME", "")).strip("\"'")
    return ""
