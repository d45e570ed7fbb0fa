from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import NotReplayedError
from auditor.locking import place
from auditor.model.digest import digest_bytes
from auditor.model.facts import Distribution
from auditor.model.plan import Lock, LockedWheel
from auditor.replay import Options, environment, execute, prepare
from auditor.replay.base import choose_base
from auditor.replay.engines import Engine
from auditor.replay.environment import pip_path
from auditor.replay.python import Python

PIP = LockedWheel(
    name="pip", version="20", file="pip-20-py3-none-any.whl", digest=digest_bytes(b"pip")
)


def images(engine: Any) -> set[str]:
    return {item["Id"] for item in engine._client.api.images(all=True)}


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_FORMAT", uuid.uuid4().hex)


@pytest.mark.docker
@pytest.mark.usefixtures("fresh")
def test_builds_once_and_leaves_only_the_image(
    make: Any, engine: Any, cache: Path, few: tuple[Distribution, ...]
) -> None:
    code = (
        "import importlib.metadata as m; print(m.version('pip')); import pip; print(pip.__cached__)"
    )
    fingerprint = make.fingerprint(source={"train.py": code}, dependencies=few[2:])
    said: list[str] = []
    prepared = prepare(fingerprint, make.objects, engine, Options(), tell=said.append, cache=cache)
    try:
        labels = engine._client.images.get(prepared.image.id).labels
        assert labels["org.auditor.kind"] == "environment"
        parents = {row["Id"] for row in engine._client.api.history(prepared.image.id)}
        before = images(engine)
        again = prepare(fingerprint, make.objects, engine, Options(), tell=said.append, cache=cache)
        assert again.image == prepared.image
        assert images(engine) == before
        assert said.count("building the environment of 1 distributions") == 1
        filters = {"label": f"org.auditor.build={labels['org.auditor.build']}"}
        left = engine._client.api.images(all=True, filters=filters)
        assert {item["Id"] for item in left} <= parents
        with execute(prepared, make.objects, engine, 1) as executed:
            version, compiled = (executed.observation / "stdout").read_text().split()
        assert version == few[2].version
        assert compiled.endswith(".pyc")
    finally:
        engine._client.images.remove(prepared.image.reference)


@pytest.mark.docker
@pytest.mark.usefixtures("fresh")
def test_a_build_that_fails_is_one_line_and_leaves_nothing(
    make: Any, engine: Any, cache: Path, few: tuple[Distribution, ...], tmp_path: Path
) -> None:
    fingerprint = make.fingerprint(dependencies=few[2:])
    good = prepare(fingerprint, make.objects, engine, Options(), tell=lambda _: None, cache=cache)
    engine._client.images.remove(good.image.reference)
    before = images(engine)
    (wheel,) = good.plan.lock.wheels
    own = tmp_path / "cache"
    lying = msgspec.structs.replace(wheel, digest=digest_bytes(b"other"))
    place(own, lying).parent.mkdir(parents=True)
    place(own, lying).write_bytes(place(cache, wheel).read_bytes())
    plan = msgspec.structs.replace(
        good.plan, lock=msgspec.structs.replace(good.plan.lock, wheels=(lying,))
    )
    chosen = choose_base(fingerprint, engine, Options(), lambda _: None)
    with pytest.raises(NotReplayedError, match="the environment could not be built"):
        environment.environment_image(plan, chosen, own, engine, lambda _: None)
    assert images(engine) == before


def test_an_old_python_is_served_by_its_own_pip(python: Python) -> None:
    assert pip_path(python, Lock(requirements="")) == "pip"
    old = msgspec.structs.replace(python, version="3.4.1")
    assert pip_path(old, Lock(requirements="", wheels=(PIP,))) == f"wheels/{PIP.file}/pip"
    with pytest.raises(NotReplayedError, match=r"does not run on Python 3\.4\.1"):
        pip_path(old, Lock(requirements=""))


def test_every_engine_is_one(engine: Engine) -> None:
    assert engine.describe().startswith("Docker ")
