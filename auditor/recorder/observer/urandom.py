"""``os.urandom``: what the project's own lines draw from the system themselves."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .entropy import Entropy
    from .places import Places

__all__ = ["Urandom"]

_SEED = 8  # bytes: what seeds a generator; a key is longer
_PARTS = ("random", "secrets")
_OWN_USE = ("multiprocessing",)  # keys by which processes know each other


class Urandom:
    """Stands in the place of ``os.urandom``; no function, which a class would bind as a method.

    A few bytes for a project's line are a seed and written down. More of them, and what
    ``secrets``, ``uuid`` or a library draw for it, may be a key: these are only counted.
    """

    __module__ = "os"

    def __init__(self, entropy: Entropy, places: Places) -> None:
        self.__name__ = self.__qualname__ = "urandom"
        self.__doc__ = os.urandom.__doc__
        self._entropy = entropy
        self._places = places
        self._draw = os.urandom

    def __call__(self, size: Any, /) -> bytes:
        """Return ``size`` random bytes."""
        value = self._draw(size)
        if self._entropy.silent():
            return value
        try:
            return self._noted(value, sys._getframe(1))  # noqa: SLF001 - the call site
        except Exception:
            return value

    def __reduce__(self) -> str:
        return "urandom"

    def watch(self) -> None:
        """Take the place of ``os.urandom`` for what is imported from now on."""
        os.urandom = self

    def _noted(self, value: bytes, frame: Any) -> bytes:
        site = self._places.site(frame)
        if not site:
            return value
        if not self._places.inside(frame) or len(value) > _SEED:
            who = self._who(frame)
            if who not in _OWN_USE:
                self._entropy.withhold(who)
            return value
        text = self._entropy.taken("os", "urandom", site, value.hex())
        given = bytes.fromhex(text)
        return given if len(given) == len(value) else value

    def _who(self, frame: Any) -> str:
        """Return the module that drew: ``random`` and ``secrets`` draw for others."""
        name = str(frame.f_globals.get("__name__", ""))
        while name in _PARTS and frame.f_back is not None:
            frame = frame.f_back
            if self._places.inside(frame):
                return name
            name = str(frame.f_globals.get("__name__", ""))
        return "os.urandom" if self._places.inside(frame) else name.partition(".")[0]
