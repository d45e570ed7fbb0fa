"""What a first replay takes where base, wheels and image are not there, beside ``uv pip sync``."""

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
from contextlib import ExitStack
from pathlib import Path

import docker
from measure import table
from replay import first_replay
from sample import copy_of_digits

from auditor.locking import cache_folder, place
from auditor.model.canonical import decode
from auditor.model.plan import Plan
from auditor.replay import Options, prepare
from auditor.replay.base import host
from auditor.replay.engines import connect
from auditor.replay.environment import image
from auditor.replay.environment.dockerfile import requirements_of
from auditor.store import Store

RATIO = 1.5  # of what uv pip sync takes, that a cold environment may take besides the base
RUNS = 3
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

Sides = dict[str, list[float]]


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


class Cold:
    """Both sides. Nothing is removed before the end: ext4 is slow to make files after that."""

    def __init__(self, folder: Path, project: Path, plan: Plan, after: ExitStack) -> None:
        self.folder = folder
        self.project = project
        self.plan = plan
        self.after = after
        self.lock = folder / "requirements.txt"
        self.lock.write_text(requirements_of(plan.lock))
        self.uv_cache = folder

    def replay(self) -> dict[str, float]:
        """Prepare a replay with nothing there but the lock; return the seconds of its stages."""
        # Other names: nothing that is there is found, and nothing is taken from other replays.
        host._FORMAT = image._FORMAT = uuid.uuid4().hex  # type: ignore[assignment]  # noqa: SLF001
        store = Store(self.project)
        identity = store.fingerprints.ids()[0]
        engine = connect("docker")
        stages = Stages()
        made = prepare(
            store.fingerprints.load(identity),
            store.objects,
            engine,
            Options(base="host", trusted=True),
            lock=store.lock(identity),
            tell=stages,
            cache=self.new("cache"),
        )
        stages("end")
        self.after.callback(remove, made.plan.base.reference)
        self.after.callback(remove, made.image.reference)
        taken = [stages.seconds.get(name, 0.0) for name in ("making", "downloading", "building")]
        base, download, built = taken
        return {
            "base": base,
            "download": download,
            "image": built,
            "download and image": download + built,
        }

    def uv(self, *options: str, fresh: bool) -> float:
        """Return the seconds of ``uv pip sync`` of the same lock into a new environment."""
        self.uv_cache = self.new("uv-cache") if fresh else self.uv_cache
        env = self.new("env")
        subprocess.run([self.plan.base.python, "-m", "venv", "--without-pip", env], check=True)
        command = [UV, "pip", "sync", "--quiet", "--require-hashes", *options]
        command += ["--python", env / "bin/python", self.lock]
        variables = {**os.environ, "UV_CACHE_DIR": str(self.uv_cache)}
        return seconds_of(lambda: subprocess.run(command, env=variables, check=True))

    def uv_in_docker(self) -> float:
        """Return the seconds of ``docker build`` with uv on the same base, its wheels there."""
        build = self.folder / "build"
        if not build.exists():
            (build / "wheels").mkdir(parents=True)
            shutil.copy(UV, build / "uv")
            shutil.copy(self.lock, build)
            base = self.plan.base
            (build / "Dockerfile").write_text(BY_UV.format(base=base.reference, python=base.python))
            for wheel in self.plan.lock.wheels:
                shutil.copy(place(cache_folder(), wheel), build / "wheels" / wheel.file)
        tag = f"benchmark-{uuid.uuid4().hex}"
        command = ["docker", "build", "--no-cache", "--network", "none", "--tag", tag, build]
        self.after.callback(remove, tag)
        return seconds_of(lambda: subprocess.run(command, check=True, capture_output=True))

    def new(self, name: str) -> Path:
        """Return a folder that is not there."""
        return self.folder / f"{name}-{uuid.uuid4().hex}"


def remove(tag: str) -> None:
    """Remove an image that was made here."""
    docker.from_env().images.remove(tag)


def seconds_of(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def measured(cold: Cold) -> Sides:
    """Return the seconds of each side."""
    compiled, sides = "--compile-bytecode", Sides()
    for _ in range(RUNS):
        row = {f"auditor: {name}": seconds for name, seconds in cold.replay().items()}
        row["uv pip sync, fresh cache"] = cold.uv(fresh=True)
        row["uv pip sync, warm cache"] = cold.uv(fresh=False)
        row["uv pip sync, compiled, fresh cache"] = cold.uv(compiled, fresh=True)
        row["uv pip sync, compiled, warm cache"] = cold.uv(compiled, fresh=False)
        row["uv pip sync, compiled, in docker build"] = cold.uv_in_docker()
        for name, seconds in row.items():
            sides.setdefault(name, []).append(seconds)
    return sides


def verdicts(sides: Sides) -> list[str]:
    """Say how many times as long the environment takes, and whether that is within the limit."""
    middle = {name: statistics.median(seconds) for name, seconds in sides.items()}
    base, lines = middle["auditor: base"], []
    for name, theirs in middle.items():
        if name.startswith("uv"):
            both = "image" if "docker" in name else "download and image"  # its wheels were there
            own, most = middle[f"auditor: {both}"] + base, RATIO * theirs + base
            word = "within" if own <= most else "OVER"
            times = middle[f"auditor: {both}"] / theirs
            lines.append(
                f"- {name}: {times:.2f} times; with the base {own:.1f} s, {word} {most:.1f} s"
            )
    return lines


def main() -> None:
    """Measure and print."""
    with ExitStack() as after:
        folder = Path(after.enter_context(tempfile.TemporaryDirectory()))
        project = copy_of_digits(folder)
        document = json.dumps(first_replay(project)["plan"]).encode()
        plan = decode(document, Plan, what="the plan")
        sides = measured(Cold(folder, project, plan, after))
    print(table("Replay, nothing cached", sides))
    print("", *verdicts(sides), "", sep="\n")


if __name__ == "__main__":
    main()
