"""What a Python process says of itself when it starts."""

from __future__ import annotations

import os
import sys

from .variables import split, without_userinfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Collection, Dict, List

__all__ = ["argv_of", "facts"]

_LONG = 8192


def facts(inject: str, asked: Collection[str] = ()) -> Dict[str, Any]:
    """Return the members of the ``start`` event; nothing in it costs an import.

    ``asked`` are the variables whose values are wanted besides.
    """
    values, withheld = split(os.environ, inject, asked)
    return {
        "pid": os.getpid(),
        "ppid": os.getppid(),
        "argv": [without_userinfo(item)[:_LONG] for item in argv_of()],
        "cwd": os.getcwd(),
        "interpreter": _interpreter(),
        "path": list(sys.path),
        "locale": _locale(),
        "variables": values,
        "withheld": withheld,
    }


def argv_of() -> List[str]:
    """Return the words that this process was started with, the interpreter's own options too."""
    original = getattr(sys, "orig_argv", None)
    if original is not None:
        return list(original)
    descriptor = os.open("/proc/self/cmdline", os.O_RDONLY | os.O_CLOEXEC)
    try:
        words = os.read(descriptor, 1 << 20).split(b"\0")[:-1]
    finally:
        os.close(descriptor)
    return [os.fsdecode(word) for word in words]


def _interpreter() -> Dict[str, Any]:
    from importlib.machinery import EXTENSION_SUFFIXES

    uname = os.uname()
    seed = os.environ.get("PYTHONHASHSEED", "random")
    return {
        "implementation": sys.implementation.name,
        "version": ".".join(str(part) for part in sys.version_info[:3]) + _level(),
        "build": sys.version,
        "executable": sys.executable or "",
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "tag": sys.implementation.cache_tag or "",
        "soabi": EXTENSION_SUFFIXES[0].strip(".").rpartition(".")[0],
        "platform": ("%s-%s" % (uname.sysname, uname.machine)).lower(),
        "hash_randomised": bool(sys.flags.hash_randomization) and seed in {"random", ""},
    }


def _level() -> str:
    info = sys.version_info
    letter = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info.releaselevel, "")
    return "%s%d" % (letter, info.serial) if letter else ""


def _locale() -> Dict[str, str]:
    try:
        import _locale

        category = _locale.setlocale(_locale.LC_CTYPE, None)
        encoding = "utf-8" if sys.flags.utf8_mode else _locale.nl_langinfo(_locale.CODESET)
    except (ImportError, ValueError, AttributeError):
        category = encoding = ""
    filesystem = sys.getfilesystemencoding()
    return {"category": category, "preferred": encoding, "filesystem": filesystem}
