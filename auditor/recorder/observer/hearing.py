"""Functions of a library that are listened to: what they were called with, and by whom."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from .ledger import Ledger

    Note = Callable[["Call"], None]

__all__ = ["Call", "hear", "hear_method"]

_HEARD = "_auditor_hears"


class Call:
    """One call: its arguments, the frame that made it, and afterwards its result."""

    def __init__(self, args: Any, kwargs: Any, frame: Any) -> None:
        self.args = args
        self.kwargs = kwargs
        self.frame = frame
        self.result: Any = None

    def argument(self, place: int, name: str) -> Any:
        """Return an argument by its place or its name, ``None`` if it was not given."""
        return self.args[place] if len(self.args) > place else self.kwargs.get(name)


def hear(
    ledger: Ledger, module: Any, name: str, note: Note, *, covers: bool = False
) -> Optional[Any]:
    """Have ``note`` told of each call of ``module.name`` that returned, if there is such a thing.

    ``covers``: the seeds that are set within the call derive from its own.
    """
    original = vars(module).get(name)
    inner = getattr(original, "__func__", original)  # of a class method
    if not callable(inner) or hasattr(inner, _HEARD):
        return None
    heard: Any = _hearing(ledger, inner, note, covers=covers)
    if isinstance(original, classmethod):
        heard = classmethod(heard)
    setattr(module, name, heard)
    return heard


def hear_method(kind: Any, name: str, heard: Any) -> None:
    """Put ``heard`` in the place of a method of a type that is written in C.

    Another class in the type's own place would not be the one that its instances have.
    """
    import ctypes
    import gc

    (members,) = [one for one in gc.get_referents(kind.__dict__) if isinstance(one, dict)]
    members[name] = heard
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


def _hearing(ledger: Ledger, original: Any, note: Note, *, covers: bool) -> Any:
    from functools import wraps

    step = int(covers)

    @wraps(original)
    def hearing(*args: Any, **kwargs: Any) -> Any:
        call = Call(args, kwargs, sys._getframe(1))  # noqa: SLF001 - the call site
        ledger.cover(step)
        try:
            call.result = original(*args, **kwargs)
        finally:
            ledger.cover(-step)
        try:
            note(call)
        except Exception:
            pass
        return call.result

    setattr(hearing, _HEARD, True)
    return hearing
