"""CuPy: each device has a ``RandomState``, made when it is first asked for."""

from __future__ import annotations

from .hearing import hear
from .ledger import GLOBAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .hearing import Call
    from .ledger import Ledger

__all__ = ["patch"]

_LIBRARY = "cupy"


def patch(module: Any, ledger: Ledger) -> None:
    """Watch the package ``cupy.random``."""

    def seed(value: Any, frame: Any) -> None:
        if value is None:
            ledger.drew(_LIBRARY, "seed", ledger.places.site(frame))
        else:
            ledger.seeded(_LIBRARY, "seed", value, frame)

    if hasattr(module, "seed"):
        ledger.wrap((module,), "seed", seed)
    hear(ledger, module, "default_rng", _made(ledger, "default_rng", 0))
    kind = getattr(module, "RandomState", None)
    if kind is not None:
        hear(ledger, kind, "__init__", _made(ledger, "RandomState", 1))


def _made(ledger: Ledger, name: str, place: int) -> Callable[[Call], None]:
    def note(call: Call) -> None:
        value = call.argument(place, "seed")
        if ledger.calling():  # seed() makes the device's generator, and then seeds it
            return
        if value is not None:
            ledger.made(_LIBRARY, name, value, call.frame)
            return
        own = str(call.frame.f_globals.get("__name__", "")).startswith(_LIBRARY + ".")
        ledger.drew(_LIBRARY, GLOBAL if own else name, ledger.places.site(call.frame))

    return note
