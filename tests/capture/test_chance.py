"""What seeded the generators, and which states they were in, over all processes of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from auditor.capture import read
from auditor.model.entropy import entropy_of
from auditor.model.facts import GeneratorState

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.slow

KILLED = """
import os
import numpy as np
np.random.RandomState(3)
print(np.random.default_rng().random(), flush=True)
os.kill(os.getpid(), 9)
"""


def states(project: Project, script: str) -> tuple[GeneratorState, ...]:
    value = read(project.python(script)).generator_states.value
    assert value is not None
    return value


def test_states_tell_whether_generators_drew_alike(project: Project) -> None:
    script = "import random, numpy as np\nrandom.seed(1); np.random.seed(2); np.random.rand(%d)"
    two, three = states(project, script % 2), states(project, script % 3)
    assert [(state.library, state.generator) for state in two] == [
        ("random", "global generator"),
        ("numpy", "global generator"),
    ]
    assert [state.last for state in two] == [state.last for state in states(project, script % 2)]
    assert two[0].last == three[0].last
    assert two[1].last != three[1].last
    assert two[1].first != states(project, script % 2)[1].first


def test_states_of_what_nobody_drew_from_stay(project: Project) -> None:
    state = states(project, "import random")[0]
    assert state.first == state.last is not None


def test_each_process_has_states_of_its_own(project: Project) -> None:
    script = """
    import multiprocessing, random
    def work(): random.seed(5)
    if __name__ == "__main__":
        random.seed(1)
        process = multiprocessing.get_context("fork").Process(target=work)
        process.start(); process.join()
    """
    main, child = states(project, script)
    assert child.process == f"{main.process}/1"
    assert main.last != child.last
    assert child.first != main.last


def test_a_killed_process_does_not_tell_states(project: Project) -> None:
    seen = read(project.python(KILLED))
    assert seen.generator_states.how == "unknown"
    assert "without a last record" in seen.generator_states.reason


def test_a_run_without_python_says_so(project: Project) -> None:
    seen = read(project.run("true"))
    for fact in (seen.generator_states, seen.derived_seeds, seen.seeds, seen.generators):
        assert "no Python process" in fact.reason
        assert fact.how == "unknown"


def test_seeds_that_derive_are_counted_by_function(project: Project) -> None:
    script = "import random, statistics\nrandom.Random(3)"
    assert read(project.python(script)).derived_seeds.value == {}
    package = project.place / "site-packages"
    package.mkdir()
    (package / "library.py").write_text("import random\nfor n in range(3): random.Random(n)")
    script = f"import sys; sys.path.append({str(package)!r})\nimport library"
    assert read(project.python(script)).derived_seeds.value == {"random.Random": 3}


def test_the_last_draw_before_a_kill_is_there(project: Project) -> None:
    folder = project.python(KILLED)
    assert json.loads((folder / "exit.json").read_bytes())["signal"] == "SIGKILL"
    printed = (folder / "stdout").read_text()
    seen = read(folder)
    assert seen.generators.value is not None
    assert [use.site for use in seen.generators.value] == ["run.py:5"]
    draws = [draw[:3] for process in seen.drawn for draw in process.draws]
    assert ("numpy", "default_rng", "run.py:5") in draws
    assert not [draw for draw in draws if draw[2] == "run.py:4"]
    place = project.place / "given.json"
    place.write_bytes(entropy_of(seen.drawn))
    again = project.python(KILLED, entropy=str(place))
    assert (again / "stdout").read_text() == printed
