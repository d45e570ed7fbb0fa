from __future__ import annotations

import pytest

from auditor.compare.values.decisions import names_decision, names_scores
from auditor.model.policy import Policy


@pytest.mark.parametrize(
    "place",
    [
        "prediction",
        "y_pred",
        "/rows/3/label",
        "Predicted",
        "out/predictions",
        "/predictions/7",
        "pred_class",
        "rank",
        "top_5",
        "class",
        "cluster_id",
        "test.labels",
        "/labels_",
    ],
)
def test_predictions_labels_and_ranks_are_decisions(place: str) -> None:
    assert names_decision(place, Policy())


@pytest.mark.parametrize(
    "place",
    [
        "num_class",
        "/learner/learner_model_param/num_class",
        "n_clusters",
        "/n_classes",
        "labelled",
        "/_label_binarizer/pos_label",
        "/shape/unknown_rank",
        "/_flags/allows_duplicate_labels",
        "loss",
        "classifier",
        "prediction_time",
        "score",
        "",
    ],
)
def test_settings_and_figures_are_none(place: str) -> None:
    assert not names_decision(place, Policy())


def test_a_policy_names_others() -> None:
    assert names_decision("/verdict", Policy(decisions=("*verdict",)))


@pytest.mark.parametrize(("place", "found"), [("proba", True), ("logits", True), ("loss", False)])
def test_scores_are_told_by_name(place: str, *, found: bool) -> None:
    assert names_scores(place) is found
