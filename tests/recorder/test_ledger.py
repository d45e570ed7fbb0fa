"""The patches of random, NumPy and torch, in this process and undone afterwards."""

from __future__ import annotations

import importlib.util
import os
import random
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from auditor.recorder.observer import numpy_patch, random_patch, torch_patch
from auditor.recorder.observer.journal import Journal
from auditor.recorder.observer.ledger import GLOBAL, Ledger, shown
from auditor.recorder.observer.places import Places

HERE = Path(__file__).name


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(os, "register_at_fork", lambda **_handlers: None)
    (tmp_path / "events").mkdir()
    places = Places(str(Path(__file__).parent), ())
    return Ledger(places, Journal(str(tmp_path)))


@pytest.fixture
def own_random() -> Any:
    spec = importlib.util.spec_from_file_location("random_of_its_own", random.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def numpy_random(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Any:
    for module, name in [
        (np.random, "seed"),
        (np.random.mtrand, "seed"),
        (np.random, "default_rng"),
        (sys.modules["numpy.random._generator"], "default_rng"),
        (sys.modules["numpy.random.bit_generator"], "randbits"),
        (sys.modules["numpy.random._mt19937"], "operator"),
    ]:
        if hasattr(module, name):
            monkeypatch.setattr(module, name, getattr(module, name))
    ledger.patches()["numpy.random"](np.random)
    return np.random


def found(ledger: Ledger) -> tuple[list[Any], list[Any]]:
    ledger.conclude()
    seeds = [[row[0], row[1], row[2], row[4]] for row in ledger.seeds()]
    return seeds, [[row[0], row[1], row[3]] for row in ledger.unseeded()]


def test_python_s_generators(ledger: Ledger, own_random: Any) -> None:
    patch = ledger.patches()["random"]
    patch(own_random)
    seed = own_random.seed
    patch(own_random)
    assert own_random.seed is seed
    own_random.random()
    own_random.seed(1)
    own_random.seed()
    own_random.Random()
    for arguments in ({"x": 2}, {"x": 2}):
        own_random.Random(**arguments)
    own_random.Random(3)
    own_random.SystemRandom()
    seeds, unseeded = found(ledger)
    assert seeds == [
        ["random", "seed", "1", 1],
        ["random", "Random", "2", 2],
        ["random", "Random", "3", 1],
    ]
    assert unseeded == [["random", GLOBAL, 1], ["random", "seed", 1], ["random", "Random", 1]]
    assert all(row[3].startswith(HERE) for row in ledger.seeds())


def test_an_error_of_the_observer_does_not_reach_random(
    ledger: Ledger, own_random: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    random_patch.patch(own_random, ledger)
    monkeypatch.setattr(ledger.places, "standard", lambda _name: 1 / 0)
    assert own_random.Random(1).random() == random.Random(1).random()


def test_a_child_starts_its_account_anew(ledger: Ledger, own_random: Any) -> None:
    reseed = own_random._inst.seed  # as the module itself has registered it for children
    random_patch.patch(own_random, ledger)
    own_random.seed(1)
    ledger.forked()
    reseed()
    ledger.globals[0].restart()
    assert found(ledger) == ([], [])
    own_random.random()
    assert found(ledger) == ([], [["random", GLOBAL, 1]])


def test_numpy_s_generators(ledger: Ledger, numpy_random: Any) -> None:
    numpy_patch.patch(numpy_random, ledger)
    numpy_random.rand()
    numpy_random.seed(3)
    numpy_random.rand()
    rng = numpy_random.default_rng(4)
    numpy_random.default_rng(rng)
    numpy_random.RandomState(5)
    numpy_random.RandomState([6, 7])
    with pytest.raises(ValueError, match="Seed must be between"):
        numpy_random.RandomState(-1)
    numpy_random.default_rng()
    numpy_random.PCG64()
    numpy_random.RandomState()
    numpy_random.seed()
    seeds, unseeded = found(ledger)
    assert seeds == [
        ["numpy", "seed", "3", 1],
        ["numpy", "default_rng", "4", 1],
        ["numpy", "RandomState", "5", 1],
        ["numpy", "RandomState", "[6, 7]", 1],
        ["numpy", "RandomState", "-1", 1],
    ]
    assert unseeded == [
        ["numpy", GLOBAL, 1],
        ["numpy", "default_rng", 1],
        ["numpy", "SeedSequence", 1],
        ["numpy", "SeedSequence", 1],
        ["numpy", "seed", 1],
    ]


def test_the_observer_s_own_errors_do_not_reach_numpy(
    ledger: Ledger, numpy_random: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger.places, "site", lambda _frame: 1 / 0)
    numpy_random.default_rng()
    numpy_random.default_rng(1)
    numpy_random.RandomState(5)
    assert sys.modules["numpy.random._mt19937"].operator.index(3) == 3  # type: ignore[attr-defined]
    assert sys.modules["numpy.random._mt19937"].operator.add(1, 2) == 3  # type: ignore[attr-defined]


class State(list[int]):
    def numpy(self) -> Any:
        raise RuntimeError

    def tolist(self) -> list[int]:
        return list(self)


def test_torch(ledger: Ledger) -> None:
    state = [1]

    def rng_state() -> Any:
        return np.array(state) if len(state) < 2 else State(state)

    def manual_seed(value: int) -> None:
        torch.cuda.manual_seed_all(value)

    def seed() -> None:
        state.append(2)

    inner = types.SimpleNamespace(manual_seed=manual_seed, seed=seed, get_rng_state=rng_state)
    cuda = types.SimpleNamespace(manual_seed_all=lambda _value: None)
    torch = types.SimpleNamespace(manual_seed=manual_seed, seed=seed, random=inner, cuda=cuda)
    ledger.patches()["torch"](torch)
    patched = torch.manual_seed
    torch_patch.patch(torch, ledger)
    assert torch.manual_seed is patched is inner.manual_seed
    state.append(7)
    torch.manual_seed(3)
    torch.cuda.manual_seed_all(4)
    torch.seed()
    assert found(ledger) == (
        [["torch", "manual_seed", "3", 1], ["torch", "cuda.manual_seed_all", "4", 1]],
        [["torch", GLOBAL, 1], ["torch", "seed", 1]],
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        ("a", "'a'"),
        ((1, [2]), "[1, [2]]"),
        (np.int64(3), "3"),
        (np.array([1, 2]), "[1, 2]"),
        (object(), "<object>"),
        ("x" * 1000, "'" + "x" * 199),
    ],
)
def test_seeds_as_text(value: object, text: str) -> None:
    assert shown(value) == text


def test_an_account_has_a_limit(ledger: Ledger) -> None:
    for number in range(2000):
        ledger.drew("x", str(number), "")
    assert len(ledger.unseeded()) == 1000
