"""Realistic audits for the render tests, made from records alone."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import msgspec
import PIL.Image

from auditor.model.audit import Attempt, Audit, Cause, Divergence, Item, Levels, Tool, with_id
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes
from auditor.model.evidence import Curve, Magnitude, Mask, Picture, Point, TensorDifference
from auditor.model.fact import declared, recorded, unknown
from auditor.model.facts import (
    Arithmetic,
    Command,
    Coverage,
    Cpu,
    Distribution,
    Exit,
    GeneratorUse,
    Git,
    Gpu,
    Gpus,
    Host,
    Interpreter,
    Locale,
    Metric,
    NumericLibrary,
    Origin,
    Process,
    Resources,
    Seed,
    Stdin,
    Stream,
    System,
    Times,
    Variables,
)
from auditor.model.files import File, manifest
from auditor.model.fingerprint import (
    Environment,
    Fingerprint,
    Outcome,
    Recipe,
    RunRecord,
    Source,
    Unverified,
    fingerprint_of,
    identity,
)
from auditor.model.plan import Base, Limits, Lock, Mount, Plan
from auditor.model.policy import Margin, Policy, Rule, Tolerance

HOOK = "recorder"
HOSTILE = (
    "<script>alert(1)</script>.csv",
    "report_\u202efdp.exe",
    "данные/эксперимент №7/результат.csv",
    "a&b'c\"d.json",
    "https://evil.example/x.png",
    "very/" + "deeply-nested-folder-name/" * 9 + "checkpoint_epoch_0000000042.safetensors",
    "x" * 240 + ".bin",
    "tab\there.txt",
    "line\nbreak.txt",
    "\x1b[31mred\x1b[0m.log",
)


def digest(text: str) -> str:
    return digest_bytes(text.encode())


def file(path: str, size: int = 2048, salt: str = "", **more: Any) -> File:
    return File(path=path, digest=digest(path + salt), size=size, kept=True, **more)


PACKAGES = (
    ("joblib", "1.5.2"),
    ("numpy", "2.3.4"),
    ("pip", "25.3"),
    ("scikit-learn", "1.7.2"),
    ("scipy", "1.16.3"),
    ("setuptools", "80.9.0"),
    ("threadpoolctl", "3.6.0"),
)


def distributions(**versions: str) -> tuple[Distribution, ...]:
    found = {**dict(PACKAGES), **{name.replace("_", "-"): v for name, v in versions.items()}}
    return tuple(
        Distribution(name=name, version=version, digest=digest(name + version), installer="pip")
        for name, version in sorted(found.items())
    )


def environment() -> Environment:
    return Environment(
        interpreter=recorded(
            Interpreter(
                implementation="CPython",
                version="3.11.2",
                build="main, Apr 28 2025, GCC 12.2.0",
                executable="/home/ada/digits/.venv/bin/python",
                prefix="/home/ada/digits/.venv",
                base_prefix="/usr",
                tag="cpython-311",
                soabi="cpython-311-x86_64-linux-gnu",
                platform="linux-x86_64",
            ),
            HOOK,
        ),
        system=recorded(
            System(
                system="Linux",
                distribution="Debian GNU/Linux 12 (bookworm)",
                machine="x86_64",
            ),
            HOOK,
        ),
        libc=recorded("glibc 2.36", HOOK),
        locale=recorded(
            Locale(category="C.UTF-8", preferred_encoding="utf-8", filesystem_encoding="utf-8"),
            HOOK,
        ),
        zone=recorded("Etc/UTC", HOOK),
        variables=recorded(
            Variables(
                values={"OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "0"},
                withheld=("HOME", "LANG", "PATH", "SHELL", "SSH_AUTH_SOCK", "TERM"),
            ),
            HOOK,
        ),
    )


def run_record(started: str = "2026-11-20T16:41:07Z", host: str = "atlas") -> RunRecord:
    return RunRecord(
        times=recorded(Times(started=started, finished=None, duration=4.8123), HOOK),
        host=recorded(Host(name=host, user="ada", kernel="6.1.0-32-amd64"), "uname"),
        cpu=recorded(
            Cpu(
                model="Intel Xeon Platinum 8481C",
                machine="x86_64",
                cores=8,
                threads=16,
                available=16,
                flags=("avx", "avx2", "avx512f", "fma", "sse4_2"),
            ),
            "/proc/cpuinfo",
        ),
        gpu=recorded(Gpus(driver=None, cuda=None, devices=()), "NVML"),
        arithmetic=recorded(
            Arithmetic(
                libraries=(
                    NumericLibrary(
                        kind="openblas",
                        file="libopenblas.so",
                        version="0.3.30",
                        kernel="SkylakeX",
                        threads=4,
                    ),
                    NumericLibrary(kind="openmp", file="libgomp.so.1", threads=4),
                ),
                simd=("AVX2", "AVX512F", "FMA3"),
            ),
            "threadpoolctl",
        ),
        generators=recorded((), HOOK),
        network=recorded((), HOOK),
        processes=recorded(
            (Process(argv=("python", "train.py"), executable="python", python=True),), HOOK
        ),
        uncaught=recorded((), HOOK),
        resources=recorded(Resources(user=5.2, system=0.6, peak_memory=187_432_960), "wait4"),
        coverage=recorded(Coverage(tracer="python", python_processes=1), HOOK),
    )


def metrics(*values: tuple[str, float]) -> tuple[Metric, ...]:
    return tuple(Metric(name=name, value=value, file="metrics.json") for name, value in values)


def fingerprint(
    name: str = "digits",
    *,
    salt: str = "",
    figures: tuple[Metric, ...] = (),
    packages: tuple[Distribution, ...] | None = None,
    record: RunRecord | None = None,
    outputs: tuple[File, ...] | None = None,
) -> Fingerprint:
    outputs = outputs or (
        file("out/metrics.json", 212, salt),
        file("out/model.npz", 1_284_512, salt),
        file("out/predictions.csv", 18_211, salt),
    )
    recipe = Recipe(
        root="/home/ada/digits",
        command=recorded(Command(argv=("python", "train.py", "--folds", "5")), HOOK),
        source=Source(
            files=recorded(
                manifest([file("train.py", 3120), file("digits/model.py", 5210, executable=True)]),
                HOOK,
            ),
            git=recorded(
                Git(
                    commit="4f1c2e9d0b7a6c5e8f3d2a1b0c9e8d7f6a5b4c3d",
                    branch="main",
                    remote="https://git.example.org/vision/digits.git",
                    dirty=True,
                    patch=digest("patch"),
                    untracked=("notes.txt",),
                ),
                "git",
            ),
        ),
        environment=environment(),
        dependencies=recorded(packages or distributions(), "importlib.metadata"),
        image=unknown("the run was not in a container"),
        params={"folds": declared("5", "--param")},
        inputs=recorded(
            manifest([file("data/digits.csv", 492_116), file("/data/labels.csv", 14_377)]), HOOK
        ),
        seeds=recorded(
            (
                Seed(library="numpy", function="default_rng", value="7", site="train.py:14"),
                Seed(library="random", function="seed", value="7", site="train.py:13", count=2),
            ),
            HOOK,
        ),
        stdin=recorded(Stdin(kind="null"), HOOK),
    )
    outcome = Outcome(
        outputs=recorded(manifest(list(outputs)), HOOK),
        metrics=recorded(figures or metrics(("/accuracy", 0.9711), ("/f1", 0.97)), "metrics.json"),
        stdout=recorded(Stream(digest=digest("out" + salt), size=812, kept=True), "pipe"),
        stderr=recorded(Stream(digest=digest("err"), size=0, kept=True), "pipe"),
        exit=recorded(Exit(status="succeeded", code=0), "wait4"),
    )
    return fingerprint_of(name, recipe, outcome, record or run_record())


LOCK = "\n".join(
    f"{name}=={version} \\\n    --hash=sha256:{digest(name)[7:]} \\\n"
    f"    --hash=sha256:{digest(version)[7:]}"
    for name, version in PACKAGES
)
DOCKERFILE = """\
FROM auditor-base:3f9c1d0a52be AS install
COPY . /opt/auditor/build
RUN ["/usr/bin/python3", "-m", "venv", "--without-pip", "/opt/auditor/env"]
RUN ["/opt/auditor/env/bin/python", "-I", "/opt/auditor/build/pip", "install", "--no-index"]

FROM auditor-base:3f9c1d0a52be
COPY --from=install /opt/auditor/env /opt/auditor/env
"""


def plan() -> Plan:
    return Plan(
        base=Base(
            kind="host",
            reference="auditor-base:3f9c1d0a52be",
            reason="no image was named, and the interpreter that ran is on this machine",
            python="/usr/bin/python3",
        ),
        dockerfile=DOCKERFILE,
        lock=Lock(requirements=LOCK),
        argv=("python", "train.py", "--folds", "5"),
        root="/home/ada/digits",
        workdir="/home/ada/digits",
        user="65534:65534",
        variables={"OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "0"},
        files=(file("train.py"), file("digits/model.py"), file("data/digits.csv")),
        directories=("out",),
        mounts=(Mount(source="tree:data", target="/home/ada/digits/data", read_only=True),),
        limits=Limits(memory=8 * 1024**3),
        unhonoured=(
            Unverified(
                subject="record.host",
                reason="the container has a host name and a user of its own",
            ),
        ),
    )


def same(kind: Any, name: str, value: Any, times: int, **more: Any) -> Item:
    levels = Levels(bytes="identical", values="identical")
    if kind == "metric":
        levels = Levels(values="identical", metrics="identical")
    return Item(
        kind=kind,
        name=name,
        verdict="identical",
        levels=levels,
        original=value,
        replays=(value,) * times,
        **more,
    )


def exit_item(times: int) -> Item:
    return same("exit-status", "exit-status", 0, times)


def audit(**members: Any) -> Audit:
    original = members.pop("original", None) or fingerprint()
    replays = members.get("replays", ())
    defaults: dict[str, Any] = {
        "kind": "replay",
        "created": "2026-11-21T03:58:12Z",
        "tool": Tool(name="auditor", version="0.1.0"),
        "levels": Levels(),
        "original": original,
        "original_id": identity(original),
        "replays": replays,
        "attempts": tuple(
            Attempt(number=number, completed=True, fingerprint=identity(run))
            for number, run in enumerate(replays, 1)
        ),
        "plan": plan(),
        "policy": Policy(),
        "policy_digest": digest_bytes(canonical(Policy())),
        "items": (),
        "divergences": (),
        "causes": (),
        "unverified": (),
    }
    return with_id(Audit(**{**defaults, **members}))


def identical() -> Audit:
    original = fingerprint()
    runs = tuple(fingerprint(record=run_record(f"2026-11-21T03:5{n}:00Z", f"c{n}")) for n in (5, 6))
    return audit(
        verdict="identical",
        levels=Levels(bytes="identical", values="identical", metrics="identical"),
        original=original,
        replays=runs,
        items=(
            same("file", "out/metrics.json", digest("m"), 2, comparator="json"),
            same("file", "out/model.npz", digest("n"), 2, comparator="numpy"),
            same("file", "out/predictions.csv", digest("p"), 2, comparator="csv"),
            same("metric", "/accuracy", 0.9711, 2),
            same("metric", "/f1", 0.97, 2),
            exit_item(2),
            same("stdout", "stdout", digest("out"), 2, masks=(Mask(rule="duration", count=3),)),
            same("stderr", "stderr", digest("err"), 2, counted=False),
        ),
        divergences=(
            Divergence(
                area="environment",
                subject="host.name",
                change="changed",
                before="atlas",
                after=("c5", "c6"),
                severity="info",
            ),
        ),
        unverified=(
            Unverified(subject="recipe.image", reason="the run was not in a container"),
            Unverified(
                subject="coverage", reason="child processes that are not Python are not seen"
            ),
        ),
    )


def diverged() -> Audit:
    values = ((0.9711, 0.9702), (0.9688, 0.9676), (0.97325, 0.9729))
    original, *replays = (
        fingerprint(
            "churn-baseline",
            salt=str(number),
            figures=metrics(("/accuracy", accuracy), ("/f1/macro", f1), ("/rows", 1797.0)),
            record=msgspec.structs.replace(
                run_record(host="atlas" if number == 0 else f"c{number}"),
                generators=recorded(
                    (
                        GeneratorUse(
                            library="numpy", function="default_rng", site="train.py:31", count=3
                        ),
                    ),
                    HOOK,
                ),
            ),
        )
        for number, (accuracy, f1) in enumerate(values)
    )
    return audit(
        verdict="diverged",
        reason="3 counted items differ from the original in every replay",
        levels=Levels(bytes="diverged", values="diverged", metrics="diverged"),
        original=original,
        replays=tuple(replays),
        items=_diverged_items(),
        divergences=_diverged_divergences(),
        causes=(
            Cause(
                factor="randomness.unseeded",
                status="candidate",
                evidence="numpy.random.default_rng drew without a seed at train.py:31, in the "
                "original and in every replay, and the replays differ among themselves.",
                fix="Pass a seed at train.py:31, for example default_rng(7), and record again.",
            ),
            Cause(
                factor="parallelism.threads",
                status="candidate",
                evidence="OpenBLAS used 4 threads; sums may be taken in another order.",
                fix="Set OMP_NUM_THREADS=1 to see whether the difference goes away.",
            ),
        ),
        unverified=(Unverified(subject="recipe.image", reason="the run was not in a container"),),
    )


TENSORS = tuple(
    TensorDifference(
        name=name,
        dtype="float32",
        shape=shape,
        total=shape[0] * shape[1],
        differing=shape[0] * shape[1] - 3,
        beyond=beyond,
        max_abs=0.418236,
        median_abs=3.1e-5,
        max_rel=1.93,
        median_rel=2e-4,
        max_ulp=35_112_004,
        norm=norm,
        first="[0, 0]",
        worst="[3, 17]",
        histogram=((-7, 40), (-6, 900), (-1, 3)),
    )
    for name, shape, beyond, norm in (
        ("encoder.layers.0.self_attn.in_proj_weight", (768, 256), 196_605, 0.12),
        ("coef", (10, 64), 12, 3e-4),
    )
)
CURVE = Curve(
    name="val_loss",
    points=tuple(
        Point(
            step=float(step),
            original=math.exp(-step / 12),
            replay=None if step > 38 else math.exp(-step / 12) + max(0, step - 15) * 0.004,
        )
        for step in range(41)
    ),
    total=41,
    parted=16.0,
    after="growing",
)


def _png(shade: int) -> str:
    buffer = io.BytesIO()
    picture = PIL.Image.new("RGB", (120, 80), (shade, 120, 200))
    picture.paste((255, 255 - shade, 0), (30, 20, 60 + shade // 4, 50))
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


PICTURE = Picture(caption="confusion.png", original=_png(0), replay=_png(90), difference=_png(220))


def _diverged_items() -> tuple[Item, ...]:
    loose: dict[str, Any] = {"verdict": "diverged", "deterministic": False}
    float64 = Tolerance(relative=1e-7, absolute=1e-7, source="default, float64")
    return (
        Item(
            kind="file",
            name="out/model.npz",
            levels=Levels(bytes="diverged", values="diverged"),
            original=digest("n0"),
            replays=(digest("n1"), digest("n2")),
            magnitude=Magnitude(
                max_abs=0.418236, max_rel=1.93, differing=4608, total=4618, where="coef[3, 17]"
            ),
            tolerance=float64,
            comparator="numpy",
            tensors=TENSORS,
            pictures=(PICTURE,),
            **loose,
        ),
        Item(
            kind="file",
            name="out/history.csv",
            levels=Levels(bytes="diverged", values="diverged"),
            original=digest("h0"),
            replays=(digest("h1"), digest("h2")),
            comparator="csv",
            curves=(CURVE,),
            **loose,
        ),
        Item(
            kind="file",
            name="out/predictions.csv",
            levels=Levels(bytes="diverged", values="diverged"),
            original=digest("p0"),
            replays=(digest("p1"), digest("p2")),
            note="19 of 1,797 rows differ",
            comparator="csv",
            evidence=(
                "--- original",
                "+++ replay 1",
                "@@ row 41 @@",
                "-41,predicted,8",
                "+41,predicted,3",
                "@@ row 212 @@",
                "-212,predicted,9",
                "+212,predicted,4",
            ),
            **loose,
        ),
        Item(
            kind="metric",
            name="/accuracy",
            levels=Levels(values="diverged", metrics="diverged"),
            original=0.9711,
            replays=(0.9688, 0.97325),
            magnitude=Magnitude(max_abs=0.0023, max_rel=0.00237, differing=1, total=1),
            tolerance=float64,
            **loose,
        ),
        Item(
            kind="metric",
            name="/f1/macro",
            levels=Levels(values="diverged", metrics="diverged"),
            original=0.9702,
            replays=(0.9676, 0.9729),
            magnitude=Magnitude(max_abs=0.0027, max_rel=0.00278, differing=1, total=1),
            tolerance=float64,
            **loose,
        ),
        same("metric", "/rows", 1797.0, 2),
        exit_item(2),
        Item(
            kind="stdout",
            name="stdout",
            verdict="equivalent",
            levels=Levels(bytes="diverged", values="equivalent"),
            original=digest("s0"),
            replays=(digest("s1"), digest("s2")),
            masks=(
                Mask(rule="duration", count=5, examples=("12.3s → 12.9s", "0.4 s → 0.6 s")),
                Mask(rule="temporary-path", count=1),
            ),
        ),
    )


def _diverged_divergences() -> tuple[Divergence, ...]:
    files = tuple(
        Divergence(
            area="outcome",
            subject=f"file:{name}",
            change="changed",
            before=digest(letter + "0"),
            after=(digest(letter + "1"), digest(letter + "2")),
            severity="critical",
        )
        for name, letter in (("out/model.npz", "n"), ("out/predictions.csv", "p"))
    )
    figures = tuple(
        Divergence(
            area="outcome",
            subject=f"metric:{name}",
            change="changed",
            before=before,
            after=after,
            severity="major",
        )
        for name, before, after in (
            ("/accuracy", 0.9711, (0.9688, 0.97325)),
            ("/f1/macro", 0.9702, (0.9676, 0.9729)),
        )
    )
    unseeded = Divergence(
        area="randomness",
        subject="randomness.unseeded",
        change="changed",
        before="3 draws from the system's entropy at train.py:31",
        after=("3 draws from the system's entropy at train.py:31",) * 2,
        severity="minor",
        note="Unseeded generators give other numbers in every run.",
    )
    host = Divergence(
        area="environment",
        subject="host.name",
        change="changed",
        before="atlas",
        after=("c1", "c2"),
        severity="info",
    )
    return (host, *figures, *files, unseeded)


def not_replayed() -> Audit:
    return audit(
        verdict="not-replayed",
        reason="an input changed since the run and its content was not kept: data/train.parquet "
        "had SHA-256 5b41e0c2a7f9, and now has 90ad3f55c1be",
        plan=None,
        unverified=(
            Unverified(
                subject="input:data/train.parquet",
                reason="its content is no longer the recorded one, and was larger than the limit "
                "for keeping inputs",
            ),
        ),
    )


def inconclusive() -> Audit:
    run = fingerprint()
    item = Item(
        kind="file",
        name="out/model.npz",
        verdict="inconclusive",
        levels=Levels(bytes="diverged", values="inconclusive"),
        note="the original's content was not kept, so its values cannot be compared",
        original=digest("n0"),
        replays=(digest("n1"),),
        comparator="numpy",
    )
    return audit(
        verdict="inconclusive",
        reason="1 of 2 replays did not complete",
        replays=(run,),
        attempts=(
            Attempt(number=1, completed=True, fingerprint=identity(run)),
            Attempt(number=2, completed=False, reason="out of memory at 8 GiB"),
        ),
        items=(item, exit_item(1)),
    )


def compare() -> Audit:
    gpu = recorded(
        Gpus(
            driver="570.86.15",
            cuda="12.8",
            devices=(Gpu(name="NVIDIA H200", memory=150_754_820_096, capability="9.0"),) * 2,
        ),
        "NVML",
    )
    first = fingerprint("january", record=msgspec.structs.replace(run_record(), gpu=gpu))
    origin = Origin(url="https://git.example.org/forks/scipy.git", kind="vcs", commit="0" * 40)
    packages = tuple(
        msgspec.structs.replace(entry, origin=origin) if entry.name == "scipy" else entry
        for entry in distributions(numpy="2.2.6", scikit_learn="1.6.1")
    )
    second = fingerprint(
        "february",
        salt="b",
        packages=packages,
        figures=metrics(("/accuracy", 0.9744), ("/f1", 0.97)),
        record=run_record("2026-02-20T10:00:00Z", host="borealis"),
    )
    item = Item(
        kind="metric",
        name="/accuracy",
        verdict="diverged",
        levels=Levels(values="diverged", metrics="diverged"),
        original=0.9711,
        replays=(0.9744,),
        magnitude=Magnitude(max_abs=0.0033, max_rel=0.0034, differing=1, total=1),
        tolerance=Tolerance(relative=0.0, absolute=0.001, source="policy.toml"),
    )
    policy = Policy(
        name="release gate",
        require="metrics",
        tolerances=(Rule(match="/accuracy", absolute=0.001),),
        margins=(Margin(match="/loss*", margin=0.01),),
        ignore=("*.log",),
    )
    changed = tuple(
        Divergence(
            area="dependency",
            subject=f"dependency:{name}",
            change="changed",
            before=before,
            after=(after,),
            severity="minor",
        )
        for name, before, after in (
            ("numpy", "2.3.4", "2.2.6"),
            ("scikit-learn", "1.7.2", "1.6.1"),
        )
    )
    outcome = Divergence(
        area="outcome",
        subject="metric:/accuracy",
        change="changed",
        before=0.9711,
        after=(0.9744,),
        severity="critical",
    )
    return audit(
        kind="compare",
        verdict="diverged",
        levels=Levels(metrics="diverged"),
        original=first,
        replays=(second,),
        plan=None,
        policy=policy,
        policy_digest=digest_bytes(canonical(policy)),
        items=(item, same("metric", "/f1", 0.97, 1), exit_item(1)),
        divergences=(outcome, *changed),
        causes=(
            Cause(
                factor="dependency:scikit-learn",
                status="candidate",
                evidence="version 1.7.2 became 1.6.1",
                fix="Install scikit-learn 1.7.2, or run both with the same lock.",
            ),
        ),
    )


def long(count: int = 1500) -> Audit:
    names = [*HOSTILE, *(f"out/fold_{n:04d}/weights.npy" for n in range(count - len(HOSTILE)))]
    outputs = tuple(file(name) for name in names)
    run = fingerprint("long <b>bold</b>", outputs=outputs)
    other = fingerprint("long <b>bold</b>", outputs=tuple(file(n, salt="x") for n in names))
    items = [
        Item(
            kind="file",
            name=name,
            verdict="diverged",
            levels=Levels(bytes="diverged"),
            original=digest(name),
            replays=(digest(name + "x"),) * 6,
            deterministic=True,
            note="<img src=x onerror=alert(1)>",
            evidence=("-<script>alert('old')</script>", "+\u202enew\u2066"),
        )
        if position % 3 == 0 or name in HOSTILE
        else same("file", name, digest(name), 6)
        for position, name in enumerate(names)
    ]
    divergences = tuple(
        Divergence(
            area="outcome",
            subject=f"file:{item.name}",
            change="changed",
            before=item.original,
            after=item.replays,
            severity="critical" if item.name in HOSTILE else "major",
        )
        for item in items
        if item.verdict == "diverged"
    )
    return audit(
        verdict="diverged",
        original=run,
        replays=(other,) * 6,
        items=tuple(items),
        divergences=divergences,
        causes=(
            Cause(factor="source:<i>x</i>", status="ruled-out", evidence="\u202eevil", fix="none"),
        ),
    )


SAMPLES = {
    "identical": identical,
    "diverged": diverged,
    "not-replayed": not_replayed,
    "inconclusive": inconclusive,
    "compare": compare,
    "long": long,
}


def bare() -> Audit:
    """Everything that can be unknown is, of a run and its five replays."""
    full = fingerprint("bare")
    recipe = msgspec.structs.replace(
        full.recipe,
        command=unknown("no command was recorded"),
        source=Source(files=unknown("no hook"), git=unknown("no repository")),
        environment=Environment(
            interpreter=unknown("not Python"),
            system=unknown("not seen"),
            libc=unknown("not seen"),
            locale=unknown("not seen"),
            zone=unknown("not seen"),
            variables=unknown("not seen"),
        ),
        dependencies=unknown("no metadata"),
        params={"alpha": unknown("the tracker lost it")},
        inputs=unknown("not traced"),
        seeds=unknown("not traced"),
    )
    outcome = Outcome(
        outputs=unknown("not traced"),
        metrics=unknown("none named"),
        stdout=unknown("not captured"),
        stderr=unknown("not captured"),
        exit=unknown("lost"),
    )
    record = RunRecord(**{name: unknown("lost") for name in RunRecord.__struct_fields__})
    run = fingerprint_of("", recipe, outcome, record)
    values = (1.0, 1.25, 1.5, 1.0, 2.0)
    metric = Item(
        kind="metric",
        name="/loss",
        verdict="consistent",
        levels=Levels(values="diverged", metrics="consistent", decisions="identical"),
        original=1.0,
        replays=values,
    )
    huge = msgspec.structs.replace(
        metric, name="/huge", original=1e308, replays=(-1e308,) * 4 + (1e308,)
    )
    text = Item(
        kind="stdout",
        name="stdout",
        verdict="inconclusive",
        levels=Levels(bytes="inconclusive"),
        original=None,
        replays=tuple(digest(str(value)) for value in values),
    )
    return audit(
        verdict="consistent",
        original=run,
        replays=(run,) * len(values),
        attempts=(),
        items=(metric, huge, text),
        plan=msgspec.structs.replace(
            plan(),
            base=Base(kind="image", reference="python:3.11", reason="asked for by --image"),
            lock=Lock(
                requirements="",
                unlocked=(Unverified(subject="dependency:torch", reason="no wheel has it"),),
            ),
            mounts=(
                Mount(source="object:" + digest("big"), target="/data/big.bin", read_only=True),
                Mount(source="/srv/labels.csv", target="/data/labels.csv", read_only=True),
            ),
            limits=Limits(network="bridge", cpus=2.0, timeout=60.0),
        ),
    )
