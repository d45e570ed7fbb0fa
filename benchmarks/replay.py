"""How much longer a warm replay takes than ``docker run``, and a cold one than ``uv pip sync``."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
from measure import alternate, difference, table
from sample import AUDITOR, COMMAND, copy_of_digits, environment, quiet

from auditor.locking import place
from auditor.model.canonical import decode
from auditor.model.plan import Plan
from auditor.replay import Options, prepare
from auditor.replay.base import host as base_host
from auditor.replay.engines import connect
from auditor.replay.environment import image as environment_module
from auditor.replay.environment.dockerfile import requirements_of
from auditor.store import Store

LIMIT = 1.0  # seconds that a warm replay may take more than docker run
RATIO = 1.5  # of what uv pip sync takes, that a cold environment may take
RUNS = 10
COLD_RUNS = 3
UV = Path(sys.executable).with_name("uv")
BY_UV = """\
FROM {base}
USER 0:0
COPY . /build
RUN ["{python}", "-I", "-m", "venv", "--without-pip", "/env"]
RUN ["/build/uv", "pip", "sync", "--quiet", "--no-cache", "--offline", "--no-index", \
"--find-links", "/build/wheels", "--require-hashes", "--compile-bytecode", "--python", \
"/env/bin/python", "/build/requirements.txt"]
"""


def first_replay(folder: Path) -> dict[str, Any]:
    """Run and replay once, so that the images are there; return the audit."""
    quiet(folder, AUDITOR, "run", "--", *COMMAND)
    result = subprocess.run(
        [AUDITOR, "replay", "latest", "--base", "host", "--times", "1", "--json"],
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
    )
    audit: dict[str, Any] = json.loads(result.stdout)
    return audit


def docker_run(audit: dict[str, Any], folder: Path) -> None:
    """Run the command in a container of the same image, without auditor."""
    plan, image = audit["plan"], audit["replays"][0]["recipe"]["image"]["value"]["id"]
    quiet(
        folder,
        *("docker", "run", "--rm", "--network", "none", "--user", plan["user"]),
        *("--workdir", "/project", "--volume", f"{folder}:/project"),
        *("--entrypoint", plan["argv"][0], image, *plan["argv"][1:]),
    )


def writable_copy(folder: Path, name: str) -> Path:
    """Copy the project to a folder that the container's user may write to."""
    bare = copy_of_digits(folder / name)
    shutil.rmtree(bare / ".auditor")
    bare.chmod(0o777)
    bare.parent.chmod(0o755)
    folder.chmod(0o755)
    return bare


def warm(folder: Path, audit: dict[str, Any]) -> None:
    """Measure and print what a replay costs once its image is there."""
    bare = writable_copy(folder, "bare")
    project = folder / "digits"
    taken = alternate(
        RUNS,
        **{
            "docker run": lambda: docker_run(audit, bare),
            "auditor replay --times 1": lambda: quiet(
                project, AUDITOR, "replay", "latest", "--base", "host", "--times", "1"
            ),
        },
    )
    print(table("Replay, image cached", taken))
    print(difference(taken, "docker run", "auditor replay --times 1", LIMIT))


class Stages:
    """The seconds between what is told: of the base, the download, the image."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = ("", time.perf_counter())

    def __call__(self, text: str) -> None:
        """Begin a stage, named by its first word."""
        name, since = self._last
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - since
        self._last = (text.partition(" ")[0], now)


def cold_replay(project: Path, folder: Path) -> dict[str, float]:
    """Prepare a replay with nothing there but the lock; return the seconds of its stages."""
    # Other names: nothing that is there is found, and nothing is taken from other replays.
    base_host._FORMAT = environment_module._FORMAT = uuid.uuid4().hex  # type: ignore[assignment]  # noqa: SLF001
    store = Store(project)
    identity = store.fingerprints.ids()[0]
    engine = connect("docker")
    stages = Stages()
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        prepared = prepare(
            store.fingerprints.load(identity),
            store.objects,
            engine,
            Options(base="host", trusted=True),
            lock=store.lock(identity),
            tell=stages,
            cache=Path(cache),
        )
    stages("end")
    client = docker.from_env()
    for tag in (prepared.image.reference, prepared.plan.base.reference):
        client.images.remove(tag)
    seconds = stages.seconds
    return {
        "base": seconds.get("making", 0.0),
        "download": seconds.get("downloading", 0.0),
        "image": seconds.get("building", 0.0),
    }


def uv_sync(python: str, folder: Path, *options: str, fresh: bool) -> float:
    """Return the seconds of ``uv pip sync`` of the same lock into a new environment."""
    shutil.rmtree(folder / "env", ignore_errors=True)
    if fresh:
        shutil.rmtree(folder / "uv-cache", ignore_errors=True)
    subprocess.run([python, "-m", "venv", "--without-pip", folder / "env"], check=True)
    command = (UV, "pip", "sync", "--quiet", "--require-hashes")
    return seconds_of(
        lambda: subprocess.run(
            [
                *command,
                *options,
                "--python",
                folder / "env/bin/python",
                folder / "requirements.txt",
            ],
            env={**os.environ, "UV_CACHE_DIR": str(folder / "uv-cache")},
            check=True,
        )
    )


def uv_image(plan: Plan, folder: Path, cache: Path) -> float:
    """Return the seconds of ``docker build`` with uv on the same base, its wheels there."""
    build = folder / "build"
    if not build.exists():
        (build / "wheels").mkdir(parents=True)
        shutil.copy(UV, build / "uv")
        shutil.copy(folder / "requirements.txt", build)
        text = BY_UV.format(base=plan.base.reference, python=plan.base.python)
        (build / "Dockerfile").write_text(text)
        for wheel in plan.lock.wheels:
            shutil.copy(place(cache, wheel), build / "wheels" / wheel.file)
    tag = f"benchmark-{uuid.uuid4().hex}"
    command = ["docker", "build", "--no-cache", "--network", "none", "--tag", tag, build]
    try:
        return seconds_of(lambda: subprocess.run(command, check=True, capture_output=True))
    finally:
        subprocess.run(["docker", "rmi", tag], check=False, capture_output=True)


def seconds_of(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def cold(folder: Path, audit: dict[str, Any]) -> None:
    """Measure and print what it takes where neither base, wheels nor image are there."""
    from auditor.locking import cache_folder  # noqa: PLC0415 - only here

    plan = decode(json.dumps(audit["plan"]).encode(), Plan, what="the plan")
    (folder / "requirements.txt").write_text(requirements_of(plan.lock))
    python, compiled = plan.base.python, "--compile-bytecode"
    sides: dict[str, list[float]] = {}

    def add(**seconds: float) -> None:
        for name, value in seconds.items():
            sides.setdefault(name.replace("_", " "), []).append(value)

    for _ in range(COLD_RUNS):
        stages = cold_replay(folder / "digits", folder)
        environment_ = stages["download"] + stages["image"]
        add(auditor_base=stages["base"], auditor_download=stages["download"])
        add(auditor_image=stages["image"], auditor_download_and_image=environment_)
        add(uv_sync_fresh_cache=uv_sync(python, folder, fresh=True))
        add(uv_sync_warm_cache=uv_sync(python, folder, fresh=False))
        add(uv_sync_compiled_fresh_cache=uv_sync(python, folder, compiled, fresh=True))
        add(uv_sync_compiled_warm_cache=uv_sync(python, folder, compiled, fresh=False))
        add(uv_sync_compiled_in_docker_build=uv_image(plan, folder, cache_folder()))
    print(table("Replay, nothing cached", sides))
    ours, base = middle(sides, "auditor download and image"), middle(sides, "auditor base")
    print()
    for name in sides:
        if name.startswith("uv"):
            theirs = middle(sides, name)
            own = middle(sides, "auditor image") if "docker" in name else ours
            most = RATIO * theirs + base
            words = "within" if own + base <= most else "OVER"
            print(
                f"- {name}: {own / theirs:.2f} times; with the base {own + base:.2f} s,"
                f" {words} {RATIO} times and the base, {most:.2f} s"
            )


def middle(sides: dict[str, list[float]], name: str) -> float:
    """Return the median of a side."""
    return statistics.median(sides[name])


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_of_digits(folder)
        audit = first_replay(folder / "digits")
        warm(folder, audit)
        cold(folder, audit)


if __name__ == "__main__":
    main()
