from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from auditor.explain import candidates
from auditor.model.audit import Cause, Divergence, Item, Levels
from auditor.model.evidence import Magnitude, Mask
from auditor.model.facts import Arithmetic, GeneratorUse, NetworkAccess, NumericLibrary, Variables

Make = Callable[..., Any]
DRAWS = (
    GeneratorUse(library="numpy", function="global generator", site="", count=1),
    GeneratorUse(library="random", function="seed", site="train.py:7", count=2),
)
BLAS = NumericLibrary(kind="openblas", file="/a/libblas.so", threads=8)


def item(*, deterministic: bool | None, **more: Any) -> Item:
    members = {"kind": "file", "name": "a.json", "levels": Levels(), "verdict": "diverged", **more}
    return Item(deterministic=deterministic, **members)


def differs(
    subject: str,
    severity: Any = "major",
    area: Any = "environment",
    *,
    values: tuple[Any, Any] = ("a", "b"),
    change: Any = "changed",
) -> Divergence:
    return Divergence(
        area=area,
        subject=subject,
        change=change,
        before=values[0],
        after=(values[1], values[1]),
        severity=severity,
    )


def factors(causes: tuple[Cause, ...]) -> list[str]:
    assert all(cause.status == "candidate" for cause in causes)
    assert all(cause.evidence and cause.fix for cause in causes)
    return [cause.factor for cause in causes]


@pytest.fixture
def run(make_fingerprint: Make) -> Any:
    return make_fingerprint(generators=DRAWS)


@pytest.mark.parametrize(
    "items",
    [
        (),
        (item(deterministic=None, verdict="equivalent"),),
        (item(deterministic=False, counted=False),),
    ],
)
def test_nothing_is_blamed_where_nothing_that_counts_diverged(run: Any, items: Any) -> None:
    assert candidates(run, (run,), items, (differs("dependency:numpy"),)) == ()


def test_replays_that_disagree_blame_unseeded_generators(run: Any) -> None:
    found = candidates(run, (run, run), (item(deterministic=False),), (differs("libc"),))
    assert factors(found) == ["randomness.unseeded"]
    assert found[0].evidence == (
        "drew from the system's entropy: random.seed at train.py:7 (2x); "
        "numpy global generator (1x)"
    )
    assert found[0].fix.startswith("call random.seed(0) before the first draw; call numpy")


def randomised(make: Make, **facts: Any) -> Any:
    value = make().recipe.environment.interpreter.value
    return make(interpreter=msgspec.structs.replace(value, hash_randomised=True), **facts)


def test_hash_order_is_a_candidate_where_it_was_random(make_fingerprint: Make) -> None:
    run = randomised(make_fingerprint)
    found = candidates(run, (run, run), (item(deterministic=False),), ())
    assert factors(found) == ["randomness.hash-seed"]
    assert "PYTHONHASHSEED=0" in found[0].fix


def test_a_change_of_order_speaks_for_hash_order_first(make_fingerprint: Make) -> None:
    run = randomised(make_fingerprint, generators=DRAWS)
    plain = candidates(run, (run, run), (item(deterministic=False),), ())
    assert factors(plain) == ["randomness.unseeded"]
    moved = item(deterministic=False, note="the same lines in another order")
    found = candidates(run, (run, run), (moved,), ())
    assert factors(found) == ["randomness.hash-seed", "randomness.unseeded"]
    assert found[0].evidence.endswith("what differs is the order")


@pytest.mark.parametrize(
    ("name", "timed"),
    [
        ("runs/2026-11-21_07-03/log.txt", True),
        ("model-20261121.pt", True),
        ("model-20261121070312.pt", True),
        ("1763708400.ckpt", True),
        ("2026.csv", False),
        ("20269921.csv", False),
        ("fold-12345678.npy", False),
        ("m-a19990101234567890.bin", False),
    ],
)
def test_a_time_in_a_file_s_name_is_of_the_clock(
    make_fingerprint: Make, name: str, *, timed: bool
) -> None:
    run = make_fingerprint()
    found = candidates(run, (run, run), (item(deterministic=False, name=name),), ())
    assert factors(found) == ["time.clock"] * timed
    assert all(name in cause.evidence for cause in found)


def test_variables_that_were_read_and_not_recorded(make_fingerprint: Make) -> None:
    variables = Variables(values={}, withheld=("A", "HF_HOME"), read={"A": "t.py:1", "HF_HOME": ""})
    original, replay = make_fingerprint(variables=variables), make_fingerprint()
    agreeing = (item(deterministic=True),)
    found = candidates(original, (replay, replay), agreeing, (differs("dependency:numpy"),))
    names = ["environment.variable:A", "dependency:numpy", "environment.variable:HF_HOME"]
    assert factors(found) == names
    assert "at t.py:1" in found[0].evidence
    assert {cause.group for cause in (found[0], found[2])} == {"variable"}
    assert "--env HF_HOME" in found[2].fix


def test_threads_clock_and_network_only_with_evidence(make_fingerprint: Make) -> None:
    run = make_fingerprint(
        arithmetic=Arithmetic(libraries=(BLAS, msgspec.structs.replace(BLAS, threads=1))),
        network=(NetworkAccess(host="example.org", port=443),),
    )
    timed = item(deterministic=False, masks=(Mask(rule="time", count=1),))
    found = candidates(run, (run, run), (timed,), ())
    assert factors(found) == ["time.clock", "parallelism.threads", "network"]
    assert "openblas with 8 threads" in found[1].evidence
    plain = make_fingerprint()
    assert candidates(plain, (plain, plain), (item(deterministic=False),), ()) == ()


def test_many_sites_are_bounded(make_fingerprint: Make) -> None:
    draws = tuple(
        GeneratorUse(library="jax", function="key", site=f"a.py:{n}", count=1) for n in range(9)
    )
    run = make_fingerprint(generators=draws)
    (found,) = candidates(run, (run, run), (item(deterministic=False),), ())
    assert found.evidence.endswith("; and 4 more")
    assert found.fix == "seed jax before key draws"


SUBJECTS = [
    ("input:data.csv", "input:data.csv"),
    ("source:train.py", "source:train.py"),
    ("command", "source:command"),
    ("param:rate", "input:param:rate"),
    ("dependency:numpy", "dependency:numpy"),
    ("environment.python", "environment.python"),
    ("environment.python.build", "environment.python"),
    ("environment.variable:OMP_NUM_THREADS", "environment.variable:OMP_NUM_THREADS"),
    ("environment.variable:PYTHONHASHSEED", "randomness.hash-seed"),
    ("randomness.hash-seed", "randomness.hash-seed"),
    ("randomness.seed:numpy.seed at a.py:1", "randomness.seed"),
    ("image", "image"),
    ("hardware.cpu-features", "hardware.cpu-features"),
    ("hardware.kernel:libblas.so", "hardware.cpu-features"),
    ("hardware.gpu-driver", "hardware.gpu"),
    ("system.library:libc", "system.library:libc"),
    ("locale", "locale"),
    ("time.zone", "time.zone"),
    ("network", "network"),
    ("path.cwd", "path.cwd"),
]


@pytest.mark.parametrize(("subject", "factor"), SUBJECTS)
def test_replays_that_agree_blame_what_differs(run: Any, subject: str, factor: str) -> None:
    found = candidates(run, (run, run), (item(deterministic=True),), (differs(subject),))
    assert factors(found) == [factor]
    told = "" if subject == factor else f"{subject} "
    assert found[0].evidence == f"{told}changed: a → b"


def test_the_likeliest_comes_first_and_each_once(run: Any) -> None:
    divergences = (
        differs("locale", "minor"),
        differs("environment.python.build", "minor"),
        differs("environment.python", values=("CPython 3.11.7", "CPython 3.12.1")),
        differs("dependency:numpy"),
        differs("input:data.csv"),
        differs("dependency:pip", "info"),
        differs("file:a.json", area="outcome"),
    )
    found = candidates(run, (run, run), (item(deterministic=True),), divergences)
    assert factors(found) == ["input:data.csv", "dependency:numpy", "environment.python", "locale"]


def test_a_version_that_shows_things_comes_after_one_that_computes(run: Any) -> None:
    divergences = (
        differs("dependency:tqdm", values=("4.1.0", "5.0.0")),
        differs("dependency:somelib", values=("1.2.0", "1.2.1")),
        differs("dependency:otherlib", values=("1.2.0", "2.0.0")),
        differs("dependency:numpy", values=("1.26.4", "2.1.0")),
    )
    found = candidates(run, (run, run), (item(deterministic=True),), divergences)
    names = ["numpy", "otherlib", "somelib", "tqdm"]
    assert factors(found) == [f"dependency:{name}" for name in names]
    assert {cause.group for cause in found} == {"dependency"}
    assert "NEP 50" in found[0].reason


def test_where_only_rounding_differs_arithmetic_comes_first(run: Any) -> None:
    divergences = (
        differs("dependency:numpy", values=("2.1.0", "2.1.1")),
        differs("hardware.kernel:libopenblas.so", values=("Haswell", "SkylakeX")),
    )
    tiny, large = (
        item(
            deterministic=True,
            magnitude=Magnitude(max_abs=size, max_rel=size, differing=1, total=9),
        )
        for size in (1e-7, 0.1)
    )
    assert candidates(run, (run, run), (tiny,), divergences)[0].group == "arithmetic"
    assert candidates(run, (run, run), (large,), divergences)[0].group == "dependency"
    assert candidates(run, (run, run), (tiny, large), divergences)[0].group == "dependency"


def test_a_library_that_came_with_a_distribution_comes_after_it(run: Any) -> None:
    def exchanged(subject: str, value: str) -> tuple[Divergence, ...]:
        return (
            differs(f"{subject}:libopenblas-aa.so", values=(value, None), change="removed"),
            differs(f"{subject}:libopenblas-bb.so", values=(None, value), change="added"),
        )

    divergences = (
        *exchanged("hardware.kernel", "Haswell"),
        *exchanged("parallelism.threads", "2"),
        *exchanged("system.library", "OpenBLAS"),
        differs("dependency:numpy", values=("1.26.4", "2.2.6")),
        differs("dependency:scipy", values=(None, "1.15.3"), change="added"),
    )
    tiny = Magnitude(max_abs=1e-7, max_rel=1e-7, differing=1, total=9)
    found = candidates(run, (run,), (item(deterministic=None, magnitude=tiny),), divergences)
    libraries = [f"system.library:libopenblas-{name}.so" for name in ("aa", "bb")]
    expected = ["dependency:numpy", *libraries, "dependency:scipy"]
    assert [name for name in factors(found) if not name.startswith("randomness")] == expected
    assert "only code that tries to import it" in found[-1].reason


def test_the_host_is_blamed_only_where_nothing_else_is_left(run: Any) -> None:
    last = (differs("host.name", "info"), differs("host.kernel", "info"))
    assert factors(candidates(run, (run, run), (item(deterministic=True),), last)) == ["host.name"]
    more = (*last, differs("time.zone", "minor"))
    assert factors(candidates(run, (run, run), (item(deterministic=True),), more)) == ["time.zone"]


def test_beyond_the_spread_of_replays_what_differs_comes_first(run: Any) -> None:
    metric = item(deterministic=False, beyond_spread=True, kind="metric")
    found = candidates(run, (run, run), (metric,), (differs("dependency:numpy"),))
    assert factors(found) == ["dependency:numpy", "randomness.unseeded"]


def test_one_replay_cannot_tell_so_both_are_candidates(run: Any) -> None:
    found = candidates(run, (run,), (item(deterministic=None),), (differs("dependency:numpy"),))
    assert factors(found) == ["randomness.unseeded", "dependency:numpy"]


def test_long_values_are_cut(run: Any) -> None:
    long = msgspec.structs.replace(differs("locale"), before="x" * 500, after=(None,))
    (found,) = candidates(run, (run, run), (item(deterministic=True),), (long,))
    assert "…" in found.evidence
    assert "(absent)" in found.evidence
    assert len(found.evidence) < 200
