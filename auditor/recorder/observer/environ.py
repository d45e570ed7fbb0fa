"""Which environment variables the program reads whose values are not recorded."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Set

    from .journal import Journal
    from .places import Places

__all__ = ["Environ"]

# About the machine, the user and the terminal: read by the standard library all the time.
_OF_THE_MACHINE = frozenset(
    "PATH HOME USER LOGNAME SHELL PWD OLDPWD HOSTNAME TMPDIR TMP TEMP TERM COLUMNS LINES SHLVL "
    "COLORTERM NO_COLOR FORCE_COLOR DISPLAY EDITOR PAGER BROWSER _".split()
)
_VIEWS = ("_collections_abc.py", "<frozen _collections_abc>")
_THROUGH = ("/os.py", "<frozen os>", *_VIEWS)


class Environ:
    """Writes a ``variable`` event for the first read of each variable that is set.

    ``recorded`` are the variables whose values are known anyway. What goes through all variables,
    as a copy does, reads none: it asks for the names first, and by the same instruction or in the
    same loop for the values.
    """

    def __init__(self, places: Places, journal: Journal, recorded: Set[str]) -> None:
        self.places = places
        self.journal = journal
        self._known = recorded | _OF_THE_MACHINE
        self._passed: Any = None
        self._copying: Any = None

    def watch(self) -> None:
        """Stand before ``os.environ``."""
        kind: Any = type(os.environ)
        read, go_through = kind.__getitem__, kind.__iter__
        known = self._known

        def get(environ: Any, key: Any) -> Any:
            value = read(environ, key)
            if key not in known:
                self._note(key, sys._getframe(1))  # noqa: SLF001 - the reader
            return value

        def names(environ: Any) -> Iterator[Any]:
            self._copying = _instruction(_reader(sys._getframe(1), _VIEWS))  # noqa: SLF001
            for key in go_through(environ):
                self._passed = key
                yield key
            self._passed = None

        kind.__getitem__, kind.__iter__ = get, names

    def _note(self, key: Any, frame: Any) -> None:
        try:
            whole = key == self._passed or _instruction(_reader(frame, _VIEWS)) == self._copying
            if whole or not isinstance(key, str) or key.startswith("AUDITOR_"):
                return
            self._known.add(key)
            frame = _reader(frame, _THROUGH)
            site = self.places.site(frame) if frame and self.places.inside(frame) else ""
            self.journal.write("variable", name=key, site=site)
        except Exception:
            pass


def _reader(frame: Any, through: Any) -> Any:
    """Return the innermost frame whose file is not one of ``through``."""
    while frame is not None and frame.f_code.co_filename.endswith(through):
        frame = frame.f_back
    return frame


def _instruction(frame: Any) -> Any:
    return frame and (id(frame), frame.f_lasti)
