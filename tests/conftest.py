from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import settings

from auditor.model.digest import digest_bytes
from auditor.model.fact import Fact, declared, recorded
from auditor.model.facts import (
    Arithmetic,
    Command,
    Container,
    Coverage,
    Cpu,
    Entropy,
    Exit,
    Git,
    Gpus,
    Host,
    Interpreter,
    Locale,
    Metric,
    Programs,
    Resources,
    Stdin,
    Stream,
    System,
    Times,
    Variables,
)
from auditor.model.files import File, Manifest, manifest
from auditor.model.fingerprint import (
    Environment,
    Fingerprint,
    Outcome,
    Recipe,
    RunRecord,
    Source,
    fingerprint_of,
)
from auditor.store.objects import Objects

os.environ["AUDITOR_REGISTRY"] = "none"  # no test asks the internet for an image

# Machines are shared: how long an example takes says nothing.
# Who started the tests may have had it ignored, as nohup does, and what they start inherits that.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

INTERPRETER = Interpreter(
    implementation="cpython",
    version="3.11.7",
    build="main, GCC 12.2.0",
    executable="/venv/bin/python",
    prefix="/venv",
    base_prefix="/usr",
    tag="cpython-311",
    soabi="cpython-311-x86_64-linux-gnu",
    platform="linux-x86_64",
    hash_randomised=False,
)
DEFAULTS: dict[str, Any] = {
    "command": Command(argv=("python", "train.py")),
    "git": Git(commit="c0ffee", branch="main", remote=None, dirty=False),
    "interpreter": INTERPRETER,
    "system": System(system="Linux", distribution="Debian GNU/Linux 12", machine="x86_64"),
    "libc": "glibc 2.36",
    "locale": Locale(category="C.UTF-8", preferred_encoding="utf-8", filesystem_encoding="utf-8"),
    "zone": "UTC",
    "variables": Variables(values={}),
    "libraries": {},
    "indexes": (),
    "dependencies": (),
    "image": None,
    "seeds": (),
    "stdin": Stdin(kind="null"),
    "exit": Exit(status="succeeded", code=0),
    "times": Times(started="2026-01-01T00:00:00Z", finished="2026-01-01T00:00:01Z", duration=1.0),
    "host": Host(name="desk", user="ada", kernel="6.1"),
    "cpu": Cpu(
        model="Xeon", machine="x86_64", cores=2, threads=2, available=2, flags=("avx", "avx2")
    ),
    "gpu": Gpus(driver=None, cuda=None, devices=()),
    "arithmetic": Arithmetic(),
    "generators": (),
    "network": (),
    "processes": (),
    "uncaught": (),
    "resources": Resources(user=1.0, system=0.1, peak_memory=1),
    "coverage": Coverage(tracer="python", python_processes=1),
    "names": None,
    "keep": 64 * 1024 * 1024,
    "entropy": Entropy(digest=None),
    "programs": Programs(),
    "generator_states": (),
    "derived_seeds": {},
    "masked": {},
    "unmasked": {},
    "container": Container(runtime="none"),
    "tracked": (),
}


class MakeFingerprint(Protocol):
    def __call__(self, objects: Objects | None = None, **facts: Any) -> Fingerprint: ...


def _fingerprint(objects: Objects | None = None, **facts: Any) -> Fingerprint:
    """Return a fingerprint of a plain run, save ``facts``: values, or ``Fact`` where it matters.

    Files (outputs, inputs, source) are ``{path: content}``, streams are content, metrics
    ``{"FILE#POINTER": number}``. Contents are kept in ``objects``, if given; a file that is
    ``None`` could not be read, a ``File`` is taken as it is.
    """
    made = _Maker(objects, {**DEFAULTS, **facts})
    environment = Environment(**{name: made.fact(name) for name in Environment.__struct_fields__})
    recipe = Recipe(
        root=facts.get("root", "/project"),
        command=made.fact("command"),
        source=Source(files=made.files("source"), git=made.fact("git")),
        environment=environment,
        dependencies=made.fact("dependencies"),
        image=made.fact("image"),
        params={name: declared(one, "--param") for name, one in facts.get("params", {}).items()},
        inputs=made.files("inputs"),
        seeds=made.fact("seeds"),
        stdin=made.fact("stdin"),
    )
    outcome = Outcome(
        outputs=made.files("outputs"),
        metrics=made.metrics(),
        stdout=made.stream("stdout"),
        stderr=made.stream("stderr"),
        exit=made.fact("exit"),
    )
    record = RunRecord(**{name: made.fact(name) for name in RunRecord.__struct_fields__})
    return fingerprint_of(facts.get("name", "run"), recipe, outcome, record)


class _Maker:
    def __init__(self, objects: Objects | None, facts: Mapping[str, Any]) -> None:
        self.objects = objects
        self.facts = facts

    def fact(self, name: str) -> Fact[Any]:
        value = self.facts[name]
        return value if isinstance(value, Fact) else recorded(value, "test")

    def files(self, name: str) -> Fact[Manifest]:
        value = self.facts.get(name, {})
        if isinstance(value, Fact):
            return value
        files = [self._file(path, content) for path, content in value.items()]
        return recorded(manifest(files), "test")

    def stream(self, name: str) -> Fact[Stream]:
        value = self.facts.get(name, "")
        if isinstance(value, Fact):
            return value
        data = _bytes(value)
        return recorded(Stream(digest=self._keep(data), size=len(data), kept=True), "test")

    def metrics(self) -> Fact[tuple[Metric, ...]]:
        value = self.facts.get("metrics", {})
        if isinstance(value, Fact):
            return value
        rows = []
        for name, number in value.items():
            file, _mark, pointer = name.rpartition("#")
            kind = "int" if isinstance(number, int) else "float"
            rows.append(Metric(name=pointer, value=float(number), type=kind, file=file))
        return recorded(tuple(rows), "test")

    def _file(self, path: str, content: Any) -> File:
        if isinstance(content, File):
            return content
        if content is None:
            return File(path=path, digest=None, size=None, reason="permission denied")
        data = _bytes(content)
        kept = self.objects is not None
        return File(path=path, digest=self._keep(data), size=len(data), kept=kept)

    def _keep(self, data: bytes) -> str:
        return self.objects.put_bytes(data) if self.objects else digest_bytes(data)


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


@pytest.fixture(scope="session")
def make_fingerprint() -> MakeFingerprint:
    return _fingerprint


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "objects")


class _Cluster:
    """A Dask scheduler and two workers, in processes of their own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        file = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self.scheduler = self._start("scheduler", *options, "--scheduler-file", str(file))
        deadline = time.monotonic() + 30
        while not file.exists() or not file.read_text():
            assert time.monotonic() < deadline, "the scheduler did not start"
            time.sleep(0.05)
        self.address = str(json.loads(file.read_text())["address"])
        local = ["--local-directory", str(folder)]
        options = ["--nthreads", "2", "--no-nanny", "--no-dashboard", *local]
        self.workers = [self._start("worker", self.address, *options) for _ in range(2)]

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{words[0]}.log").open("ab")
        command = [sys.executable, "-m", "dask", *words]
        with log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[_Cluster]:
    made = _Cluster(tmp_path / "cluster")
    yield made
    made.end()
