"""Seeds that are given to libraries, by modules of their shape."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench, Observed

pytestmark = pytest.mark.slow

TENSORFLOW = {
    "tensorflow/__init__.py": "from tensorflow.python import random",
    "tensorflow/python/__init__.py": "",
    "tensorflow/python/framework/__init__.py": "",
    "tensorflow/python/ops/__init__.py": "",
    "tensorflow/python/framework/random_seed.py": """
        state = [None]
        def set_random_seed(seed): state[0] = seed
        def set_seed(seed): set_random_seed(seed)
        def get_seed(op_seed):
            if state[0] is None and op_seed is None: return None, None
            return state[0], op_seed
        """,
    "tensorflow/python/ops/stateful_random_ops.py": """
        class Generator:
            @classmethod
            def from_seed(cls, seed, alg=None): return cls()
            @classmethod
            def from_non_deterministic_state(cls, alg=None): return cls()
        """,
    "tensorflow/python/random.py": """
        from tensorflow.python.framework import random_seed
        from tensorflow.python.framework.random_seed import set_seed
        from tensorflow.python.ops.stateful_random_ops import Generator
        def uniform(shape, seed=None): return random_seed.get_seed(seed)
        """,
}
KERAS = {
    "keras/__init__.py": """
        from keras.src.utils.rng_utils import set_random_seed
        from keras.src.random.seed_generator import SeedGenerator
        def dropout(seed): return SeedGenerator(seed)
        """,
    "keras/src/__init__.py": "",
    "keras/src/utils/__init__.py": "",
    "keras/src/random/__init__.py": "",
    "keras/src/utils/rng_utils.py": """
        import random
        def set_random_seed(seed): random.seed(seed)
        """,
    "keras/src/random/seed_generator.py": """
        import random
        class SeedGenerator:
            def __init__(self, seed=None, name=None): self.seed = seed or random.randint(1, 9)
        """,
}
JAX = {
    "jax/__init__.py": "",
    "jax/_src/__init__.py": "",
    "jax/_src/random.py": """
        def PRNGKey(seed, *, impl=None): return [0, seed]
        def key(seed, *, impl=None): return [0, seed]
        """,
    "jax/random.py": """
        from jax._src.random import PRNGKey as PRNGKey, key as key
        def bits(): return key(0)
        """,
}
CUPY = {
    "cupy/__init__.py": "from cupy import random",
    "cupy/random/__init__.py": """
        from cupy.random._generator import RandomState, seed, rand
        def default_rng(seed=None): return object()
        """,
    "cupy/random/_generator.py": """
        states = []
        class RandomState:
            def __init__(self, seed=None, method=100): pass
        def get_random_state():
            if not states: states.append(RandomState(None))
        def seed(seed=None): get_random_state()
        def rand(): get_random_state()
        """,
}
BOOSTING = {
    "lightgbm/__init__.py": """
        from lightgbm.engine import train
        class LGBMClassifier:
            def __init__(self, random_state=None): self.random_state = random_state
            def fit(self): train({"random_state": self.random_state, "verbose": -1}, None)
        """,
    "lightgbm/engine.py": "def train(params, train_set, num_boost_round=100): pass",
    "xgboost/__init__.py": "from xgboost.training import cv, train",
    "xgboost/training.py": """
        def train(params, dtrain): pass
        def cv(params, dtrain, *, seed=0): pass
        """,
}
EVERYTHING = {
    "lightning/__init__.py": "from lightning.fabric.utilities.seed import seed_everything",
    "lightning/fabric/__init__.py": "",
    "lightning/fabric/utilities/__init__.py": "",
    "lightning/fabric/utilities/seed.py": """
        import random
        def seed_everything(seed=None, workers=False):
            random.seed(7 if seed is None else seed)
            return 7 if seed is None else seed
        """,
    "transformers/__init__.py": "from transformers.trainer_utils import *",
    "transformers/trainer_utils.py": """
        import random
        def set_seed(seed, deterministic=False): random.seed(seed)
        def enable_full_determinism(seed, warn_only=False): set_seed(seed)
        """,
}
SKLEARN = {
    "sklearn/__init__.py": "",
    "sklearn/utils/__init__.py": "from sklearn.utils.validation import check_random_state",
    "sklearn/utils/validation.py": """
        import numpy as np
        def check_random_state(seed):
            if seed is None: return np.random.mtrand._rand
            return np.random.RandomState(seed)
        """,
    "sklearn/ensemble.py": """
        from sklearn.utils import check_random_state
        class Tree:
            def __init__(self, random_state=None): self.random_state = random_state
            def fit(self): check_random_state(self.random_state).rand()
        class Forest(Tree):
            def fit(self):
                state = check_random_state(self.random_state)
                for _ in range(3): Tree(random_state=state.randint(1 << 30)).fit()
        class GridSearchCV:
            def __init__(self, estimator): self.estimator = estimator
            def fit(self): self.estimator.fit()
        class RandomizedSearchCV(Tree):
            def __init__(self, estimator, random_state):
                self.estimator, self.random_state = estimator, random_state
            def fit(self): super().fit(); self.estimator.fit()
        class ShuffleSplit(Tree): pass
        def train_test_split(random_state=None): ShuffleSplit(random_state).fit()
        """,
}


@pytest.fixture
def ran(bench: Bench) -> Any:
    """Return a call that runs a script with a library installed."""

    def run(files: dict[str, str], script: str) -> Observed:
        folder = bench.place / "lib" / "site-packages"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        seen = bench.python(script, env={"PYTHONPATH": str(folder)})
        assert seen.status == 0, seen.stderr
        return seen

    return run


def ended(seen: Observed) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
    end = seen.of("end")[0]
    return [row[:4] for row in end["seeds"]], [row[:3] for row in end["unseeded"]], end["derived"]


def test_tensorflow(ran: Any) -> None:
    script = """
    import tensorflow as tf
    tf.random.uniform([2])
    tf.random.set_seed(1)
    tf.random.uniform([2])
    tf.random.Generator.from_seed(seed=2)
    assert type(tf.random.Generator.from_non_deterministic_state()) is tf.random.Generator
    """
    seeds, unseeded, derived = ended(ran(TENSORFLOW, script))
    assert seeds == [
        ["tensorflow", "set_seed", "1", "run.py:4"],
        ["tensorflow", "Generator.from_seed", "2", "run.py:6"],
    ]
    assert unseeded == [
        ["tensorflow", "global generator", "run.py:3"],
        ["tensorflow", "Generator.from_non_deterministic_state", "run.py:7"],
    ]
    assert derived == [["tensorflow", "set_random_seed", 1]]


def test_tensorflow_with_a_seed_draws_from_no_entropy(ran: Any) -> None:
    script = "import tensorflow as tf\ntf.random.set_seed(1)\ntf.random.uniform([2])"
    assert ended(ran(TENSORFLOW, script))[1] == []


def test_keras(ran: Any) -> None:
    script = """
    import keras
    keras.set_random_seed(3)
    keras.SeedGenerator(4); keras.SeedGenerator(seed=5); keras.SeedGenerator()
    keras.dropout(6)
    """
    seeds, unseeded, derived = ended(ran(KERAS, script))
    assert seeds == [
        ["keras", "set_random_seed", "3", "run.py:3"],
        ["keras", "SeedGenerator", "4", "run.py:4"],
        ["keras", "SeedGenerator", "5", "run.py:4"],
    ]
    assert unseeded == []
    assert derived == [["random", "seed", 1], ["keras", "SeedGenerator", 1]]


def test_keras_without_a_seed_draws_from_python_s_generator(ran: Any) -> None:
    _, unseeded, _ = ended(ran(KERAS, "import keras\nkeras.SeedGenerator()"))
    assert unseeded == [["random", "global generator", ""]]


def test_jax(ran: Any) -> None:
    script = "import jax.random\njax.random.key(1)\njax.random.PRNGKey(seed=2)\njax.random.bits()"
    seeds, unseeded, derived = ended(ran(JAX, script))
    assert seeds == [["jax", "key", "1", "run.py:2"], ["jax", "PRNGKey", "2", "run.py:3"]]
    assert (unseeded, derived) == ([], [["jax", "key", 1]])


def test_cupy(ran: Any) -> None:
    script = """
    import cupy
    cupy.random.seed(1)
    cupy.random.rand()
    cupy.random.RandomState(2); cupy.random.default_rng(seed=3)
    cupy.random.RandomState(); cupy.random.default_rng()
    """
    seeds, unseeded, _ = ended(ran(CUPY, script))
    assert seeds == [
        ["cupy", "seed", "1", "run.py:3"],
        ["cupy", "RandomState", "2", "run.py:5"],
        ["cupy", "default_rng", "3", "run.py:5"],
    ]
    assert unseeded == [
        ["cupy", "RandomState", "run.py:6"],
        ["cupy", "default_rng", "run.py:6"],
    ]


def test_cupy_s_own_generator_without_a_seed(ran: Any) -> None:
    _, unseeded, _ = ended(ran(CUPY, "import cupy\ncupy.random.rand()\ncupy.random.seed()"))
    assert unseeded == [
        ["cupy", "global generator", "run.py:2"],
        ["cupy", "seed", "run.py:3"],
    ]


def test_boosting(ran: Any) -> None:
    script = """
    import lightgbm, xgboost
    lightgbm.train({"seed": 1, "bagging_seed": 2, "verbose": 3}, None)
    lightgbm.LGBMClassifier(random_state=4).fit()
    lightgbm.LGBMClassifier().fit()
    lightgbm.train({}, None)
    xgboost.train(dtrain=None, params={"random_state": 5})
    xgboost.cv({}, None, seed=6)
    """
    seeds, unseeded, derived = ended(ran(BOOSTING, script))
    assert seeds == [
        ["lightgbm", "seed", "1", "run.py:3"],
        ["lightgbm", "bagging_seed", "2", "run.py:3"],
        ["lightgbm", "random_state", "4", "run.py:4"],
        ["xgboost", "random_state", "5", "run.py:7"],
        ["xgboost", "seed", "6", "run.py:8"],
    ]
    assert (unseeded, derived) == ([], [])


def test_what_seeds_everything(ran: Any) -> None:
    script = """
    import random
    import lightning, transformers
    lightning.seed_everything()
    lightning.seed_everything(seed=1, workers=True)
    transformers.set_seed(2)
    transformers.enable_full_determinism(3)
    random.random()
    """
    seeds, unseeded, derived = ended(ran(EVERYTHING, script))
    assert seeds == [
        ["lightning", "seed_everything", "7", "run.py:4"],
        ["lightning", "seed_everything", "1", "run.py:5"],
        ["transformers", "set_seed", "2", "run.py:6"],
        ["transformers", "enable_full_determinism", "3", "run.py:7"],
    ]
    assert unseeded == []
    assert sorted(derived) == [["random", "seed", 4], ["transformers", "set_seed", 1]]


def test_what_estimators_are_given_and_what_they_draw_for_their_parts(ran: Any) -> None:
    script = """
    from sklearn.ensemble import Forest, GridSearchCV, RandomizedSearchCV, train_test_split
    from sklearn.utils import check_random_state
    Forest(random_state=1).fit()
    GridSearchCV(Forest(random_state=2)).fit()
    RandomizedSearchCV(Forest(random_state=3), random_state=4).fit()
    train_test_split(random_state=5)
    check_random_state(6)
    """
    seeds, unseeded, derived = ended(ran(SKLEARN, script))
    assert seeds == [
        ["sklearn", "Forest", "1", "run.py:4"],
        ["sklearn", "Forest", "2", "run.py:5"],
        ["sklearn", "RandomizedSearchCV", "4", "run.py:6"],
        ["sklearn", "Forest", "3", "run.py:6"],
        ["sklearn", "train_test_split", "5", "run.py:7"],
        ["sklearn", "check_random_state", "6", "run.py:8"],
    ]
    assert unseeded == []
    assert ["sklearn", "random_state", 9] in derived


def test_estimators_without_a_number_draw_from_numpy_s_generator(ran: Any) -> None:
    script = "from sklearn.ensemble import Forest\nForest().fit()"
    seeds, unseeded, derived = ended(ran(SKLEARN, script))
    assert seeds == []
    assert unseeded == [["numpy", "global generator", ""]]
    assert ["sklearn", "random_state", 3] in derived


def test_a_program_in_no_file_has_its_seeds_too(ran: Any) -> None:
    code = "from sklearn.ensemble import Forest; Forest(random_state=1).fit()"
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {code!r}], check=True)"
    rows = [row for end in ran(SKLEARN, script).of("end") for row in end["seeds"]]
    assert rows == [["sklearn", "Forest", "1", "", 1]]


def test_a_library_of_another_shape_is_left_alone(ran: Any) -> None:
    files = {
        "lightgbm/__init__.py": "import lightgbm.engine",
        "lightgbm/engine.py": "train = None",
        "cupy/__init__.py": "",
        "cupy/random.py": "seed = 3",
        "transformers/__init__.py": "",
        "transformers/trainer_utils.py": "",
    }
    script = "import lightgbm, cupy.random, transformers.trainer_utils"
    assert ended(ran(files, script)) == ([], [], [])


def test_errors_of_a_library_reach_the_run_and_what_fails_is_no_seed(ran: Any) -> None:
    files = {
        "jax/__init__.py": "",
        "jax/_src/__init__.py": "",
        "jax/_src/random.py": "def key(seed): raise TypeError(seed)",
    }
    script = """
    from jax._src.random import key
    try: key(1)
    except TypeError as error: assert error.args == (1,)
    else: raise SystemExit(3)
    """
    assert ended(ran(files, script)) == ([], [], [])
