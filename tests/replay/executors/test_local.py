from __future__ import annotations

import threading
from concurrent.futures import CancelledError, as_completed

import pytest

from auditor.errors import InputError
from auditor.replay.executors import EXECUTORS, executor
from auditor.replay.executors.local import Local


def test_calls_go_on_side_by_side() -> None:
    local = Local(most=2)
    both = threading.Barrier(2)
    futures = [local.submit(both.wait, 5) for _ in range(2)]
    assert {future.result(5) for future in futures} == {0, 1}
    local.close()


def test_what_has_not_started_is_given_up() -> None:
    local = Local(most=1)
    going, go_on = threading.Event(), threading.Event()

    def first() -> str:
        going.set()
        go_on.wait(5)
        return "done"

    started, waiting = local.submit(first), local.submit(first)
    assert going.wait(5)
    threading.Timer(0.05, go_on.set).start()
    local.close(abandon=True)
    assert started.result() == "done"
    with pytest.raises(CancelledError):
        waiting.result(5)


def test_who_waits_for_what_he_cancelled_is_woken() -> None:
    local = Local(most=1)
    go_on = threading.Event()
    local.submit(go_on.wait, 5)
    waiting = [local.submit(go_on.wait, 5) for _ in range(3)]
    assert all(future.cancel() for future in waiting)
    threading.Timer(0.05, go_on.set).start()
    local.close(abandon=True)
    assert set(as_completed(waiting, 5)) == set(waiting)


def test_the_call_fails_with_its_own_error() -> None:
    local = Local(most=1)
    with pytest.raises(ZeroDivisionError):
        local.submit(divmod, 1, 0).result()
    local.close()


def test_data_are_here() -> None:
    local = Local(most=1)
    assert local.submit(len, local.share(b"four")).result() == 4
    local.close()


@pytest.mark.parametrize("name", ["local:here", "slurm", "", "dask", "dask:"])
def test_what_is_no_executor_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        executor(name)


def test_both_are_known() -> None:
    assert set(EXECUTORS) == {"local", "dask"}
