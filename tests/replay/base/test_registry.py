"""Published images, from a registry that is really there: Debian's, on a port of its own."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from auditor.errors import InputError, NotReplayedError
from auditor.model.fact import recorded
from auditor.model.facts import Image, Program, Programs, SharedLibrary, System
from auditor.replay import Options, execute, prepare
from auditor.replay.base import registry as registry_module
from auditor.replay.base.choose import Chosen, choose_base
from auditor.replay.base.host import members
from auditor.replay.base.python import Python
from auditor.replay.base.registry import DEFAULT, Registry, python_tag, registry_of
from auditor.replay.engines import Engine
from auditor.replay.engines.published import Published
from auditor.replay.environment.tarball import link, stream, text

CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {data}}}}}
http: {{addr: "localhost:{port}"}}
"""


class Local:
    """A registry that can be stopped and started again, its images kept in ``folder``."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self.port = int(free.getsockname()[1])
        self.prefix = f"localhost:{self.port}"
        self.config = folder / "config.yml"
        self.config.write_text(CONFIG.format(data=folder / "data", port=self.port))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("docker-registry")
        assert program is not None, "scripts/setup.sh registry installs it"
        self.process = subprocess.Popen(
            [program, "serve", str(self.config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < deadline, "the registry did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def put(self, kind: str, name: str, data: bytes, media: str) -> str:
        """Upload a manifest, or what one is about; return its digest."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        url = f"http://{self.prefix}/v2/python/{kind}/"
        headers = {"Content-Type": media}
        if kind == "manifests":
            answer = requests.put(url + name, data=data, headers=headers, timeout=10)
        else:
            place = requests.post(url + "uploads/", timeout=10).headers["Location"]
            answer = requests.put(f"{place}&digest={digest}", data=data, timeout=10)
        answer.raise_for_status()
        return digest

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://{self.prefix}/v2/", timeout=1).ok
        except requests.ConnectionError:
            return False


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    made = Local(tmp_path_factory.mktemp("registry"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def running(local: Local) -> Local:
    if local.process is None:
        local.start()
    return local


@pytest.fixture(scope="module")
def tag(python: Python) -> str:
    return f"python:{python.version}-slim"


@pytest.fixture(scope="module")
def own(engine: Any, python: Python) -> Iterator[Image]:
    """Make an image like those that are published: Python is on PATH, and found by its name."""
    content = members(python) | {"/usr/bin/python3": link(python.executable)}
    name = f"auditor/base:published-{uuid.uuid4().hex[:8]}"
    yield engine.images.load(stream(content), name, {})
    engine._client.images.remove(name)


@pytest.fixture(scope="module")
def published(local: Local, engine: Any, own: Image, tag: str) -> Iterator[str]:
    """Publish this machine's Python; return its digest. Here, it is under no name."""
    yield _publish(local, engine, tag, own)
    _forget(engine, local)


@pytest.fixture
def moved(running: Local, engine: Any, own: Image, python: Python, tag: str) -> Iterator[str]:
    """Publish another image under the tag; return its digest."""
    content = members(python) | {"/usr/bin/python3": link(python.executable), "/new": text("1")}
    newer = engine.images.load(stream(content), f"auditor/base:newer-{uuid.uuid4().hex[:8]}", {})
    yield _publish(running, engine, tag, newer)
    _publish(running, engine, tag, own)
    engine._client.images.remove(newer.reference)


def _publish(local: Local, engine: Any, tag: str, own: Image) -> str:
    repository, _colon, version = f"{local.prefix}/{tag}".rpartition(":")
    engine._client.images.get(own.id).tag(repository, version)
    lines = engine._client.images.push(repository, version, stream=True, decode=True)
    (digest,) = [line["aux"]["Digest"] for line in lines if "aux" in line]
    _forget(engine, local)
    return str(digest)


def _forget(engine: Any, local: Local) -> None:
    """Remove every name that an image of the registry has on this engine."""
    for image in engine._client.api.images():
        for name in [*(image["RepoTags"] or ()), *(image["RepoDigests"] or ())]:
            if name.startswith(local.prefix) and engine.images.find(name) is not None:
                engine._client.images.remove(name)


@pytest.fixture
def choose(
    make: Any, engine: Engine, running: Local, published: str, tmp_path: Path
) -> Iterator[Any]:
    def chosen(fingerprint: Any = None, pinned: str | None = None, **options: Any) -> Chosen:
        settings = {"registry": running.prefix, "base": "registry", **options}
        run = fingerprint if fingerprint is not None else using(make.fingerprint())
        said: list[str] = []
        place = tmp_path / "cache"
        made = choose_base(
            run, engine, Options(**settings), said.append, cache=place, pinned=pinned
        )
        assert not made.contents or made.python == made.contents.python
        chosen.said = said  # type: ignore[attr-defined]
        return made

    assert published
    yield chosen
    _forget(engine, running)


def using(fingerprint: Any, programs: tuple[str, ...] = (), libraries: tuple[str, ...] = ()) -> Any:
    """Return the fingerprint of a run that used these of its system."""
    value = Programs(
        programs=tuple(Program(path=one, file=one, starts=1, digest=None) for one in programs),
        libraries=tuple(SharedLibrary(file=one, digest=None) for one in libraries),
    )
    record = msgspec.structs.replace(fingerprint.record, programs=recorded(value, "test"))
    return msgspec.structs.replace(fingerprint, record=record)


def test_where_published_images_come_from() -> None:
    assert registry_of({}) == DEFAULT
    assert registry_of({"AUDITOR_REGISTRY": "none"}) == ""
    assert registry_of({"AUDITOR_REGISTRY": "localhost:5000"}) == "localhost:5000"
    for wrong in ("https://x.org", "-x", "a b", "x/../y", "x?y"):
        with pytest.raises(InputError, match="AUDITOR_REGISTRY"):
            registry_of({"AUDITOR_REGISTRY": wrong})


def test_which_image_is_published_for_a_python(make: Any) -> None:
    assert python_tag(make.interpreter(version="3.13.0rc1")) == "python:3.13.0rc1-slim"
    for changes in ({"implementation": "pypy"}, {"version": "3.12.0+"}, {"version": "3/../x"}):
        with pytest.raises(NotReplayedError, match="known to be published"):
            python_tag(make.interpreter(**changes))


def test_which_registry_serves_an_image(engine: Engine, tmp_path: Path) -> None:
    def serves(prefix: str, reference: str) -> bool:
        return Registry(prefix, engine, tmp_path, lambda _: None).serves(reference)

    assert serves(DEFAULT, "ada/model@sha256:1")
    assert serves(DEFAULT, "python")
    assert serves("ghcr.io/x", "ghcr.io/y/z")
    assert not serves(DEFAULT, "10.0.0.1:80/x")
    assert not serves(DEFAULT, "localhost/x")


@pytest.mark.docker
def test_the_published_image_is_taken_by_its_digest(
    choose: Any, running: Local, published: str, python: Python, tag: str
) -> None:
    made = choose(base="auto")
    assert made.base.kind == "registry"
    assert made.base.reference == f"{running.prefix}/python@{published}"
    assert tag in made.base.reason
    assert made.base.python == python.executable
    assert made.unhonoured == ()
    assert choose.said[0].startswith("asking")
    assert choose().base.reference == made.base.reference
    assert choose.said == []


@pytest.mark.docker
@pytest.mark.slow
def test_a_run_is_replayed_in_it_and_the_lock_keeps_which(
    make: Any, engine: Any, running: Local, published: str, tmp_path: Path
) -> None:
    fingerprint = using(make.fingerprint(source={"train.py": "import sys; print(sys.prefix)"}))
    options = Options(registry=running.prefix)
    prepared = prepare(
        fingerprint, make.objects, engine, options, tell=lambda _: None, cache=tmp_path / "cache"
    )
    try:
        assert prepared.plan.base.kind == "registry"
        assert prepared.plan.lock.base == published
        with execute(prepared, make.objects, engine, 1) as executed:
            assert (executed.observation / "stdout").read_text() == "/opt/auditor/env\n"
    finally:
        engine._client.images.remove(prepared.image.reference)
        _forget(engine, running)


@pytest.mark.docker
def test_the_same_bytes_are_taken_when_the_tag_has_moved(
    choose: Any, engine: Any, running: Local, published: str, moved: str
) -> None:
    assert choose().base.reference.endswith(moved)
    assert choose(pinned=published).base.reference.endswith(published)
    _forget(engine, running)
    other = choose(pinned="sha256:" + "0" * 64)
    assert other.base.reference.endswith(moved)
    assert "the image of an earlier replay is not to be had" in other.base.reason


@pytest.mark.docker
def test_a_registry_that_is_silent_is_asked_once_an_hour(
    choose: Any, running: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.stop()
    first = choose(base="auto")
    assert first.base.kind == "host"
    assert "did not answer: " in first.base.reason
    assert choose.said[0].startswith("asking")
    second = choose(base="auto")
    assert "is asked once an hour" in second.base.reason
    assert not any(line.startswith("asking") for line in choose.said)
    with pytest.raises(NotReplayedError, match="is asked once an hour"):
        choose()
    running.start()
    assert choose(base="auto").base.kind == "host"
    later = time.time() + 3601
    monkeypatch.setattr("auditor.replay.base.registry.time.time", lambda: later)
    assert choose(base="auto").base.kind == "registry"


@pytest.mark.docker
def test_an_image_that_is_here_is_taken_without_asking(choose: Any, running: Local) -> None:
    reference = choose().base.reference
    running.stop()
    assert choose(base="auto").base.reference == reference
    assert choose.said == []


@pytest.mark.docker
def test_a_registry_that_dies_while_it_is_asked(
    choose: Any, engine: Any, running: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = engine.images.published

    def dies(reference: str, seconds: float) -> Published:
        answer: Published = ask(reference, seconds)
        running.stop()
        return answer

    monkeypatch.setattr(engine.images, "published", dies)
    made = choose(base="auto")
    assert made.base.kind == "host"
    assert "cannot be pulled" in made.base.reason


@pytest.mark.docker
def test_a_registry_that_never_answers_is_not_waited_for(
    choose: Any, running: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.stop()
    monkeypatch.setattr(registry_module, "_SECONDS", 0.2)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deaf.bind(("localhost", running.port))
        deaf.listen()
        begun = time.monotonic()
        with pytest.raises(NotReplayedError, match=r"no answer within 0\.2 s"):
            choose()
        assert time.monotonic() - begun < 5


class Fetches:
    """An engine that can fetch from registries and not ask them, as Podman 4."""

    def __init__(self, digests: tuple[str, ...]) -> None:
        self.images = self
        self.digests = digests
        self.fetched: list[str] = []

    def find(self, reference: str) -> Image | None:
        return self._image(reference) if reference in self.digests and self.fetched else None

    def published(self, _reference: str, _seconds: float) -> Published:
        return Published(answered=False, able=False, reason="the engine cannot ask it")

    def pull(self, reference: str) -> Image:
        self.fetched.append(reference)
        return self._image(reference)

    def _image(self, reference: str) -> Image:
        platform = "linux/amd64"
        return Image(
            reference=reference, id="sha256:1", repo_digests=self.digests, platform=platform
        )


def test_an_engine_that_cannot_ask_fetches_by_tag(tmp_path: Path) -> None:
    digest = "python@sha256:" + "ab" * 32
    engine: Any = Fetches((digest, f"docker.io/library/{digest}"))
    registry = Registry(DEFAULT, engine, tmp_path, lambda _: None)
    for _ in range(2):
        image, note = registry.by_tag("python:3.11.7-slim", "linux/amd64", None)
        assert (image.reference, note) == (f"{DEFAULT}/{digest}", "")
    assert engine.fetched == [f"{DEFAULT}/python:3.11.7-slim"]


def test_an_image_of_another_platform_is_not_taken_though_it_was_fetched(tmp_path: Path) -> None:
    registry = Registry(DEFAULT, Fetches(()), tmp_path, lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(NotReplayedError, match="is for linux/amd64, not for linux/arm64"):
        registry.by_tag("python:3.11.7-slim", "linux/arm64", None)


@pytest.mark.docker
def test_an_image_that_is_not_published(choose: Any, make: Any) -> None:
    interpreter = make.interpreter(version="3.2.1")
    with pytest.raises(NotReplayedError, match=r"has no localhost:\d+/python:3\.2\.1-slim"):
        choose(using(make.fingerprint(interpreter=interpreter)))
    with pytest.raises(NotReplayedError, match=r"is not on this machine; not a published image"):
        choose(using(make.fingerprint(interpreter=interpreter)), base="auto")
    with pytest.raises(NotReplayedError, match="AUDITOR_REGISTRY is none"):
        choose(registry="")


@pytest.mark.docker
def test_an_image_for_another_platform_is_refused(choose: Any, make: Any, running: Local) -> None:
    config = json.dumps(
        {"architecture": "arm64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
    ).encode()
    kind = "application/vnd.docker.container.image.v1+json"
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": kind,
            "size": len(config),
            "digest": running.put("blobs", "", config, kind),
        },
        "layers": [],
    }
    data = json.dumps(manifest).encode()
    running.put("manifests", "3.2.2-slim", data, str(manifest["mediaType"]))
    interpreter = make.interpreter(version="3.2.2")
    with pytest.raises(NotReplayedError, match=r"is published for linux/arm64, not for linux/"):
        choose(using(make.fingerprint(interpreter=interpreter)))


@pytest.mark.docker
def test_one_that_lacks_what_the_run_used_is_not_taken_by_itself(choose: Any, make: Any) -> None:
    run = using(
        make.fingerprint(),
        programs=("/usr/bin/no-such-program", "/usr/bin/python3"),
        libraries=("/usr/lib/libc.so.6", "/usr/lib/libssl.so.9", "/usr/lib/libnosuch.so.1.2"),
    )
    made = choose(run, base="auto")
    assert made.base.kind == "host"
    assert "the run used no-such-program, and the image has none" in made.base.reason
    forced = choose(run)
    assert forced.base.kind == "registry"
    assert [row.subject for row in forced.unhonoured] == [
        "system.program:no-such-program",
        "system.library:libnosuch.so.1",
    ]
    unknown_use = choose(make.fingerprint(), base="auto")
    assert unknown_use.base.kind == "host"
    assert "which programs and system libraries the run used is not known" in (
        unknown_use.base.reason
    )


@pytest.mark.docker
def test_where_there_is_no_other_it_is_taken_with_what_it_lacks(
    choose: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: Any, **_options: Any) -> Python:
        raise NotReplayedError("the interpreter that ran is not on this machine")

    monkeypatch.setattr("auditor.replay.base.candidates.find_python", gone)
    made = choose(using(make.fingerprint(), programs=("/usr/bin/no-such-program",)), base="auto")
    assert made.base.kind == "registry"
    assert "is not on this machine" in made.base.reason
    assert [row.subject for row in made.unhonoured] == ["system.program:no-such-program"]


@pytest.mark.docker
def test_the_image_that_the_run_was_in_is_fetched_where_it_is_from_a_known_place(
    choose: Any, make: Any, running: Local, published: str
) -> None:
    reference = f"{running.prefix}/python@{published}"
    image = Image(reference="my/image:1", id="sha256:" + "1" * 64, repo_digests=(reference,))
    run = using(make.fingerprint())
    recipe = msgspec.structs.replace(run.recipe, image=recorded(image, "test"))
    run = msgspec.structs.replace(run, recipe=recipe)
    elsewhere = choose(run, base="auto", registry="localhost:1")
    assert elsewhere.base.kind == "host"
    assert f"docker pull {reference} fetches it" in elsewhere.base.reason
    made = choose(run, base="auto")
    assert (made.base.kind, made.base.reference) == ("image", reference)
    assert made.base.reason == "the run was in this image"
    assert choose(run, base="auto", registry="localhost:1", trusted=True).base == made.base


@pytest.mark.docker
def test_a_run_of_another_architecture_is_refused_unless_it_is_welcome(
    choose: Any, make: Any
) -> None:
    system = System(system="Linux", distribution="", machine="s390x")
    run = using(make.fingerprint(system=recorded(system, "test")))
    with pytest.raises(NotReplayedError, match="the run was on s390x, and this machine is") as told:
        choose(run, base="host")
    assert "--force" in told.value.hint
    made = choose(run, base="host", other_machine=True)
    assert "environment.machine" in {row.subject for row in made.unhonoured}


@pytest.mark.docker
def test_a_local_image_under_the_tag_needs_no_registry(
    choose: Any, engine: Any, own: Image, published: str, running: Local, tag: str
) -> None:
    engine._client.images.get(own.id).tag(*f"{running.prefix}/{tag}".rsplit(":", 1))
    running.stop()
    made = choose()
    assert made.image.id == own.id
    assert made.base.reference in {own.id, f"{running.prefix}/python@{published}"}
