"""scikit-learn: the ``random_state`` of estimators, splitters and functions, as they are used.

``None`` stands for NumPy's global generator, which is followed itself. A number is a seed, or was
drawn by an estimator for those it is made of.
"""

from __future__ import annotations

from .hearing import hear

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .hearing import Call
    from .ledger import Ledger

__all__ = ["patch"]

_STATE = "random_state"
_SEARCH = "SearchCV"  # it draws candidates; the estimator that it clones keeps its own seed


def patch(module: Any, ledger: Ledger) -> None:
    """Watch ``sklearn.utils.validation``, from which all of them have the function."""

    def note(call: Call) -> None:
        seed = call.argument(0, "seed")
        if hasattr(seed, "randint") or not hasattr(seed, "__index__"):
            return
        owner = _owner(ledger, seed, call.frame)
        if owner:
            ledger.seeded("sklearn", owner, seed, call.frame)
        else:
            ledger.derive("sklearn", _STATE)

    hear(ledger, module, "check_random_state", note)


def _owner(ledger: Ledger, seed: Any, frame: Any) -> str:
    """Return what a project line gave the seed to, ``""`` where it was drawn for the purpose."""
    if ledger.places.inside(frame):
        return "check_random_state"
    owner, owners = "", set()
    while frame is not None and not ledger.places.inside(frame):
        if _typed(frame):
            break
        local = frame.f_locals
        holder = local.get("self")
        if holder is not None and _STATE in getattr(holder, "__dict__", ()):
            if holder.__dict__[_STATE] is seed or id(holder) in owners:
                owner = type(holder).__name__
                owners.add(id(holder))
            elif not type(holder).__name__.endswith(_SEARCH):
                return ""
        elif local.get(_STATE) is seed:
            owner = frame.f_code.co_name
        frame = frame.f_back
    return owner if frame is not None else ""


def _typed(frame: Any) -> bool:
    """Say whether a frame is of a program that is in no file: ``python -c``, a notebook."""
    main: bool = frame.f_globals.get("__name__") == "__main__"
    return main and str(frame.f_code.co_filename).startswith("<")
