"""Exceptions that nobody caught, and what they are about."""

from __future__ import annotations

import os

from .variables import without_userinfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .journal import Journal
    from .network import Network

__all__ = ["Failures"]

_LONG = 1000
_DEEP = 20


class Failures:
    """Writes ``uncaught`` events."""

    def __init__(self, journal: Journal, network: Network) -> None:
        self.journal = journal
        self.network = network

    def uncaught(self, _hook: Any, kind: Any, value: Any, _traceback: Any) -> None:
        """Take the arguments of the audit event ``sys.excepthook``."""
        self._note(kind, value, thread=False)

    def threads(self, threading: Any) -> None:
        """Patch ``threading``: note what ends a thread, then do what was done before."""
        original = threading.excepthook

        def excepthook(args: Any) -> Any:
            try:
                if args.exc_type is not SystemExit:
                    self._note(args.exc_type, args.exc_value, thread=True)
            except Exception:
                pass
            return original(args)

        excepthook.__doc__ = original.__doc__
        threading.excepthook = excepthook

    def _note(self, kind: Any, value: Any, *, thread: bool) -> None:
        module = "" if kind.__module__ == "builtins" else kind.__module__ + "."
        try:
            message = without_userinfo(str(value))[:_LONG]
        except Exception:
            message = ""
        subject = self._subject(value)
        name = module + kind.__qualname__
        self.journal.write("uncaught", type=name, message=message, subject=subject, thread=thread)

    def _subject(self, value: Any) -> str:
        """Return the module, file or host that the first telling exception of the chain names."""
        for _step in range(_DEEP):
            if value is None:
                break
            found = self._names(value)
            if found:
                return found
            value = value.__cause__ or value.__context__
        return ""

    def _names(self, value: Any) -> Optional[str]:
        if isinstance(value, ImportError):
            return value.name
        if isinstance(value, (FileNotFoundError, PermissionError, IsADirectoryError)):
            return os.fsdecode(value.filename) if isinstance(value.filename, (str, bytes)) else ""
        if isinstance(value, (ConnectionError, TimeoutError)) or _unreachable(value):
            return without_userinfo(self.network.last)
        return ""


def _unreachable(value: Any) -> bool:
    import errno

    if isinstance(value, OSError) and type(value).__name__ in {"gaierror", "herror"}:
        return True
    codes = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
    return isinstance(value, OSError) and value.errno in codes
