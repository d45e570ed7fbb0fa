"""Each failure of an engine is one clear line with a hint, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor.errors import EngineError, NotReplayedError
from auditor.model.plan import Limits
from auditor.replay.engines import Container
from auditor.replay.engines import images as images_module
from auditor.replay.engines.connect import engine_at
from auditor.replay.engines.docker import Docker
from auditor.replay.engines.places import Place
from tests.replay.engines import fake
from tests.replay.engines.fake import FakeEngine, Fault, refusing

CONTAINER = Container(image="auditor/env:1", argv=("python", "-V"), user="65534:65534", talk=True)
FULL = "write /var/lib/docker/tmp/x: no space left on device"
GPU = 'could not select device driver "" with capabilities: [[gpu]]'
TAR = b"\0" * 1024

Step = Callable[[Docker], object]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeEngine]:
    with fake.fake_engine(tmp_path) as engine:
        engine.add_image("auditor/env:1")
        yield engine


@pytest.fixture
def engine(daemon: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Docker]:
    monkeypatch.setattr(images_module, "_PAUSE", 0.0)
    found = engine_at(Place(address=daemon.address))
    found.__dict__["_shares_files"] = True
    yield found
    found._client.close()


def run(engine: Docker) -> object:
    return engine.run(CONTAINER)


def load(engine: Docker) -> object:
    return engine.images.load(iter([TAR]), "auditor/base:1", {})


def build(engine: Docker) -> object:
    return engine.images.build(iter([TAR]), "auditor/env:2", {})


def find(engine: Docker) -> object:
    return engine.images.find("auditor/env:1")


def pull(engine: Docker) -> object:
    return engine.images.pull("python:3")


def clean(engine: Docker) -> object:
    return engine.clean(images=True)


def limits(engine: Docker) -> object:
    return engine.unenforced(Limits())


def test_without_a_fault_all_goes_well(engine: Docker, daemon: FakeEngine) -> None:
    for step in (run, load, build, find, pull, clean, limits):
        step(engine)
    assert daemon.containers == {}


def test_cached_images_are_removed_on_demand(engine: Docker, daemon: FakeEngine) -> None:
    for name in (
        "auditor/env:2",
        "auditor/base:1",
        "auditor/probe:1",
        "python:3",
        "auditor/envy:1",
    ):
        daemon.add_image(name)
    assert engine.clean(images=False) == (0, 0)
    daemon.faults["DELETE /images/auditor/env:2"] = refusing(409, "image is being used")
    assert engine.clean(images=True) == (0, 3)
    assert sorted(daemon.images) == ["auditor/env:2", "auditor/envy:1", "python:3"]


STEPS = [
    ("POST /containers/create", run, "creating the container"),
    ("POST /containers/auditor-", run, "starting the container"),
    ("GET /containers/auditor-", run, "creating the container"),
    ("GET /images/auditor/env:1", find, "looking for the image"),
    ("POST /images/create", load, "importing the image"),
    ("POST /images/create", pull, "pulling"),
    ("POST /build", build, "building the image"),
    ("GET /containers/json", clean, "removing what was left over"),
    ("GET /info", limits, "telling what it can do"),
]


@pytest.mark.parametrize(("at", "step", "doing"), STEPS)
def test_a_daemon_that_goes_away(
    engine: Docker, daemon: FakeEngine, at: str, step: Step, doing: str
) -> None:
    daemon.faults[at] = fake.gone
    with pytest.raises(EngineError, match=f"went away while {doing}") as caught:
        step(engine)
    one_line(caught.value, "auditor doctor")


@pytest.mark.parametrize(
    ("at", "step", "doing"),
    [row for row in STEPS if "POST /containers/auditor-" not in row and load not in row],
)
def test_an_answer_that_makes_no_sense(
    engine: Docker, daemon: FakeEngine, at: str, step: Step, doing: str
) -> None:
    daemon.faults[at] = fake.garbage
    with pytest.raises(EngineError, match=doing) as caught:
        step(engine)
    one_line(caught.value, "")
    daemon.faults.clear()


@pytest.mark.parametrize(
    ("at", "step", "doing"), [row for row in STEPS if not {build, load, pull} & set(row)]
)
def test_an_engine_that_is_too_slow(
    engine: Docker, daemon: FakeEngine, at: str, step: Step, doing: str
) -> None:
    engine._client.api.timeout = 0.2
    daemon.faults[at] = fake.slow(0.6)
    with pytest.raises(EngineError, match=f"did not answer in time while {doing}") as caught:
        step(engine)
    one_line(caught.value, "try again")


def test_a_container_that_was_made_unheard_is_removed(engine: Docker, daemon: FakeEngine) -> None:
    def made_but_reset(handler: fake.Handler) -> None:
        daemon.containers[handler.query["name"][0]] = {}
        fake._reset(handler)

    daemon.faults["POST /containers/create"] = made_but_reset
    with pytest.raises(EngineError, match="went away while creating"):
        run(engine)
    assert daemon.containers == {}


def test_an_image_that_went_between_find_and_create(engine: Docker, daemon: FakeEngine) -> None:
    daemon.faults["POST /containers/create"] = refusing(404, "No such image: auditor/env:1")
    with pytest.raises(EngineError, match="auditor/env:1 is gone from the engine") as caught:
        run(engine)
    one_line(caught.value, "replay once more")


@pytest.mark.parametrize(
    ("at", "step", "fault"),
    [
        ("POST /containers/create", run, refusing(500, FULL)),
        ("POST /containers/auditor-", run, refusing(500, FULL)),
        ("POST /images/create", load, refusing(500, FULL)),
        ("POST /images/create", load, fake.saying({"status": "Importing"}, {"error": FULL})),
        ("POST /build", build, refusing(500, FULL)),
        ("POST /build", build, fake.saying({"stream": "Step 1"}, {"error": FULL})),
    ],
)
def test_a_full_disk(engine: Docker, daemon: FakeEngine, at: str, step: Step, fault: Fault) -> None:
    daemon.faults[at] = fault
    with pytest.raises(EngineError, match="disk is full") as caught:
        step(engine)
    one_line(caught.value, "auditor gc --images")
    assert daemon.containers == {}


def test_a_conflict_is_said(engine: Docker, daemon: FakeEngine) -> None:
    daemon.faults["POST /containers/create"] = refusing(409, "Conflict. The name is in use\nby x")
    with pytest.raises(NotReplayedError, match="could not start the replay: Conflict") as caught:
        run(engine)
    one_line(caught.value, "")


def test_a_removal_that_is_under_way_is_no_failure(engine: Docker, daemon: FakeEngine) -> None:
    daemon.faults["DELETE /containers/"] = refusing(409, "removal is already in progress")
    run(engine)
    assert len(daemon.containers) == 1


def test_a_build_that_is_broken_off(engine: Docker, daemon: FakeEngine) -> None:
    daemon.faults["POST /build"] = fake.broken_off({"stream": "Step 1/2 : FROM x"})
    with pytest.raises(EngineError, match="went away while building the image") as caught:
        build(engine)
    one_line(caught.value, "auditor doctor")


def test_a_build_that_makes_nothing(engine: Docker, daemon: FakeEngine) -> None:
    daemon.faults["POST /build"] = fake.saying({"stream": "Step 1/2 : FROM x"})
    with pytest.raises(EngineError, match="failed at building the image") as caught:
        build(engine)
    one_line(caught.value, "")


@pytest.mark.parametrize(
    "fault", [refusing(500, "denied:\nno access"), fake.saying({"error": "denied:\nno access"})]
)
def test_a_registry_that_refuses(engine: Docker, daemon: FakeEngine, fault: Fault) -> None:
    daemon.faults["POST /images/create"] = fault
    with pytest.raises(NotReplayedError, match="cannot be pulled: denied: no access") as caught:
        pull(engine)
    one_line(caught.value, "docker load")


def test_an_import_that_is_refused(engine: Docker, daemon: FakeEngine) -> None:
    daemon.faults["POST /images/create"] = fake.saying({"error": "archive/tar: invalid tar header"})
    with pytest.raises(EngineError, match="importing the image auditor/base:1: archive/tar"):
        load(engine)


def one_line(error: NotReplayedError, hint: str) -> None:
    assert "\n" not in error.message
    assert len(error.message) < 500
    assert hint in error.hint
    assert error.exit_code == 3
