from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare" / "tfrecord"


def read(name: str) -> bytes:
    return (DATA / f"{name}.tfrecord").read_bytes()


def test_the_order_of_features_means_nothing(differ: Differ) -> None:
    found = differ("a.tfrecord", read("base"), read("same"))
    assert found.relation == "within"
    assert found.notes == ("the same keys in another order",)


@pytest.mark.parametrize(
    ("name", "line"),
    [("value", "/record 4/x[0]: 1.5 → 1.6"), ("label", "/record 4/y[0]: 1 → 0")],
)
def test_one_value_that_changed(differ: Differ, name: str, line: str) -> None:
    found = differ("a.tfrecord", read("base"), read(name))
    assert found.relation == "different"
    assert found.evidence == (line,)


def test_records_that_are_missing(differ: Differ) -> None:
    whole = read("base")
    half = differ("a.tfrecord", whole, whole[: len(whole) // 2])
    assert half.evidence == ("records: 20 → 10",)
    cut = differ("a.tfrecord", whole[:-1], whole)
    assert cut.evidence[0] == "records: 19 → 20"
    assert cut.evidence[1] == "bytes at the end that are no record: 44 → 0"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 899), st.integers(1, 255), st.integers(0, 900))
def test_what_is_damaged_is_unreadable(differ: Differ, at: int, flip: int, end: int) -> None:
    whole = read("base")
    broken = bytearray(whole)
    broken[at] ^= flip
    try:
        found = differ("a.tfrecord", whole, bytes(broken[:end]))
    except (Unreadable, Undecided):
        return
    assert found.relation == "different"
