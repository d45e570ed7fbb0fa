from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import NotReplayedError
from auditor.locking import place
from auditor.model.digest import digest_bytes
from auditor.model.facts import Distribution, Image
from auditor.model.plan import Base, Limits, Lock, LockedWheel, Plan
from auditor.replay import Options, execute, prepare
from auditor.replay.base.choose import Chosen, choose_base
from auditor.replay.base.python import Python
from auditor.replay.engines import Engine
from auditor.replay.environment import image as environment
from auditor.replay.environment.image import environment_tag, pip_path

PIP = LockedWheel(
    name="pip", version="20", file="pip-20-py3-none-any.whl", digest=digest_bytes(b"pip")
)
PLAN = Plan(
    base=Base(kind="host", reference="a", reason="any", python="/usr/bin/python3"),
    dockerfile="FROM a\n",
    lock=Lock(requirements=""),
    argv=("python",),
    root="/project",
    workdir="/project",
    user="65534:65534",
    variables={},
    files=(),
    directories=(),
    mounts=(),
    limits=Limits(),
)


def images(engine: Any) -> set[str]:
    return {item["Id"] for item in engine._client.api.images(all=True)}


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_FORMAT", uuid.uuid4().hex)


@pytest.mark.docker
@pytest.mark.usefixtures("fresh")
def test_builds_once_and_leaves_only_the_image(
    make: Any, engine: Any, cache: Path, few: tuple[Distribution, ...], tmp_path: Path
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
        empty, lock = tmp_path / "empty", prepared.plan.lock
        warm = prepare(
            *(fingerprint, make.objects, engine, Options()),
            lock=lock,
            tell=said.append,
            cache=empty,
        )
        assert warm.image == prepared.image
        assert not (empty / "wheels").exists()  # nothing is asked for that is installed
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


@pytest.mark.docker
@pytest.mark.slow
def test_the_same_lock_on_the_same_base_gives_the_same_layer(
    make: Any,
    engine: Any,
    cache: Path,
    few: tuple[Distribution, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fingerprint = make.fingerprint(dependencies=few[2:])
    layers = set()
    for number in range(2):
        monkeypatch.setattr(environment, "_FORMAT", f"{uuid.uuid4().hex} {number}")
        made = prepare(
            fingerprint, make.objects, engine, Options(), tell=lambda _: None, cache=cache
        )
        engine._client.images.remove(made.image.reference)
        layers.add(made.image.layers[-1])
    assert len(layers) == 1


def test_an_image_is_shared_by_runs_on_one_base_with_one_lock(python: Python) -> None:
    def tag(kind: Any, reference: str, image: Image, *wheels: LockedWheel) -> str:
        base = Base(kind=kind, reference=reference, reason="any", python=python.executable)
        chosen = Chosen(base=base, image=image, python=python)
        return environment_tag(chosen, Lock(requirements="", wheels=wheels))

    one = Image(reference="a", id="sha256:1", layers=("sha256:x",))
    other = Image(reference="b", id="sha256:2", layers=("sha256:x",))
    assert tag("host", "a", one, PIP) == tag("host", "b", other, PIP)
    assert tag("image", "a:1", one, PIP) == tag("registry", "b@sha256:9", one, PIP)
    assert tag("image", "a", one, PIP) != tag("image", "a", other, PIP)
    assert tag("image", "a", one, PIP) != tag("image", "a", one)


def test_what_several_want_at_once_is_built_once(python: Python, tmp_path: Path) -> None:
    class Slow:
        def __init__(self) -> None:
            self.images = self
            self.built: list[str] = []
            self.there: dict[str, Image] = {}

        def find(self, tag: str) -> Image | None:
            return self.there.get(tag)

        def build(self, context: Iterator[bytes], tag: str, labels: dict[str, str]) -> Image:
            assert b"".join(context)
            assert labels == {}
            self.built.append(tag)
            time.sleep(0.1)
            return self.there.setdefault(tag, Image(reference=tag, id="sha256:3"))

    slow: Any = Slow()
    chosen = Chosen(base=PLAN.base, image=Image(reference="a", id="sha256:1"), python=python)
    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(environment.environment_image, PLAN, chosen, tmp_path, slow, lambda _: None)
            for _ in range(4)
        ]
        made = {call.result().id for call in calls}
    assert made == {"sha256:3"}
    assert len(slow.built) == 1


def test_an_old_python_is_served_by_its_own_pip(python: Python) -> None:
    assert pip_path(python, Lock(requirements="")) == "pip.zip/pip"
    old = msgspec.structs.replace(python, version="3.4.1")
    assert pip_path(old, Lock(requirements="", wheels=(PIP,))) == f"wheels/{PIP.file}/pip"
    with pytest.raises(NotReplayedError, match=r"does not run on Python 3\.4\.1"):
        pip_path(old, Lock(requirements=""))


def test_every_engine_is_one(engine: Engine) -> None:
    assert engine.describe().startswith("Docker ")
