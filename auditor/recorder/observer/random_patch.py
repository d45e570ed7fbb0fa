"""Python's ``random``: its global generator, and generators made without a seed."""

from __future__ import annotations

import os
import sys

from .ledger import Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .ledger import Ledger

__all__ = ["patch"]


def patch(module: Any, ledger: Ledger) -> None:
    """Watch the module ``random``."""
    if hasattr(module.seed, "__wrapped__"):
        return  # reloaded or patched before
    generator = Global(ledger, "random", lambda: hash(module.getstate()))
    # after random's own handler, which seeds the child from entropy
    os.register_at_fork(after_in_child=generator.restart)

    def note(value: Any, frame: Any) -> None:
        generator.seeded()
        if value is None:
            ledger.drew("random", "seed", ledger.places.site(frame))
        else:
            ledger.seeded("random", "seed", value, frame)

    ledger.wrap((module,), "seed", note)
    _watch_instances(module, ledger)


def _watch_instances(module: Any, ledger: Ledger) -> None:
    """Note ``random.Random()`` without a seed, unless the standard library made it for itself."""
    from functools import wraps

    original = module.Random.__init__
    system = module.SystemRandom

    @wraps(original)
    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        try:
            frame = sys._getframe(1)  # noqa: SLF001 - the call site
            if not isinstance(self, system):
                _made(ledger, self, args[0] if args else kwargs.get("x"), frame)
        except Exception:
            pass

    module.Random.__init__ = initialise


def _made(ledger: Ledger, generator: Any, seed: Any, frame: Any) -> None:
    if ledger.places.standard(frame.f_code.co_filename):
        return
    if seed is None and ledger.places.importing(frame):
        ledger.follow("random", "Random", generator, generator.getstate)
    elif seed is None:
        ledger.drew("random", "Random", ledger.places.site(frame))
    else:
        ledger.made("random", "Random", seed, frame)
