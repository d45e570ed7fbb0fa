"""LightGBM and XGBoost: seeds among the parameters; without one they take a fixed default.

Names and aliases: "Parameters" of the LightGBM documentation, "XGBoost Parameters" of XGBoost's.
"""

from __future__ import annotations

from .hearing import hear

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .hearing import Call
    from .ledger import Ledger

__all__ = ["patch"]

_SEEDS = (
    "seed random_seed random_state data_random_seed data_seed bagging_seed bagging_fraction_seed "
    "feature_fraction_seed drop_seed objective_seed extra_seed"
).split()


def patch(module: Any, ledger: Ledger) -> None:
    """Watch ``lightgbm.engine`` or ``xgboost.training``; their estimators train by these too."""
    library = module.__name__.partition(".")[0]
    for name in ("train", "cv"):
        hear(ledger, module, name, _note(ledger, library))


def _note(ledger: Ledger, library: str) -> Callable[[Call], None]:
    def note(call: Call) -> None:
        params = dict(call.argument(0, "params") or {})
        if params.get("seed") is None and isinstance(call.kwargs.get("seed"), int):
            params["seed"] = call.kwargs["seed"]  # of cv
        for name in _SEEDS:
            if params.get(name) is not None:
                ledger.seeded(library, name, params[name], call.frame)

    return note
