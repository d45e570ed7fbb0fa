from __future__ import annotations

import pickle
from collections.abc import Callable

from auditor.compare.artifacts import Difference

Differ = Callable[..., Difference]


def test_a_history_is_a_curve(differ: Differ) -> None:
    losses = [1 / (step + 1) for step in range(30)]
    a = {"history": {"loss": losses}}
    b = {"history": {"loss": [*losses[:3], *(loss + 0.1 for loss in losses[3:])]}}
    found = differ("history.pkl", pickle.dumps(a), pickle.dumps(b))
    assert [curve.parted for curve in found.curves] == [3.0]
    # It says more than the first of the 27 points that differ.
    assert found.evidence[0] == "/history/loss parts at index 3: 0.25 → 0.35, then constant"
    assert found.magnitude is not None
    assert found.magnitude.total == 30
