from __future__ import annotations

import pytest

from auditor.compare.values.tables.metrics import names_metric, names_setting


@pytest.mark.parametrize(
    "name",
    [
        "loss",
        "val_loss",
        "valLoss",
        "train/losses",
        "loss_curve_",
        "mlogloss",
        "multi_error",
        "accuracy",
        "val_acc1",
        "AUC",
        "f1",
        "macro_F1",
        "eval_f1_macro",
        "root_mse",
        "rmse",
        "test_score",
        "lr",
        "learning_rate",
        "perplexity",
        "l2",
    ],
)
def test_names_of_metrics(name: str) -> None:
    assert names_metric(name)


@pytest.mark.parametrize(
    "name", ["C", "alpha", "gamma", "l1_ratio", "max_depth", "class", "mean", "accident", "", "url"]
)
def test_names_of_other_things(name: str) -> None:
    assert not names_metric(name)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("/param_grid/learning_rate", True),
        ("/hyperparameters/lr", True),
        ("/params/lr", True),
        ("/cv_results_/param_alpha", True),
        ("/search/grid/lr", True),
        ("/history/lr", False),
        ("/paramount/loss", False),
    ],
)
def test_places_of_settings(place: str, *, expected: bool) -> None:
    assert names_setting(place) is expected
