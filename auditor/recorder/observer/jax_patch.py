"""JAX: every draw is made from a key, and every key from a seed."""

from __future__ import annotations

from .hearing import hear

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .hearing import Call
    from .ledger import Ledger

__all__ = ["patch"]


def patch(module: Any, ledger: Ledger) -> None:
    """Watch ``jax._src.random``, or its ``core``, from which ``jax.random`` has its functions."""
    for name in ("key", "PRNGKey"):
        hear(ledger, module, name, _note(ledger, name))


def _note(ledger: Ledger, name: str) -> Callable[[Call], None]:
    def note(call: Call) -> None:
        ledger.made("jax", name, call.argument(0, "seed"), call.frame)

    return note
