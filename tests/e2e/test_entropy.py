"""An unseeded run repeats with the entropy that it drew: a cause, and never a pass."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]

FOREST = """
import json, os, random
import numpy as np
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

features, classes = load_iris(return_X_y=True)
order = np.random.permutation(len(features))
noise = np.random.default_rng().normal(scale=0.1, size=features.shape)
forest = RandomForestClassifier(n_estimators=20).fit(features[order] + noise, classes[order])
chances = forest.predict_proba(features)
np.save("chances.npy", chances)
np.save("noise.npy", noise)
found = {"confidence": chances.max(axis=1).mean(), "first": order[:5].tolist()}
found["one"] = random.random()
with open("metrics.json", "w") as file:
    json.dump(found, file)
"""


def test_every_number_of_an_unseeded_run_comes_back(empty: Project, tmp_path: Path) -> None:
    (empty.folder / "forest.py").write_text(FOREST)
    assert empty.auditor("run", "--", "python", "forest.py").returncode == 0
    drawn = empty.fingerprint()["record"]["entropy"]["value"]
    assert drawn["draws"]["numpy.global-generator"] == 1
    assert drawn["draws"]["random.global-generator"] == 1
    assert drawn["draws"]["numpy.default_rng"] >= 1
    bundle = tmp_path / "run.zip"
    assert empty.auditor("pack", "latest", "-o", str(bundle)).returncode == 0
    for left in empty.folder.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()

    audit = empty.json("replay", str(bundle), "--entropy", "recorded", status=1)
    assert audit["verdict"] == "diverged"
    assert len(audit["attempts"]) == 2
    (experiment,) = audit["experiments"]
    assert [attempt["completed"] for attempt in experiment["attempts"]] == [True, True]
    assert len(experiment["items"]) >= 11
    assert set(experiment["items"].values()) == {"identical"}
    cause = audit["causes"][0]
    assert (cause["factor"], cause["status"]) == ("randomness.unseeded", "confirmed")
    values = sum(drawn["draws"].values())
    assert f"({values} of {values} values)" in cause["evidence"]
    assert cause["evidence"].endswith("that is not reproducible")


def test_a_seeded_run_has_nothing_to_feed(empty: Project) -> None:
    (empty.folder / "seeded.py").write_text("import random; random.seed(1); print(random.random())")
    assert empty.auditor("run", "--", "python", "seeded.py").returncode == 0
    audit = empty.json("replay", "latest", "--times", "1", "--entropy", "recorded")
    assert audit["verdict"] == "identical"
    (experiment,) = audit["experiments"]
    assert "was not seen to draw" in experiment["result"]
    assert audit["causes"] == []
