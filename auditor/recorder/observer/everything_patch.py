"""Functions that seed every generator at once: of Lightning, transformers and accelerate."""

from __future__ import annotations

from .hearing import hear

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .hearing import Call
    from .ledger import Ledger

__all__ = ["patch"]

_FUNCTIONS = ("seed_everything", "set_seed", "enable_full_determinism")
_LIBRARIES = {"lightning_fabric": "lightning", "pytorch_lightning": "lightning"}


def patch(module: Any, ledger: Ledger) -> None:
    """Watch a module that has one of them."""
    name = module.__name__.partition(".")[0]
    for function in _FUNCTIONS:
        note = _note(ledger, _LIBRARIES.get(name, name), function)
        hear(ledger, module, function, note, covers=True)


def _note(ledger: Ledger, library: str, function: str) -> Callable[[Call], None]:
    def note(call: Call) -> None:
        seed = call.argument(0, "seed")
        if seed is None:  # seed_everything tells which one it took
            seed = call.result
        if seed is not None:
            ledger.seeded(library, function, seed, call.frame)

    return note
