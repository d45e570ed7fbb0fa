from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.values.tables.matching import match_keys

keys = st.lists(st.integers(0, 6), max_size=30)
distinct = st.lists(st.integers(), unique=True, max_size=30)


@given(keys, keys)
def test_every_row_is_told_once(a: list[int], b: list[int]) -> None:
    found = match_keys(a, b)
    left = [*found.rows, *(row for row, _ in found.moved), *found.missing]
    right = [*found.partners, *(partner for _, partner in found.moved), *found.added]
    assert sorted(left) == list(range(len(a)))
    assert sorted(right) == list(range(len(b)))
    assert sorted(found.rows) == list(found.rows)
    assert sorted(found.partners) == list(found.partners)
    assert all(a[row] == b[partner] for row, partner in found.moved)


@given(keys)
def test_the_same_rows_match_in_place(a: list[int]) -> None:
    assert match_keys(a, a).trivial


@given(distinct, st.data())
def test_a_row_that_was_taken_out_is_missing(a: list[int], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(range(len(a))))) if a else set()
    found = match_keys(a, [key for index, key in enumerate(a) if index not in gone])
    assert set(found.missing) == gone
    assert not found.moved
    assert not found.added


@given(distinct, st.randoms(use_true_random=False))
def test_rows_in_another_order_moved(a: list[int], chance: object) -> None:
    b = chance.sample(a, len(a))  # type: ignore[attr-defined]
    found = match_keys(a, b)
    assert not found.missing
    assert not found.added
    assert bool(found.moved) == (a != b)


def test_as_few_as_possible_moved() -> None:
    assert match_keys([1, 2, 3, 4, 5], [2, 3, 4, 5, 1]).moved == ((0, 4),)


def test_a_changed_row_between_others_is_no_other_row() -> None:
    found = match_keys([1, 2, 3], [1, 9, 3])
    assert found.trivial
    assert found.partners == (0, 1, 2)
