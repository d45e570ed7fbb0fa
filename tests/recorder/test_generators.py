"""Seeds and unseeded generators with the place in the project that they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench, Observed

pytestmark = pytest.mark.slow


def chance(run: Observed) -> tuple[list[Any], list[Any]]:
    assert run.status == 0, run.stderr
    end = run.of("end")[0]
    return end["seeds"], end["unseeded"]


def test_a_seeded_run_has_no_unseeded_use(bench: Bench) -> None:
    seeds, unseeded = chance(
        bench.python(
            """
            import random
            import numpy as np
            random.seed(1)
            np.random.seed(2)
            random.random(), np.random.rand(3), random.Random(3).random()
            np.random.default_rng(4).random()
            np.random.default_rng([1, 2]).random()
            np.random.RandomState(5).rand()
            np.random.RandomState(np.array([6, 7])).rand()
            """
        )
    )
    assert seeds == [
        ["random", "seed", "1", "run.py:4", 1],
        ["numpy", "seed", "2", "run.py:5", 1],
        ["random", "Random", "3", "run.py:6", 1],
        ["numpy", "default_rng", "4", "run.py:7", 1],
        ["numpy", "default_rng", "[1, 2]", "run.py:8", 1],
        ["numpy", "RandomState", "5", "run.py:9", 1],
        ["numpy", "RandomState", "[6, 7]", "run.py:10", 1],
    ]
    assert unseeded == []


def test_unseeded_generators_are_named_with_their_place(bench: Bench) -> None:
    bench.write(
        "lib/noise.py",
        """
        import numpy as np
        def noise():
            return np.random.default_rng().random()
        """,
    )
    seeds, unseeded = chance(
        bench.python(
            """
            import random
            import numpy as np
            from lib.noise import noise
            for _ in range(3): noise()
            np.random.RandomState()
            random.Random()
            np.random.PCG64()
            np.random.seed()
            random.seed()
            """
        )
    )
    assert seeds == []
    assert sorted(unseeded) == [
        ["numpy", "SeedSequence", "run.py:6", 1],
        ["numpy", "SeedSequence", "run.py:8", 1],
        ["numpy", "default_rng", "lib/noise.py:4", 3],
        ["numpy", "seed", "run.py:9", 1],
        ["random", "Random", "run.py:7", 1],
        ["random", "seed", "run.py:10", 1],
    ]


def test_the_global_generators_are_compared_with_their_start(bench: Bench) -> None:
    _, unseeded = chance(
        bench.python("import random, numpy as np; random.shuffle([1, 2]); np.random.rand()")
    )
    assert sorted(unseeded) == [
        ["numpy", "global generator", "", 1],
        ["random", "global generator", "", 1],
    ]


def test_a_seed_that_comes_too_late_is_no_seed(bench: Bench) -> None:
    seeds, unseeded = chance(
        bench.python("import random\nrandom.random()\nrandom.seed(1)\nrandom.random()")
    )
    assert seeds == [["random", "seed", "1", "run.py:3", 1]]
    assert unseeded == [["random", "global generator", "", 1]]


def test_nothing_is_said_of_what_only_imports(bench: Bench) -> None:
    assert chance(bench.python("import random, numpy.random")) == ([], [])


def test_the_standard_library_has_its_own_generators(bench: Bench) -> None:
    script = """
    import copy, random, tempfile, uuid
    with tempfile.NamedTemporaryFile(), tempfile.TemporaryDirectory(): pass
    copy.copy(random.Random(1)); random.SystemRandom().random(); uuid.uuid4()
    """
    seeds, unseeded = chance(bench.python(script))
    assert [row[:3] for row in seeds] == [["random", "Random", "1"]]
    assert unseeded == []


def test_a_forked_child_is_reseeded_by_python(bench: Bench) -> None:
    run = bench.python(
        """
        import multiprocessing, random
        random.seed(1)
        def work(): random.random()
        process = multiprocessing.get_context("fork").Process(target=work)
        process.start(); process.join(); random.random()
        """
    )
    ends = {len(event["seeds"]): event["unseeded"] for event in run.of("end")}
    assert ends == {0: [["random", "global generator", "", 1]], 1: []}


def test_patched_functions_look_like_themselves(bench: Bench) -> None:
    run = bench.python(
        """
        import inspect, pickle, random
        import numpy as np
        for function in (random.seed, np.random.seed, np.random.default_rng):
            assert pickle.loads(pickle.dumps(function)) is function
            assert function.__doc__ and function.__name__ in ("seed", "default_rng")
        assert "version" in str(inspect.signature(random.seed))
        assert list(inspect.signature(random.Random).parameters) == ["x"]
        pickle.loads(pickle.dumps(np.random.default_rng(1))).random()
        pickle.loads(pickle.dumps(np.random.RandomState(1))).rand()
        pickle.loads(pickle.dumps(random.Random(1))).random()
        assert np.random.default_rng(1).random() == np.random.Generator(np.random.PCG64(1)).random()
        assert np.random.RandomState(3).rand() == np.random.mtrand.RandomState(3).rand()
        """
    )
    assert run.status == 0, run.stderr


def test_torch_by_a_module_of_its_shape(bench: Bench) -> None:
    bench.write(
        "torch/__init__.py",
        """
        from torch import cuda, random
        from torch.random import manual_seed, seed
        """,
    )
    bench.write(
        "torch/random.py",
        """
        import os
        state = list(os.urandom(8))
        class State(list):
            def tolist(self): return list(self)
        def get_rng_state(): return State(state)
        def manual_seed(seed):
            import torch
            torch.cuda.manual_seed_all(seed)
            state[:] = [seed]
        def seed(): state[:] = list(os.urandom(8))
        def rand(): state.append(len(state))
        """,
    )
    bench.write("torch/cuda/__init__.py", "from .random import manual_seed, manual_seed_all")
    bench.write(
        "torch/cuda/random.py",
        "def manual_seed(seed): pass\ndef manual_seed_all(seed): pass\n",
    )
    script = """
    import torch
    torch.random.rand()
    torch.manual_seed(7); torch.random.rand()
    torch.cuda.manual_seed(8)
    torch.seed()
    """
    seeds, unseeded = chance(bench.python(script))
    assert seeds == [
        ["torch", "manual_seed", "7", "run.py:4", 1],
        ["torch", "cuda.manual_seed", "8", "run.py:5", 1],
    ]
    assert unseeded == [
        ["torch", "global generator", "", 1],
        ["torch", "seed", "run.py:6", 1],
    ]


def library(bench: Bench, text: str) -> dict[str, str]:
    """A library outside the project, and the variables that make it importable."""
    folder = bench.place / "lib" / "site-packages"
    folder.mkdir(parents=True)
    (folder / "library.py").write_text(text)
    return {"PYTHONPATH": str(folder)}


LIBRARY = """
import random
import numpy as np
np.random.default_rng().random()
np.random.default_rng(1)
idle, busy = np.random.default_rng(), np.random.default_rng()
quiet, loud = random.Random(), random.Random()
state = np.random.RandomState()
seeded = np.random.RandomState(2)
def draw(): return busy.random(), loud.random()
def fit(seed): return np.random.RandomState(seed).rand(), random.Random(seed).random()
def noise(): return np.random.default_rng().random()
"""


def test_what_a_library_makes_at_its_import_counts_if_it_draws_later(bench: Bench) -> None:
    environment = library(bench, LIBRARY)
    imported = bench.python("import library", env=environment)
    assert chance(imported) == ([], [])
    assert imported.of("end")[0]["unfollowed"] == 1
    _, unseeded = chance(bench.python("import library\nlibrary.draw()", env=environment))
    assert sorted(unseeded) == [["numpy", "default_rng", "", 1], ["random", "Random", "", 1]]


def test_seeds_that_libraries_derive_are_not_those_of_the_run(bench: Bench) -> None:
    environment = library(bench, LIBRARY)
    seeds, unseeded = chance(bench.python("import library\nlibrary.fit(4)", env=environment))
    assert (seeds, unseeded) == ([], [])


def test_what_a_library_does_for_a_line_is_that_line_s(bench: Bench) -> None:
    environment = library(bench, LIBRARY)
    _, unseeded = chance(bench.python("import library\nlibrary.noise()", env=environment))
    assert unseeded == [["numpy", "default_rng", "run.py:2", 1]]
