from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.replay.running.processors import Processors, here


def numbers(text: str, there: int) -> set[int]:
    return {int(one) for one in text.split(",")} if text else set(range(there))


def queued(processors: Processors, count: int) -> None:
    deadline = time.monotonic() + 5
    while len(processors._queue) != count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


@given(st.integers(1, 6), st.lists(st.one_of(st.none(), st.floats(0.1, 8)), max_size=12))
def test_nobody_shares_a_processor(there: int, asked: list[float | None]) -> None:
    processors = Processors(range(there))
    taken: set[int] = set()
    lock = threading.Lock()

    def use(count: float | None) -> int:
        with processors.taken(count) as mine:
            got = numbers(mine, there)
            with lock:
                assert not taken & got
                taken.update(got)
            with lock:
                taken.difference_update(got)
            return len(got)

    with ThreadPoolExecutor(4) as pool:
        sizes = list(pool.map(use, asked))
    wanted = [there if count is None else min(-int(-count // 1), there) for count in asked]
    assert sizes == wanted


def test_two_that_need_one_each_are_there_at_once() -> None:
    processors = Processors([4, 6])
    with processors.taken(1) as first, processors.taken(0.5) as second:
        assert {first, second} == {"4", "6"}


def test_who_needs_all_is_not_overtaken() -> None:
    processors = Processors([0, 1])
    order: list[str] = []

    def use(name: str, count: float) -> None:
        with processors.taken(count):
            order.append(name)

    with processors.taken(1):
        many = threading.Thread(target=use, args=("many", 2))
        many.start()
        queued(processors, 1)
        few = threading.Thread(target=use, args=("few", 1))
        few.start()
        queued(processors, 2)
        assert order == []  # one is free, and who came first needs two
    many.join(5)
    few.join(5)
    assert order == ["many", "few"]


def test_what_fails_gives_its_processors_back() -> None:
    processors = Processors([0])
    with pytest.raises(ValueError, match="failed"), processors.taken(1):
        raise ValueError("failed")
    with processors.taken(None) as mine:
        assert not mine


def test_this_machine_has_processors() -> None:
    with here().taken(None) as mine:
        assert not mine
