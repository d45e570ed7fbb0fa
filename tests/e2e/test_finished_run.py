"""A run that nobody tracked: its folder and what a person says of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.e2e.conftest import Project

HOWS = {"recorded", "derived", "declared", "unknown"}


@pytest.fixture
def finished(project: Callable[[str], Project]) -> Project:
    """Return the sample ``digits`` after it ran without auditor, its output in ``log.txt``."""
    digits = project("digits")
    command = ["sh", "-c", "python train.py >log.txt"]
    subprocess.run(command, cwd=digits.folder, env=digits.environment, check=True)
    return digits


def fingerprint(finished: Project, *more: str) -> dict[str, object]:
    return finished.json(  # type: ignore[no-any-return]
        "fingerprint",
        ".",
        *("--command", "python train.py", "--input", "config.json", "--metrics", "metrics.json"),
        *("--output", "model.joblib", "--output", "predictions.npy", "--output", "metrics.json"),
        *more,
    )


@pytest.mark.slow
def test_every_fact_is_labelled(finished: Project) -> None:
    filed = fingerprint(finished)
    assert filed["unknown"], "a finished run cannot know everything"
    document = finished.fingerprint()
    facts = [fact for part in ("recipe", "outcome", "record") for fact in walk(document[part])]
    assert len(facts) > 20
    assert {fact["how"] for fact in facts} <= HOWS
    assert all(fact["reason"] for fact in facts if fact["how"] == "unknown")
    assert document["recipe"]["command"]["how"] == "declared"


@pytest.mark.docker
@pytest.mark.slow
def test_all_that_was_declared_reproduces(finished: Project) -> None:
    fingerprint(finished, "--output", "confusion.csv", "--log", "log.txt")
    audit = finished.json("replay", "latest")
    assert audit["verdict"] == "identical"
    assert {"model.joblib", "confusion.csv", "stdout"} <= {item["name"] for item in audit["items"]}


@pytest.mark.docker
@pytest.mark.slow
def test_what_was_not_declared_is_no_silent_pass(finished: Project) -> None:
    fingerprint(finished)
    audit = finished.json("replay", "latest", status=4)
    counted = [item for item in audit["items"] if item["counted"]]
    undecided = {item["name"] for item in counted if item["verdict"] == "inconclusive"}
    assert undecided == {"confusion.csv", "stdout"}


def walk(value: object) -> list[dict[str, str]]:
    if isinstance(value, dict):
        here = [value] if "how" in value and "reason" in value else []
        return here + [fact for member in value.values() for fact in walk(member)]
    return []
