"""What unseeded generators drew, recorded in one run and given back in the next."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import read
from auditor.errors import InputError
from auditor.model.canonical import canonical
from auditor.model.entropy import DrawnEntropy, ProcessEntropy, drawn, entropy_of
from auditor.model.facts import Entropy, Fed
from auditor.model.observation import Observation

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.slow

UNSEEDED = """
import os, random
import numpy as np
made = random.Random()
made.seed()
random.seed()
print(random.random(), made.random(), random.Random().random())
print(np.random.rand(), np.random.permutation(9))
print(np.random.default_rng().normal(), np.random.RandomState().rand())
print(np.random.RandomState(5).rand(), np.random.SeedSequence().entropy, np.random.PCG64().state)
np.random.seed()
print(np.random.rand(), os.urandom(4))
"""
SEEDED = """
import random
import numpy as np
random.seed(1); np.random.seed(2)
print(random.random(), np.random.rand(), np.random.default_rng(3).random())
print(random.Random(4).random(), np.random.RandomState(5).rand())
"""
WORKERS = """
import multiprocessing, os, random, subprocess, sys
import numpy as np
def draw(queue, number):
    unseeded = np.random.default_rng().random(), random.Random().random()
    queue.put((number, random.random(), np.random.rand(), *unseeded))
if __name__ == "__main__":
    print(random.random(), np.random.rand(), flush=True)
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        queue = context.Queue()
        workers = [context.Process(target=draw, args=(queue, number)) for number in range(3)]
        for worker in workers: worker.start()
        print(sorted(queue.get() for _ in workers), flush=True)
        for worker in workers: worker.join()
    code = "import os, random; os.write(1, b'%r ' % random.random())"
    children = [subprocess.Popen([sys.executable, "-c", code, str(n)]) for n in range(2)]
    for child in children: child.wait()
"""


def observed(
    project: Project, script: str, entropy: bytes | None = None
) -> tuple[str, Observation]:
    """Return what the script printed, and what was seen, fed with ``entropy`` if there is any."""
    place = project.place / "given.json"
    if entropy is not None:
        place.write_bytes(entropy)
    folder = project.python(script, entropy="" if entropy is None else str(place))
    assert json.loads((folder / "exit.json").read_bytes())["code"] == 0
    return (folder / "stdout").read_text(), read(folder)


def account(seen: Observation) -> Entropy:
    assert seen.entropy.value is not None
    return seen.entropy.value


def test_an_unseeded_run_repeats_with_what_it_drew(project: Project) -> None:
    first, seen = observed(project, UNSEEDED)
    second, _ = observed(project, UNSEEDED)
    assert first != second
    entropy = entropy_of(seen.drawn)
    fed, again = observed(project, UNSEEDED, entropy)
    assert fed == first
    assert entropy_of(again.drawn) == entropy
    assert account(again).fed == Fed(used=11, offered=11, fresh=0)
    assert account(seen).fed is None
    assert account(seen).draws == {
        "numpy.SeedSequence": 3,
        "numpy.default_rng": 1,
        "numpy.global-generator": 1,
        "numpy.seed": 1,
        "os.urandom": 1,
        "random.Random": 2,
        "random.Random.seed": 1,
        "random.seed": 1,
    }


def test_a_seeded_run_is_what_it_is_without_the_recorder(project: Project) -> None:
    recorded, seen = observed(project, SEEDED)
    command = [sys.executable, str(project.write("bare.py", SEEDED))]
    bare = subprocess.run(command, check=True, capture_output=True, text=True)
    assert recorded == bare.stdout
    assert seen.drawn == ()
    assert account(seen).draws == {}


@pytest.mark.slow
def test_each_process_is_given_its_own(project: Project) -> None:
    first, seen = observed(project, WORKERS)
    second, _ = observed(project, WORKERS)
    parts = [set(text.split()) for text in (first, second)]
    assert len(parts[0] & parts[1]) < len(parts[0]) / 3
    entropy = entropy_of(seen.drawn)
    fed, again = observed(project, WORKERS, entropy)
    assert sorted(fed.split()) == sorted(first.split())
    fact = account(again).fed
    assert fact is not None
    assert (fact.used, fact.fresh) == (fact.offered, 0)
    roles = [process.role for process in seen.drawn]
    assert {"worker 4", "worker 5", "worker 6"} <= set(roles)
    assert sum(role.startswith("run.py") for role in roles) == 4
    assert len({role for role in roles if role.startswith("-c ")}) >= 2


def test_where_nothing_was_recorded_it_goes_on_with_fresh_entropy(project: Project) -> None:
    _, seen = observed(project, "import random; print(random.Random().random())")
    more = "import random; print([random.Random().random() for _ in range(3)], random.random())"
    printed, again = observed(project, more, entropy_of(seen.drawn))
    assert len(set(printed.split())) == 4
    assert account(again).fed == Fed(used=1, offered=1, fresh=3)
    stranger = ProcessEntropy(role="other.py 0000", draws=seen.drawn[0].draws)
    _, again = observed(project, more, entropy_of([stranger]))
    assert account(again).fed == Fed(used=0, offered=1, fresh=4)


def test_what_may_be_a_key_is_counted_and_never_written(project: Project) -> None:
    script = """
    import os, random, secrets, uuid
    words = [os.urandom(16).hex(), secrets.token_hex(16), uuid.uuid4().hex]
    words += [hex(random.SystemRandom().getrandbits(128))[2:]]
    print(*words)
    """
    printed, seen = observed(project, script)
    assert account(seen).draws == {}
    assert {
        name: why for name, why in account(seen).unrecorded.items() if "key" in why
    } == dict.fromkeys(
        ("os.urandom", "random", "secrets", "uuid"), "1 time(s) from os.urandom: it may be a key"
    )
    left = b"".join(path.read_bytes() for path in (project.folder / "events").iterdir())
    assert not any(word.encode() in left for word in printed.split())


def test_os_urandom_looks_like_itself(project: Project) -> None:
    script = """
    import copy, os, pickle
    class Source: draw = os.urandom
    assert len(Source().draw(3)) == 3
    assert pickle.loads(pickle.dumps(os.urandom)) is os.urandom is copy.copy(os.urandom)
    assert os.urandom.__name__ == "urandom" and os.urandom.__doc__
    for wrong in ((), (-1,), ("x",)):
        try: os.urandom(*wrong)
        except (TypeError, ValueError): continue
        raise AssertionError(wrong)
    """
    observed(project, script)


def test_what_is_too_much_is_said(project: Project) -> None:
    script = """
    import random
    for _ in range(1000): random.Random()
    """
    _, seen = observed(project, script)
    assert account(seen).draws == {"random.Random": 837}  # 4 MiB of 5000 digits each
    assert account(seen).unrecorded["more draws"].startswith("163 values")


@pytest.mark.parametrize(
    "data",
    [b"{", b'{"processes": [{"role": "run.py 0000", "draws": [["random", "x", "y", "\\n"]]}]}'],
)
def test_an_object_that_cannot_be_laid_out_never_stops_a_run(project: Project, data: bytes) -> None:
    script = "import random; print(random.random(), random.Random().random())"
    _, seen = observed(project, script, data)
    assert account(seen).fed is None
    assert seen.coverage.value is not None
    assert any("could not be laid out" in blind for blind in seen.coverage.value.blind)


def values(*texts: str) -> bytes:
    draws = tuple((library, "global generator", "", text) for library, text in zip(
        ("random", "numpy"), texts, strict=True
    ))  # fmt: skip
    draws += (("numpy", "default_rng", "run.py:4", texts[0]), ("os", "urandom", "run.py:5", "00"))
    return canonical(DrawnEntropy(processes=(ProcessEntropy(role="run.py 0000", draws=draws),)))


@pytest.mark.parametrize(
    "data",
    [
        values("f" * 8192, "f" * 8192),
        values("0" * 5000, "0" * 5000),
    ],
)
def test_values_that_make_no_sense_do_no_harm(project: Project, data: bytes) -> None:
    drawn(data)
    script = """
    import os, random
    import numpy as np
    np.random.default_rng().random()
    assert len(os.urandom(4)) == 4
    random.random(), np.random.rand()
    """
    observed(project, script, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"processes": 3}',
        b'{"schema": "auditor.entropy/1", "processes": [{"role": "run.py 0000"}]}',
        b'{"schema": "auditor.entropy/1", "processes": [{"role": "a", "draws": [[1, 2, 3, 4]]}]}',
        values("xyz", "0"),
        values("0" * 8193, "0"),
        canonical({"schema": "auditor.entropy/2", "processes": []}),
        canonical({"schema": "auditor.entropy/1", "processes": [], "more": 1}),
        canonical(DrawnEntropy(processes=(ProcessEntropy(role="a\nb", draws=()),))),
        canonical(DrawnEntropy(processes=(ProcessEntropy(role="a" * 1001, draws=()),))),
        canonical(DrawnEntropy(processes=(ProcessEntropy(role="a", draws=()),) * 10_001)),
        b" " * (33 << 20),
    ],
)
def test_an_object_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="the recorded entropy"):
        drawn(data)


NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=40)
DRAWS = st.lists(st.tuples(NAMES, NAMES, NAMES, st.from_regex("[0-9a-f]{1,99}", fullmatch=True)))


@given(st.lists(st.builds(ProcessEntropy, role=NAMES, draws=DRAWS.map(tuple)), max_size=4))
def test_what_is_kept_is_what_is_read(processes: list[ProcessEntropy]) -> None:
    assert drawn(entropy_of(processes)).processes == tuple(processes)


def test_a_run_without_python_says_so(project: Project) -> None:
    seen = read(project.run("true"))
    assert seen.entropy.how == "unknown"
    assert "no Python process" in seen.entropy.reason


def test_a_killed_process_leaves_what_it_drew(project: Project) -> None:
    script = "import os, random; print(random.random(), flush=True); os.kill(os.getpid(), 9)"
    seen = read(project.python(script))
    assert account(seen).draws == {"random.global-generator": 1}
    assert "without a last record" in account(seen).unrecorded["killed processes"]
    place = Path(project.place / "given.json")
    place.write_bytes(entropy_of(seen.drawn))
    first = (project.folder / "stdout").read_text()
    again = project.python(script, entropy=str(place))
    assert (again / "stdout").read_text() == first
