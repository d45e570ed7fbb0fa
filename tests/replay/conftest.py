from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.locking import cache_folder
from auditor.model.digest import digest_bytes
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import (
    Command,
    Distribution,
    Exit,
    Interpreter,
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
    fingerprint_of,
)
from auditor.replay.base.python import Python, ask
from auditor.replay.engines import Engine, connect
from auditor.store.objects import Objects

NOT_KNOWN: Fact[Any] = unknown("the test does not say")


class Make:
    """Makes fingerprints whose files are in a store."""

    def __init__(self, folder: Path, python: Python) -> None:
        self.objects = Objects(folder / "objects")
        self.root = folder / "project"
        self.python = python

    def file(self, path: str, content: str, *, kept: bool = True, **changes: Any) -> File:
        data = content.encode()
        digest = self.objects.put_bytes(data) if kept else digest_bytes(data)
        return File(path=path, digest=digest, size=len(data), kept=kept, **changes)

    def interpreter(self, **changes: Any) -> Interpreter:
        python = self.python
        interpreter = Interpreter(
            implementation=python.implementation,
            version=python.version,
            build=python.build,
            executable=sys.executable,
            prefix=sys.prefix,
            base_prefix=python.base_prefix,
            tag=str(sys.implementation.cache_tag),
            soabi=python.soabi,
            platform=python.platform,
        )
        return msgspec.structs.replace(interpreter, **changes)

    def fingerprint(  # noqa: PLR0913 - a test names what it is about
        self,
        argv: tuple[str, ...] = ("python", "train.py"),
        *,
        source: dict[str, str] | None = None,
        inputs: tuple[File, ...] = (),
        outputs: tuple[File, ...] = (),
        dependencies: tuple[Distribution, ...] | None = (),
        variables: dict[str, str] | None = None,
        interpreter: Interpreter | None = None,
        root: str | None = None,
        cwd: str = ".",
        made: tuple[str, ...] = (),
        **environment: Fact[Any],
    ) -> Fingerprint:
        files = [self.file(path, text) for path, text in (source or {}).items()]
        parts: dict[str, Fact[Any]] = {
            "interpreter": recorded(interpreter or self.interpreter(), "test"),
            "system": NOT_KNOWN,
            "libc": recorded(self.python.libc, "test"),
            "locale": NOT_KNOWN,
            "zone": NOT_KNOWN,
            "variables": recorded(Variables(values=variables or {}), "test"),
        }
        recipe = Recipe(
            root=root or str(self.root),
            command=recorded(Command(argv=argv, cwd=cwd), "test"),
            source=Source(files=recorded(manifest(files), "test"), git=NOT_KNOWN),
            environment=Environment(**(parts | environment)),
            dependencies=NOT_KNOWN if dependencies is None else recorded(dependencies, "test"),
            image=NOT_KNOWN,
            params={},
            inputs=recorded(manifest(inputs), "test"),
            seeds=NOT_KNOWN,
        )
        outcome = Outcome(
            outputs=recorded(manifest(outputs), "test"),
            metrics=NOT_KNOWN,
            stdout=NOT_KNOWN,
            stderr=NOT_KNOWN,
            exit=recorded(Exit(status="succeeded", code=0), "test"),
            made_directories=made,
        )
        names = RunRecord.__struct_fields__
        return fingerprint_of("test", recipe, outcome, RunRecord(**dict.fromkeys(names, NOT_KNOWN)))


@pytest.fixture(scope="session")
def python() -> Python:
    found = ask(Path(sys.executable))
    assert found is not None
    return found


@pytest.fixture
def make(tmp_path: Path, python: Python) -> Make:
    return Make(tmp_path, python)


@pytest.fixture(scope="session")
def engine() -> Engine:
    return connect("auto")


@pytest.fixture(scope="session")
def cache() -> Path:
    """Return the user's own cache: wheels are asked for once, not once a test run."""
    return cache_folder()


def installed(*names: str) -> tuple[Distribution, ...]:
    return tuple(
        Distribution(name=name, version=importlib.metadata.version(name), digest=None)
        for name in names
    )


@pytest.fixture(scope="session")
def few() -> tuple[Distribution, ...]:
    """Return distributions as captured: NumPy, and one that no index has."""
    ghost = Distribution(name="auditor-no-such-package", version="1.0", digest=None)
    return (ghost, *installed("numpy", "pip"))


@pytest.fixture(scope="session")
def uid() -> str:
    return "65534" if os.geteuid() == 0 else str(os.geteuid())
