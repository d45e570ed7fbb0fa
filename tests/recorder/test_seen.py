from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.recorder.observer.seen import Seen


@given(st.lists(st.text(max_size=3)))
def test_it_is_a_set(texts: list[str]) -> None:
    seen, known = Seen(), set[str]()
    for text in texts:
        assert (text in seen) == (text in known)
        assert seen.add(text) == (text not in known)
        known.add(text)
    assert len(seen) == len(known)


def test_it_grows_and_stays_small() -> None:
    seen = Seen()
    assert all(seen.add(f"/data/{number}") for number in range(20_000))
    assert not any(seen.add(f"/data/{number}") for number in range(20_000))
    assert not any(f"/other/{number}" in seen for number in range(20_000))
    assert seen._table.itemsize * len(seen._table) <= 32 * len(seen)


def test_what_hashes_to_nothing_is_found_too() -> None:
    seen = Seen()
    assert "" not in seen
    assert seen.add("")
    assert "" in seen
