"""Keras 3: a seed not given comes from Python's global generator, which is followed itself."""

from __future__ import annotations

from .hearing import hear

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .hearing import Call
    from .ledger import Ledger

__all__ = ["patch"]


def patch(module: Any, ledger: Ledger) -> None:
    """Watch ``keras.src.utils.rng_utils`` or ``keras.src.random.seed_generator``."""

    def set_random_seed(call: Call) -> None:
        ledger.seeded("keras", "set_random_seed", call.argument(0, "seed"), call.frame)

    def made(call: Call) -> None:
        seed = call.argument(1, "seed")
        if seed is not None:
            ledger.made("keras", "SeedGenerator", seed, call.frame)

    hear(ledger, module, "set_random_seed", set_random_seed, covers=True)
    if hasattr(module, "SeedGenerator"):
        hear(ledger, module.SeedGenerator, "__init__", made)
