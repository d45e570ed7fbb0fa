from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from auditor.compare.artifacts import Difference, Scope, compare_parts
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees
from auditor.model.policy import Policy


def trainer_state(epochs: int) -> dict[str, Any]:
    """Return what the Trainer of transformers saves, with two records at each step."""
    log: list[dict[str, Any]] = []
    for epoch in range(1, epochs + 1):
        at = {"epoch": float(epoch), "step": epoch * 100}
        log.append({**at, "grad_norm": 1.5 / epoch, "learning_rate": 1e-4, "loss": 1 / epoch})
        log.append({**at, "eval_loss": 1.1 / epoch, "eval_runtime": 1.23})
    log.append(
        {"epoch": float(epochs), "step": epochs * 100, "train_loss": 0.5, "total_flos": 1e12}
    )
    return {"global_step": epochs * 100, "log_history": log}


def compared(a: Any, b: Any) -> Difference:
    found = Found()
    compare_trees(a, b, Scope(Policy(), ("trainer_state.json",), inner=compare_parts), found)
    return found.result()


def test_one_more_epoch_of_two_records_a_step_is_told_in_two_lines() -> None:
    found = compared(trainer_state(3), trainer_state(4))
    assert found.evidence == (
        "/global_step: 300 → 400",
        "/log_history/6: (object of 4) → (absent)",
        "/log_history/6 to /log_history/8: 3 records added",
    )
    back = compared(trainer_state(4), trainer_state(3))
    assert "/log_history/6 to /log_history/8: 3 records missing" in back.evidence
    assert back.relation == found.relation == "different"


def test_what_changed_beside_a_lost_record_is_found() -> None:
    one, other = trainer_state(3), trainer_state(3)
    del other["log_history"][1]
    other["log_history"][3]["loss"] = 0.9
    other["log_history"][-1]["train_loss"] = 0.75
    assert compared(one, other).evidence == (
        "/log_history/4/loss: 0.3333333333333333 → 0.9",
        "/log_history/6/train_loss: 0.5 → 0.75",
        "/log_history/1: (object of 4) → (absent)",
    )


@pytest.mark.parametrize(
    "change", [lambda log: log[::-1], lambda log: [log[1], log[0], *log[2:]]], ids=["back", "swap"]
)
def test_the_same_records_in_another_order_are_one_line(
    change: Callable[[list[Any]], list[Any]],
) -> None:
    one = trainer_state(3)
    other = json.loads(json.dumps(one))
    other["log_history"] = change(other["log_history"])
    found = compared(one, other)
    assert found.relation == "different"
    assert found.notes == ("the same elements in another order",)
    assert len(found.evidence) == 1
