"""Workers that ``multiprocessing`` spawns: all have one command line, and each has a number."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .ledger import Ledger

__all__ = ["patch"]


def patch(module: Any, ledger: Ledger) -> None:
    """Watch ``multiprocessing.process``: a spawned worker learns late which one it is."""
    from functools import wraps

    original = module.BaseProcess._bootstrap  # noqa: SLF001 - what every start method calls

    @wraps(original)
    def bootstrap(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            if not ledger.entropy.forked:  # a forked one knows its number
                _become(ledger, self._identity)
        except Exception:
            pass
        return original(self, *args, **kwargs)

    module.BaseProcess._bootstrap = bootstrap  # noqa: SLF001


def _become(ledger: Ledger, identity: Any) -> None:
    ledger.entropy.become("worker " + ".".join([str(number) for number in identity]))
    for generator in ledger.globals:
        generator.renew()
