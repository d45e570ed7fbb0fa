"""Versions of the system libraries that its interpreter links, as they tell them themselves.

The text of this file is also run by itself, in an image that a replay may be based on.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict

_TOLD = (
    ("openssl", "ssl", "OPENSSL_VERSION"),
    ("sqlite", "sqlite3", "sqlite_version"),
    ("zlib", "zlib", "ZLIB_RUNTIME_VERSION"),
    ("expat", "pyexpat", "EXPAT_VERSION"),
    ("mpdecimal", "_decimal", "__libmpdec_version__"),
)
_GLIBC = re.compile(rb"GNU C Library \(([^)\0]+)\)")


def versions() -> Dict[str, str]:
    """Return the version of each library that the interpreter links, as far as it tells.

    That of the C library is with the patches of its distribution: what ``confstr`` says is not.
    """
    found = {}
    for name, module, member in _TOLD:
        try:
            found[name] = str(getattr(__import__(module), member))
        except Exception:  # noqa: S112 - built without it, or its library is gone
            continue
    build = _glibc()
    return dict(found, glibc=build) if build else found


def _glibc() -> str:
    try:
        with open("/proc/self/maps", "rb") as file:
            paths = {line.split(None, 5)[5].strip() for line in file if b"/libc" in line}
        for path in sorted(paths):
            with open(path, "rb") as file:
                match = _GLIBC.search(file.read())
            if match:
                return match.group(1).decode("ascii", "replace")
    except (OSError, IndexError):
        pass
    return ""
