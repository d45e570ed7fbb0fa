"""A folder is listed in the order in which the run saw it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.fact import recorded
from auditor.model.facts import Names
from auditor.model.names import Name, decode_names, encode_names
from auditor.replay import Options, execute, prepare
from auditor.replay.engines import Engine
from auditor.replay.planning.plan import plan
from auditor.replay.tree import order
from auditor.replay.tree.layout import lay_out
from auditor.replay.tree.names import names_of
from auditor.replay.tree.order import arrange, orders_of, place_for
from tests.replay.tree.test_layout import BASE, NOTHING

MEMORY = Path("/dev/shm")
TIME = 1_600_000_000_000_000


def listed(*paths: str) -> list[Name]:
    return [
        Name(path=path, size=0, modified=TIME, order=number) for number, path in enumerate(paths)
    ]


def with_names(make: Any, names: list[Name], **parts: Any) -> Any:
    fingerprint = make.fingerprint(**parts)
    digest = make.objects.put_bytes(encode_names(names))
    fact = recorded(Names(digest=digest, files=len(names), folders=0), "test")
    record = msgspec.structs.replace(fingerprint.record, names=fact)
    return msgspec.structs.replace(fingerprint, record=record)


def planned(make: Any, names: list[Name], **parts: Any) -> Any:
    return plan(with_names(make, names, **parts), NOTHING, BASE, Options())


@pytest.fixture
def memory() -> Any:
    place = MEMORY / f"auditor-test-{os.getpid()}"
    place.mkdir()
    yield place
    for path in sorted(place.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    place.rmdir()


def test_what_was_listed_has_an_order() -> None:
    names = (*listed("data/b", "data/a"), Name(path="data/new", size=1, modified=1))
    assert orders_of((*names, *listed("alone/x"), Name(path="c", size=1, modified=1))) == {
        "data": ("b", "a")
    }


@given(st.permutations(["a", "b", "c", "d", "e", "f.csv"]))
def test_in_memory_any_order_can_be_made(wanted: list[str]) -> None:
    place = MEMORY / f"auditor-order-test-{os.getpid()}"
    place.mkdir()
    try:
        for name in sorted(wanted):
            (place / name).touch()
        (place / "other").mkdir()
        assert arrange(place, wanted, place.with_suffix(".aside"))
        found = [path.name for path in place.iterdir()]
        assert [name for name in found if name != "other"] == wanted
    finally:
        for path in (*place.iterdir(), place):
            path.rmdir() if path.is_dir() else path.unlink()
        if (aside := place.with_suffix(".aside")).exists():
            aside.rmdir()


def test_a_replay_is_laid_out_where_its_order_can_be_made(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).touch()
    here = [path.name for path in tmp_path.iterdir()]
    names = listed(*(f"data/{name}" for name in here))
    assert place_for(planned(make, names), names).unhonoured == ()
    # This file system keeps its own order; that in memory is another's.
    real = order._not_there
    monkeypatch.setattr(
        order, "_not_there", lambda w, base: real(w, base) if base == str(MEMORY) else ["data"]
    )
    order._place_for.cache_clear()
    made = planned(make, names)
    assert place_for(made, names) == order.Placed(folder=str(MEMORY))
    monkeypatch.setattr(order, "_in_memory", lambda _size: False)
    order._place_for.cache_clear()
    (row,) = place_for(made, names).unhonoured
    assert row.subject == "filesystem.order"
    assert row.reason.startswith("data was listed in another order")
    order._place_for.cache_clear()
    many = listed(*(f"n{number}" for number in range(order._MOST_NAMES + 1)))
    assert "more than" in place_for(made, many).unhonoured[0].reason


def test_a_large_tree_does_not_lie_in_memory() -> None:
    assert order._in_memory(1)
    assert not order._in_memory(order._MOST_BYTES + 1)


def test_the_tree_has_order_and_times(make: Any, memory: Path) -> None:
    names = [
        Name(path="data", size=None, modified=TIME),
        *listed("data/b", "data/a", "data/d", "data/c"),
    ]
    made = planned(make, names, inputs=(make.file("data/a", "read"),))
    lay_out(made, make.objects, memory)
    tree = memory / "tree"
    assert [path.name for path in (tree / "data").iterdir()] == ["b", "a", "d", "c"]
    assert (tree / "data/a").read_text() == "read"
    assert (tree / "data").stat().st_mtime_ns == TIME * 1000
    assert (tree / "data/a").stat().st_mtime_ns == TIME * 1000
    assert names_of(made, make.objects) == decode_names(encode_names(names))


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("turn", [1, -1])
def test_a_run_that_writes_down_the_order_gets_its_own(
    make: Any, engine: Engine, cache: Path, turn: int
) -> None:
    wanted = ["zeta", "beta", "omega", "alpha", "mu"][::turn]
    script = "import os; open('order.txt', 'w').write(' '.join(os.listdir('data')))"
    names = [
        Name(path="data", size=None, modified=TIME),
        *listed(*(f"data/{name}" for name in wanted)),
    ]
    fingerprint = with_names(make, names, source={"train.py": script})
    prepared = prepare(
        fingerprint, make.objects, engine, Options(), tell=lambda _: None, cache=cache
    )
    assert not [row for row in prepared.plan.unhonoured if row.subject == "filesystem.order"]
    with execute(prepared, make.objects, engine, 1) as executed:
        assert (executed.tree / "order.txt").read_text() == " ".join(wanted)
