"""torch's generators: seeds, and whether the default one drew without any."""

from __future__ import annotations

from .ledger import Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .ledger import Ledger

__all__ = ["patch"]


def patch(module: Any, ledger: Ledger) -> None:
    """Watch the package ``torch``; its default generators start from entropy."""
    if hasattr(module.manual_seed, "__wrapped__"):
        return  # patched before
    generator = Global(ledger, "torch", lambda: hash(_bytes(module.random.get_rng_state())))

    def manual(value: Any, frame: Any) -> None:
        generator.seeded()
        ledger.seeded("torch", "manual_seed", value, frame)

    def entropy(_value: Any, frame: Any) -> None:
        generator.seeded()
        ledger.drew("torch", "seed", ledger.places.site(frame))

    ledger.wrap((module, module.random), "manual_seed", manual)
    ledger.wrap((module, module.random), "seed", entropy)
    cuda = getattr(module, "cuda", None)
    for name in ("manual_seed", "manual_seed_all"):
        if hasattr(cuda, name):
            inner = getattr(cuda, "random", cuda)
            ledger.wrap((cuda, inner), name, _cuda(ledger, name))


def _cuda(ledger: Ledger, name: str) -> Callable[[Any, Any], None]:
    def note(value: Any, frame: Any) -> None:
        ledger.seeded("torch", "cuda." + name, value, frame)

    return note


def _bytes(state: Any) -> bytes:
    try:
        return bytes(state.numpy().tobytes())
    except Exception:  # torch without NumPy
        return bytes(state.tolist())
