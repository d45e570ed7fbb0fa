"""Python's ``random``: its global generator, and generators made without a seed."""

from __future__ import annotations

import os
import sys

from .entropy import text_of, words_of
from .ledger import GLOBAL, Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .ledger import Ledger

__all__ = ["patch"]


def patch(module: Any, ledger: Ledger) -> None:
    """Watch the module ``random``."""
    if hasattr(module.seed, "__wrapped__"):
        return  # reloaded or patched before
    generator = Global(
        ledger,
        "random",
        lambda: hash(module.getstate()),
        lambda: _begin(ledger, module, GLOBAL, ""),
        lambda: repr(module.getstate()).encode("ascii"),
    )
    # after random's own handler, which seeds the child from entropy
    os.register_at_fork(after_in_child=generator.restart)

    def note(value: Any, frame: Any) -> None:
        generator.seeded()
        if value is None:
            ledger.drew("random", "seed", ledger.places.site(frame))
        else:
            ledger.seeded("random", "seed", value, frame)

    def made(value: Any, frame: Any, _result: Any) -> None:
        if value is None:
            _begin(ledger, module, "seed", ledger.places.site(frame))

    ledger.wrap((module,), "seed", note, made)
    _watch_instances(module, ledger)


def _begin(ledger: Ledger, generator: Any, function: str, site: str) -> None:
    """Take account of a state that came from entropy; a replay may have another in its place."""
    if ledger.entropy.refuses():
        return
    version, words, _gauss = generator.getstate()
    value = text_of(words)
    taken = ledger.entropy.taken("random", function, site, value)
    if taken != value:
        generator.setstate((version, tuple(words_of(taken)), None))


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
    module.Random.seed = _again(module.Random.seed, ledger, system)


def _again(original: Any, ledger: Ledger, system: Any) -> Any:
    """Return ``Random.seed``, which takes account of a generator that is given a new start."""
    from functools import wraps

    @wraps(original)
    def seed(self: Any, a: Any = None, *args: Any, **kwargs: Any) -> None:
        original(self, a, *args, **kwargs)
        try:
            frame = sys._getframe(1)  # noqa: SLF001 - the call site
            standard = ledger.places.standard(frame.f_code.co_filename)
            if a is None and not standard and not isinstance(self, system):
                site = ledger.places.site(frame)
                ledger.drew("random", "Random.seed", site)
                _begin(ledger, self, "Random.seed", site)
        except Exception:
            pass

    return seed


def _made(ledger: Ledger, generator: Any, seed: Any, frame: Any) -> None:
    if ledger.places.standard(frame.f_code.co_filename):
        return
    if seed is None and ledger.places.importing(frame):
        _begin(ledger, generator, "Random", "")
        ledger.follow("random", "Random", generator, generator.getstate)
    elif seed is None:
        site = ledger.places.site(frame)
        ledger.drew("random", "Random", site)
        _begin(ledger, generator, "Random", site)
    else:
        ledger.made("random", "Random", seed, frame)
