from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.environment import environment
from auditor.compare.environment.changes import changed_keys
from auditor.model.audit import Divergence
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import (
    Arithmetic,
    Command,
    Cpu,
    Distribution,
    GeneratorUse,
    Git,
    Gpu,
    Gpus,
    GpuState,
    Host,
    Image,
    Limits,
    Locale,
    MigInstance,
    NetworkAccess,
    NumericLibrary,
    Origin,
    Program,
    Programs,
    Seed,
    SharedLibrary,
    Stdin,
    System,
    Variables,
)
from auditor.model.files import File, manifest
from auditor.store.objects import Objects

Make = Callable[..., Any]
Diverge = Callable[..., dict[str, Divergence]]
DIGESTS = ["sha256:" + mark * 64 for mark in "ab"]
NOTHING = Objects(Path("no such folder"))
BOX = Image(reference="auditor/host", id="sha256:1", layers=("sha256:2",))


@pytest.fixture
def diverge(make_fingerprint: Make) -> Diverge:
    def find(*runs: dict[str, Any]) -> dict[str, Divergence]:
        made = [make_fingerprint(**facts) for facts in runs]
        found, _unverified = environment(made[0], tuple(made[1:]), NOTHING)
        return {one.subject: one for one in found}

    return find


def package(name: str, version: str = "1.0", digest: str | None = DIGESTS[0], **more: Any) -> Any:
    return Distribution(name=name, version=version, digest=digest, **more)


def interpreter(make: Make, **changes: Any) -> Any:
    return msgspec.structs.replace(make().recipe.environment.interpreter.value, **changes)


CPU = Cpu(model="Xeon", machine="x86_64", cores=2, threads=2, available=2, flags=("avx", "avx2"))
BLAS = NumericLibrary(kind="openblas", file="/a/libblas.so", version="1", kernel="Zen", threads=2)
GPU = Gpu(
    name="H200", memory=None, capability="9.0", nvlinks=12, vbios="96.0", uuid="hmac-sha256:1"
)
GPUS = Gpus(driver="580", cuda="13.0", devices=(GPU,), states=(GpuState(temperature=30),))
PART = MigInstance(slices=1, compute_slices=1, multiprocessors=16, memory=1)


def gpus(**changes: Any) -> Gpus:
    return msgspec.structs.replace(GPUS, devices=(msgspec.structs.replace(GPU, **changes),))


def limited(processors: float | None) -> Cpu:
    limits = Limits(version=2, processors=processors, cpuset=None, memory=None)
    return msgspec.structs.replace(CPU, limits=recorded(limits, "cgroup v2"))


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str, str]] = [
    ("command", {}, {"command": Command(argv=("python", "eval.py"))}, "source", "changed", "major"),
    (
        "command.program",
        {},
        {"command": Command(argv=("py", "train.py"))},
        "environment",
        "changed",
        "info",
    ),
    ("path.cwd", {}, {"root": "/elsewhere"}, "environment", "changed", "minor"),
    (
        "source:train.py",
        {"source": {"train.py": "1"}},
        {"source": {"train.py": "2"}},
        "source",
        "changed",
        "major",
    ),
    ("source:new.py", {}, {"source": {"new.py": "1"}}, "source", "added", "minor"),
    (
        "source.commit",
        {},
        {"git": Git(commit="f00", branch="main", remote=None, dirty=False)},
        "source",
        "changed",
        "info",
    ),
    (
        "input:data.csv",
        {"inputs": {"data.csv": "1"}},
        {"inputs": {"data.csv": "2"}},
        "input",
        "changed",
        "major",
    ),
    ("input:data.csv", {"inputs": {"data.csv": "1"}}, {}, "input", "removed", "minor"),
    ("param:lr", {"params": {"lr": "0.1"}}, {"params": {"lr": "0.2"}}, "input", "changed", "major"),
    (
        "dependency:numpy",
        {"dependencies": (package("numpy"),)},
        {"dependencies": (package("numpy", "2.0"),)},
        "dependency",
        "changed",
        "major",
    ),
    (
        "dependency:numpy",
        {"dependencies": (package("numpy"),)},
        {"dependencies": (package("numpy", digest=DIGESTS[1]),)},
        "dependency",
        "changed",
        "major",
    ),
    (
        "dependency:numpy",
        {"dependencies": (package("numpy"),)},
        {},
        "dependency",
        "removed",
        "major",
    ),
    ("dependency:numpy", {}, {"dependencies": (package("numpy"),)}, "dependency", "added", "minor"),
    ("dependency:pip", {"dependencies": (package("pip"),)}, {}, "dependency", "removed", "info"),
    (
        "dependencies.installation",
        {"dependencies": (package("numpy", installer="pip"),)},
        {"dependencies": (package("numpy", installer="uv"),)},
        "dependency",
        "changed",
        "info",
    ),
    ("image", {}, {"image": BOX}, "environment", "added", "info"),
    (
        "image",
        {"image": BOX},
        {"image": Image(reference="other", id="sha256:3")},
        "environment",
        "changed",
        "major",
    ),
    (
        "image",
        {"image": BOX},
        {"image": msgspec.structs.replace(BOX, reference="renamed")},
        "environment",
        "changed",
        "info",
    ),
    (  # of the one the layers are not known: it was seen from inside
        "image",
        {"image": Image(reference="a@sha256:9", id="", repo_digests=("a@sha256:9",))},
        {"image": msgspec.structs.replace(BOX, repo_digests=("b@sha256:8", "mirror/a@sha256:9"))},
        "environment",
        "changed",
        "info",
    ),
    (
        "image",
        {"image": Image(reference="a@sha256:9", id="", repo_digests=("a@sha256:9",))},
        {"image": msgspec.structs.replace(BOX, repo_digests=("a@sha256:8",))},
        "environment",
        "changed",
        "major",
    ),
    (
        "randomness.seed:numpy.seed at train.py:3",
        {"seeds": (Seed(library="numpy", function="seed", value="1", site="train.py:3"),)},
        {"seeds": (Seed(library="numpy", function="seed", value="2", site="train.py:3"),)},
        "randomness",
        "changed",
        "major",
    ),
    (
        "environment.machine",
        {},
        {"system": System(system="Linux", distribution="Debian GNU/Linux 12", machine="aarch64")},
        "environment",
        "changed",
        "major",
    ),
    ("system.library:libc", {}, {"libc": "glibc 2.39"}, "environment", "changed", "major"),
    (
        "locale",
        {},
        {
            "locale": Locale(
                category="de_DE", preferred_encoding="utf-8", filesystem_encoding="utf-8"
            )
        },
        "environment",
        "changed",
        "minor",
    ),
    ("time.zone", {}, {"zone": "Europe/Berlin"}, "environment", "changed", "minor"),
    (
        "environment.variable:OMP_NUM_THREADS",
        {},
        {"variables": Variables(values={"OMP_NUM_THREADS": "1"})},
        "environment",
        "added",
        "major",
    ),
    (
        "environment.variable:PYTHONHASHSEED",
        {},
        {"variables": Variables(values={"PYTHONHASHSEED": "0"})},
        "randomness",
        "added",
        "major",
    ),
    (
        "environment.variable:HOME",
        {"variables": Variables(values={"HOME": "/a"})},
        {"variables": Variables(values={"HOME": "/b"})},
        "environment",
        "changed",
        "info",
    ),
    (
        "environment.variable:MODE",
        {"variables": Variables(values={"MODE": "a"})},
        {"variables": Variables(values={"MODE": "b"})},
        "environment",
        "changed",
        "minor",
    ),
    (
        "environment.variables-withheld",
        {"variables": Variables(values={}, withheld=("A", "B"))},
        {"variables": Variables(values={}, withheld=("A", "C"))},
        "environment",
        "changed",
        "info",
    ),
    (
        "host.name",
        {},
        {"host": Host(name="box", user="ada", kernel="6.1")},
        "environment",
        "changed",
        "info",
    ),
    (
        "hardware.cpu",
        {},
        {"cpu": msgspec.structs.replace(CPU, model="EPYC")},
        "hardware",
        "changed",
        "info",
    ),
    (
        "hardware.cpu-features",
        {},
        {"cpu": msgspec.structs.replace(CPU, flags=("avx",))},
        "hardware",
        "changed",
        "major",
    ),
    (
        "hardware.cpu-count",
        {},
        {"cpu": msgspec.structs.replace(CPU, available=1)},
        "hardware",
        "changed",
        "minor",
    ),
    (
        "hardware.gpu",
        {},
        {
            "gpu": Gpus(
                driver="580", cuda="13", devices=(Gpu(name="H200", memory=None, capability="9.0"),)
            )
        },
        "hardware",
        "changed",
        "major",
    ),
    (
        "hardware.gpu-links",
        {"gpu": GPUS},
        {"gpu": gpus(nvlinks=0)},
        "hardware",
        "changed",
        "minor",
    ),
    ("hardware.gpu-links", {"gpu": gpus(nvlinks=None)}, {"gpu": GPUS}, "hardware", "added", "info"),
    (
        "hardware.gpu-board",
        {"gpu": GPUS},
        {"gpu": gpus(vbios="97.0")},
        "hardware",
        "changed",
        "info",
    ),
    (
        "hardware.gpu",
        {"gpu": GPUS},
        {"gpu": gpus(instances=(PART,), mig=True)},
        "hardware",
        "changed",
        "major",
    ),
    (
        "hardware.cpu-quota",
        {"cpu": limited(1.5)},
        {"cpu": limited(2.0)},
        "hardware",
        "changed",
        "minor",
    ),
    ("hardware.cpu-quota", {"cpu": limited(1.5)}, {"cpu": CPU}, "hardware", "removed", "minor"),
    (
        "hardware.gpu-driver",
        {"gpu": Gpus(driver="575", cuda="12.9", devices=())},
        {"gpu": Gpus(driver="580", cuda="13.0", devices=())},
        "hardware",
        "changed",
        "major",
    ),
    (
        "hardware.gpu-use",
        {"arithmetic": Arithmetic(gpu="used")},
        {"arithmetic": Arithmetic(gpu="unused")},
        "hardware",
        "changed",
        "major",
    ),
    (
        "hardware.gpu-use",
        {"arithmetic": Arithmetic(gpu="loaded")},
        {"arithmetic": Arithmetic(gpu="unused")},
        "hardware",
        "changed",
        "info",
    ),
    (
        "parallelism.threads:libblas.so",
        {"arithmetic": Arithmetic(libraries=(BLAS,))},
        {"arithmetic": Arithmetic(libraries=(msgspec.structs.replace(BLAS, threads=8),))},
        "hardware",
        "changed",
        "minor",
    ),
    (
        "hardware.kernel:libblas.so",
        {"arithmetic": Arithmetic(libraries=(BLAS,))},
        {"arithmetic": Arithmetic(libraries=(msgspec.structs.replace(BLAS, kernel="Haswell"),))},
        "hardware",
        "changed",
        "major",
    ),
    (
        "system.library:libblas.so",
        {},
        {"arithmetic": Arithmetic(libraries=(BLAS,))},
        "hardware",
        "added",
        "minor",
    ),
    (
        "arithmetic.flag:tf32",
        {"arithmetic": Arithmetic(flags={"tf32": "True"})},
        {"arithmetic": Arithmetic(flags={"tf32": "False"})},
        "environment",
        "changed",
        "major",
    ),
    (
        "randomness.unseeded",
        {},
        {"generators": (GeneratorUse(library="random", function="seed", site="a.py:1"),)},
        "randomness",
        "added",
        "minor",
    ),
    (
        "network",
        {},
        {"network": (NetworkAccess(host="example.org", port=443),)},
        "environment",
        "added",
        "minor",
    ),
]


CASES_AND_EXPECTED = [(subject, a, b, expected) for subject, a, b, *expected in CASES]


@pytest.mark.parametrize(("subject", "a", "b", "expected"), CASES_AND_EXPECTED)
def test_each_kind_of_difference(
    diverge: Diverge, subject: str, a: Any, b: Any, expected: list[str]
) -> None:
    found = diverge(a, b)[subject]
    assert [found.area, found.change, found.severity] == expected
    assert found.note


@pytest.mark.parametrize(("subject", "a", "b", "expected"), CASES_AND_EXPECTED)
def test_swapping_sides_mirrors(
    diverge: Diverge, subject: str, a: Any, b: Any, expected: list[str]
) -> None:
    forth, back = diverge(a, b), diverge(b, a)
    assert forth.keys() == back.keys()
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    assert back[subject].change == mirrored[expected[1]]
    assert (back[subject].before, back[subject].after) == (
        forth[subject].after[0],
        (forth[subject].before,),
    )


@pytest.mark.parametrize(
    ("member", "severity"),
    [
        ("version", "major"),
        ("build", "minor"),
        ("executable", "info"),
        ("hash_randomised", "major"),
    ],
)
def test_members_of_the_interpreter(
    make_fingerprint: Make, diverge: Diverge, member: str, severity: str
) -> None:
    value: Any = True if member == "hash_randomised" else "other"
    found = diverge({}, {"interpreter": interpreter(make_fingerprint, **{member: value})})
    (one,) = found.values()
    assert one.severity == severity


def test_all_replays_are_listed(diverge: Diverge) -> None:
    one = diverge({"zone": "UTC"}, {"zone": "UTC"}, {"zone": "CET"})["time.zone"]
    assert one.before == "UTC"
    assert one.after == ("UTC", "CET")
    assert one.note.endswith("(in 1 of 2 replays)")


def test_other_standard_input_is_another_input(diverge: Diverge) -> None:
    piped = Stdin(kind="pipe", digest="sha256:" + "a" * 64, size=1, kept=True)
    same = msgspec.structs.replace(piped, kind="file")
    other = msgspec.structs.replace(piped, digest="sha256:" + "b" * 64)
    assert not diverge({"stdin": piped}, {"stdin": same})
    one = diverge({"stdin": piped}, {"stdin": other})["input:stdin"]
    assert (one.area, one.severity) == ("input", "major")


def test_an_unknown_side_is_not_a_difference(make_fingerprint: Make) -> None:
    not_known: Fact[Any] = unknown("musl does not say")
    runs = [make_fingerprint(libc=libc) for libc in ("glibc 2.36", not_known, "glibc 2.39")]
    found, unverified = environment(runs[0], tuple(runs[1:]), NOTHING)
    assert [(one.subject, one.after) for one in found] == [
        ("system.library:libc", ("unknown", "glibc 2.39"))
    ]
    assert unverified[0].reason == "not known of replay 1: musl does not say"
    found, unverified = environment(runs[1], (runs[0], runs[1]), NOTHING)
    assert not found
    assert unverified[0].reason == "not known of the original, replay 2: musl does not say"


def test_a_digest_that_one_side_lacks_is_not_a_difference(make_fingerprint: Make) -> None:
    runs = [
        make_fingerprint(dependencies=(package("x", digest=one),)) for one in (DIGESTS[0], None)
    ]
    found, unverified = environment(runs[0], (runs[1],), NOTHING)
    assert not found
    assert [one.subject for one in unverified] == ["dependency:x"]
    newer = make_fingerprint(dependencies=(package("x", "2.0", digest=None),))
    found, _unverified = environment(runs[0], (newer,), NOTHING)
    assert (found[0].before, found[0].after) == ("1.0", ("2.0",))


def test_the_commit_of_a_distribution_counts(diverge: Diverge) -> None:
    def at(commit: str) -> dict[str, Any]:
        origin = Origin(url="https://example.org/x", kind="vcs", commit=commit, editable=True)
        return {"dependencies": (package("x", origin=origin), package("x", "0.9"))}

    assert diverge(at("a"), at("b")).keys() == {"dependency:x"}


def test_an_execute_bit_alone_is_information(diverge: Diverge) -> None:
    def run(*, executable: bool) -> dict[str, Any]:
        file = File(path="a.sh", digest=DIGESTS[0], size=1, executable=executable)
        return {"source": recorded(manifest([file]), "test")}

    one = diverge(run(executable=False), run(executable=True))["source:a.sh"]
    assert one.severity == "info"
    assert one.after == (DIGESTS[0] + " (executable)",)


def test_what_a_container_changes_by_construction_is_information(diverge: Diverge) -> None:
    inside = {
        "image": BOX,
        "host": Host(name="c0ffee", user="65534", kernel="6.1"),
        "system": System(system="Linux", distribution="", machine="x86_64"),
        "variables": Variables(values={"HOME": "/opt/auditor/home"}),
    }
    assert {one.severity for one in diverge({}, inside).values()} == {"info"}


def test_the_state_of_a_gpu_and_its_own_name_are_not_compared(diverge: Diverge) -> None:
    warm = (GpuState(temperature=80, missing={"clock": "NOT_SUPPORTED (3)"}),)
    other = msgspec.structs.replace(gpus(uuid="hmac-sha256:2"), states=warm)
    assert diverge({"gpu": GPUS}, {"gpu": other}) == {}


def test_no_quota_is_no_difference(diverge: Diverge) -> None:
    assert diverge({"cpu": CPU}, {"cpu": limited(None)}) == {}


def test_worst_first(make_fingerprint: Make) -> None:
    found, _unverified = environment(
        make_fingerprint(),
        (make_fingerprint(zone="CET", libc="musl", host=Host(name="b", user="ada", kernel="6.1")),),
        NOTHING,
    )
    assert [one.severity for one in found] == ["major", "minor", "info"]


def test_only_what_differs_of_long_lists_is_shown(diverge: Diverge) -> None:
    one = diverge({}, {"cpu": msgspec.structs.replace(CPU, flags=("avx", "sse"))})
    assert one["hardware.cpu-features"].before == ("avx2",)
    assert one["hardware.cpu-features"].after == (("sse",),)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, -0.0, 1.0, 0.5])
    | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=4,
)
keys = st.sampled_from(["a", "b", "__private", "it's", 'say "x"', "root['a']"])
mappings = st.dictionaries(keys, values, max_size=4)


@given(mappings, mappings)
def test_changed_keys_are_those_that_differ(a: dict[str, Any], b: dict[str, Any]) -> None:
    def text(value: Any) -> bytes:
        return msgspec.json.encode(value, order="deterministic").replace(b"-0.0", b"0.0")

    expected = {k for k in {*a, *b} if (k in a) != (k in b) or text(a[k]) != text(b[k])}
    # Canonical JSON has one number type: 1 and 1.0 are one value only to it.
    found = set(changed_keys(a, b))
    assert found == set(changed_keys(b, a))
    assert not changed_keys(a, a)
    assert {k for k in expected if (k in a) != (k in b) or a[k] != b[k]} <= found
    assert found <= expected


def test_a_patch_that_was_not_known_is_one_difference(diverge: Diverge) -> None:
    found = diverge({"git": None}, {})
    assert {one.severity for one in found.values()} == {"info"}


def test_the_zone_that_a_replay_states_is_information(diverge: Diverge) -> None:
    inside = {"image": BOX, "variables": Variables(values={"TZ": "UTC"})}
    subject = "environment.variable:TZ"
    assert diverge({}, inside)[subject].severity == "info"
    assert diverge({}, {"variables": Variables(values={"TZ": "UTC"})})[subject].severity == "minor"


def test_ways_of_installing_are_counted(diverge: Diverge) -> None:
    before = {"dependencies": tuple(package(name, installer="pip") for name in "abc")}
    after = {"dependencies": tuple(package(name, installer="uv") for name in "abc")}
    found = diverge(before, after)["dependencies.installation"]
    assert found.before == {"pip as a dependency from an index": 3}
    assert found.after == ({"uv as a dependency from an index": 3},)


def test_other_builds_of_programs_and_libraries(diverge: Diverge) -> None:
    def used(digest: str, *, more: bool = False) -> Programs:
        shell = Program(path="/bin/sh", file="/usr/bin/dash", starts=1, digest=digest)
        alike = Program(path="/usr/bin/awk", file="/usr/bin/mawk", starts=1, digest=DIGESTS[0])
        library = SharedLibrary(
            file=f"/lib/libz.so.1.{'3' if more else '2'}", digest=digest, package="zlib1g"
        )
        git = Program(path="/usr/bin/git", file="/usr/bin/git", starts=2, digest=digest)
        return Programs(programs=(shell, alike, *([git] if more else [])), libraries=(library,))

    found = diverge({"programs": used(DIGESTS[0])}, {"programs": used(DIGESTS[1], more=True)})
    assert {subject: (one.change, one.severity) for subject, one in found.items()} == {
        "system.library:git": ("added", "info"),
        "system.library:libz.so.1": ("changed", "minor"),
        "system.library:sh": ("changed", "minor"),
    }
    assert (found["system.library:sh"].before, *found["system.library:sh"].after) == (*DIGESTS,)
