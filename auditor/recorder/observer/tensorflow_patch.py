"""TensorFlow: an operation without any seed has none of ``get_seed`` either."""

from __future__ import annotations

from .hearing import hear
from .ledger import GLOBAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .hearing import Call
    from .ledger import Ledger

__all__ = ["patch"]

_LIBRARY = "tensorflow"


def patch(module: Any, ledger: Ledger) -> None:
    """Watch ``framework.random_seed`` or ``ops.stateful_random_ops``."""

    def get_seed(call: Call) -> None:
        if tuple(call.result) == (None, None):
            ledger.drew(_LIBRARY, GLOBAL, ledger.places.site(call.frame))

    def entropy(call: Call) -> None:
        function = "Generator.from_non_deterministic_state"
        ledger.drew(_LIBRARY, function, ledger.places.site(call.frame))

    for name in ("set_seed", "set_random_seed"):
        hear(ledger, module, name, _seed(ledger, name), covers=True)
    hear(ledger, module, "get_seed", get_seed)
    kind = getattr(module, "Generator", None)
    if kind is not None:
        hear(ledger, kind, "from_seed", _made(ledger))
        hear(ledger, kind, "from_non_deterministic_state", entropy)


def _seed(ledger: Ledger, name: str) -> Callable[[Call], None]:
    def note(call: Call) -> None:
        seed = call.argument(0, "seed")
        if seed is not None:
            ledger.seeded(_LIBRARY, name, seed, call.frame)

    return note


def _made(ledger: Ledger) -> Callable[[Call], None]:
    def note(call: Call) -> None:
        ledger.made(_LIBRARY, "Generator.from_seed", call.argument(1, "seed"), call.frame)

    return note
