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


TORCH = """
import os, types
state = [1]
class Generator:
    def manual_seed(self, seed): self.start = seed; return self
    def seed(self): self.start = int.from_bytes(os.urandom(8), "little"); return self.start
class State(list):
    def tolist(self): return list(self)
def manual_seed(seed): state[:] = [seed]
def seed(): pass
def initial_seed(): return state[0]
random = types.SimpleNamespace(
    manual_seed=manual_seed, seed=seed, get_rng_state=lambda: State(state)
)
"""


def torch(bench: Bench, worker: str = "") -> dict[str, str]:
    """A library of torch's shape, with what seeds the workers of its data loader."""
    folder = bench.place / "lib" / "site-packages"
    package = folder / "torch" / "utils" / "data" / "_utils"
    package.mkdir(parents=True)
    for path in (package, package.parent, package.parent.parent):
        (path / "__init__.py").touch()
    (folder / "torch" / "__init__.py").write_text(TORCH)
    (package / "worker.py").write_text(worker)
    return {"PYTHONPATH": str(folder)}


def test_generators_of_torch_that_are_made_for_a_purpose(bench: Bench) -> None:
    script = """
    import pickle, torch
    kind = torch.Generator
    g = torch.Generator().manual_seed(31)
    assert g.start == 31 and type(g) is kind and torch.Generator is kind
    assert g.seed() == g.start
    g.manual_seed(seed=32)
    assert pickle.loads(pickle.dumps(kind)) is kind
    """
    run = bench.python(script, env=torch(bench))
    assert chance(run) == (
        [
            ["torch", "Generator.manual_seed", "31", "run.py:4", 1],
            ["torch", "Generator.manual_seed", "32", "run.py:7", 1],
        ],
        [["torch", "Generator.seed", "run.py:6", 1]],
    )
    (drawn,) = [event for event in run.of("entropy") if event["function"] == "Generator.seed"]
    assert drawn["site"] == "run.py:6"


def test_seeds_of_workers_derive_from_the_data_loader_s(bench: Bench) -> None:
    worker = """
import random, torch
def loop(seed): random.seed(seed); torch.manual_seed(seed)
"""
    script = """
    import random
    from torch.utils.data._utils import worker
    worker.loop(5)
    random.random()
    """
    run = bench.python(script, env=torch(bench, worker))
    assert chance(run) == ([], [])
    assert sorted(run.of("end")[0]["derived"]) == [
        ["random", "seed", 1],
        ["torch", "manual_seed", 1],
    ]


def test_seeds_that_a_library_sets_at_its_import_are_only_counted(bench: Bench) -> None:
    environment = library(bench, "import random\nrandom.seed(1)\nrandom.Random(2)")
    run = bench.python("import library", env=environment)
    assert chance(run) == ([], [])
    assert run.of("end")[0]["derived"] == [["random", "seed", 1], ["random", "Random", 1]]


def test_a_draw_that_a_seed_replaced_is_taken_back(bench: Bench) -> None:
    run = bench.python("import numpy as np\nnp.random.RandomState(1)\nnp.random.RandomState()")
    drawn = [event["site"] for event in run.of("entropy") if event["library"] == "numpy"]
    assert drawn == ["", "run.py:2", "run.py:3"]
    assert [event["site"] for event in run.of("undrawn")] == ["run.py:2"]


def test_a_program_that_seeds_a_great_many_writes_little(bench: Bench) -> None:
    run = bench.python("import numpy as np\nfor n in range(3000): np.random.RandomState(n)")
    assert len(run.of("undrawn")) == 1000
    assert run.of("end")[0]["entropy"]["missed"] == 0
