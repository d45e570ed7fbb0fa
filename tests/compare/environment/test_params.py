"""Parameters that differ, by how they were learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from auditor.compare.environment.recipe import RECIPE
from auditor.model.fact import Fact, declared, derived, recorded, unknown

if TYPE_CHECKING:
    from conftest import MakeFingerprint

(SECTION,) = [one for one in RECIPE if one.name == "params"]
SAID, ARGV, FILE, LOGGED = (
    declared("1", "--param"),
    derived("1", "argv"),
    declared("1", "config.yaml"),
    recorded("1", "mlflow.log_param"),
)


def other(fact: Fact[str]) -> Fact[str]:
    return msgspec.structs.replace(fact, value="2")


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        (SAID, other(SAID), "major"),
        (SAID, None, "major"),
        (None, SAID, "major"),
        (ARGV, other(ARGV), "major"),
        (FILE, other(FILE), "major"),
        (LOGGED, other(LOGGED), "minor"),
        (LOGGED, ARGV, "info"),
        (None, ARGV, "info"),
        (FILE, None, "info"),
        (unknown("has more than 500 values"), FILE, "info"),
    ],
)
def test_how_much_a_parameter_weighs(
    make_fingerprint: MakeFingerprint,
    before: Fact[str] | None,
    after: Fact[str] | None,
    severity: str,
) -> None:
    sides = []
    for fact in (before, after):
        made = make_fingerprint()
        recipe = msgspec.structs.replace(made.recipe, params={"lr": fact} if fact else {})
        told = SECTION.fact(msgspec.structs.replace(made, recipe=recipe)).value
        sides.append(SECTION.subjects(told).get("param:lr"))
    assert SECTION.weigh("param:lr", *sides).severity == severity


def test_another_value_of_one_is_one_difference(make_fingerprint: MakeFingerprint) -> None:
    made = make_fingerprint(params={"lr": "0.1"})
    told = SECTION.fact(made).value
    (value,) = SECTION.subjects(told).values()
    assert SECTION.show(value, (value,)) == "0.1"
