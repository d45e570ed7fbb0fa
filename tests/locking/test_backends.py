"""uv and pip-tools say the same of the same indexes."""

from __future__ import annotations

import base64
import hashlib
import http.server
import importlib.metadata
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from packaging.utils import canonicalize_name

from auditor.locking import Target, lock, search
from auditor.locking.backend import Answer
from auditor.locking.indexes import configured, told
from auditor.locking.pins import Pin
from auditor.locking.pip_tools import PipTools
from auditor.locking.uv import Uv, find_uv
from auditor.model.facts import Distribution
from auditor.model.plan import Lock
from tests.locking.local import make_wheel

SECRET = base64.b64encode(b"me:pa55word").decode()


class Registry:
    """A package index (PEP 691): what it has, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.private = False
        self.yanked: set[str] = set()
        self.asked: list[str] = []

    def put(self, name: str, version: str = "1.0", *, source: bool = False, build: str = "") -> str:
        """Offer a file, whose digest is returned."""
        if source:
            path = self.folder / f"{name}-{version}.tar.gz"
            path.write_text(f"{name} {version} of {self.folder}")
        else:
            path = make_wheel(self.folder, name, {f"{name}.py": version + build}, version)
        if build:
            path = path.rename(path.with_name(f"{name}-{version}-{build}-py3-none-any.whl"))
        return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()

    def page(self, project: str) -> dict[str, Any] | None:
        files = [
            {
                "filename": path.name,
                "url": f"../../files/{path.name}",
                "hashes": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
                "yanked": path.name in self.yanked,
            }
            for path in sorted(self.folder.iterdir())
            if canonicalize_name(path.name.split("-")[0]) == project
        ]
        meta = {"api-version": "1.1"}
        return {"meta": meta, "name": project, "files": files, "versions": []} if files else None


def answer(registry: Registry, request: http.server.BaseHTTPRequestHandler) -> tuple[int, bytes]:
    if registry.private and request.headers.get("Authorization") != f"Basic {SECRET}":
        return 401, b""
    kind, _, name = request.path.strip("/").partition("/")
    if kind == "files" and (registry.folder / name).is_file():
        return 200, (registry.folder / name).read_bytes()
    page = registry.page(name) if kind == "simple" else None
    return (404, b"") if page is None else (200, json.dumps(page).encode())


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], tuple[Registry, str]]]:
    """Return a function that starts an index, and returns it with its address."""
    started = []

    def start() -> tuple[Registry, str]:
        folder = tmp_path / f"registry-{len(started)}"
        folder.mkdir()
        registry = Registry(folder)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append(self.path)
                status, body = answer(registry, self)
                self.send_response(status)
                if status == 401:
                    self.send_header("WWW-Authenticate", "Basic")
                self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_GET  # noqa: N815 - as http.server names it

            def log_message(self, *_: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        return registry, f"127.0.0.1:{server.server_port}/simple"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def uv() -> Uv:
    program = find_uv()
    assert program is not None, "uv is among the libraries that the tests need"
    return Uv(program)


def dist(name: str, version: str = "1.0") -> Distribution:
    return Distribution(name=name, version=version, digest=None)


def both(
    dependencies: tuple[Distribution, ...], target: Target, cache: Path, uv: Uv
) -> tuple[Lock, Lock, Answer]:
    """Return the lock with uv, the lock without it, and what uv could do by itself."""
    pins = tuple(Pin(name=one.name, version=one.version) for one in dependencies)
    module = search
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "backends", lambda: (PipTools(),))
        slow = lock(dependencies, target, cache / "pip-tools-alone", lambda _: None)
    fast = lock(dependencies, target, cache / "both", lambda _: None)
    return fast, slow, uv.find(pins, target, cache / "uv-alone")


@pytest.mark.slow
def test_the_same_lock_from_both(
    serve: Callable[[], tuple[Registry, str]],
    uv: Uv,
    target: Target,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry, address = serve()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://{address}")
    for name in ("plain", "pre", "both"):
        registry.put(name)
    registry.put("both", source=True)
    registry.put("both", "1.1")
    registry.put("pre", "2.0b1")
    registry.put("source_only", source=True)
    registry.put("local", "1.0+cpu")
    registry.put("local", "1.0")
    registry.put("yanked")
    registry.put("Odd_Name", "1.0.post1")
    registry.yanked.add("yanked-1.0-py3-none-any.whl")
    versions = {"pre": "2.0b1", "odd-name": "1.0.post1", "local": "1.0", "gone": "3"}
    names = ("both", "gone", "local", "odd-name", "plain", "pre", "source-only", "yanked")
    dependencies = tuple(dist(name, versions.get(name, "1.0")) for name in names)
    fast, slow, alone = both(dependencies, target, tmp_path, uv)
    assert fast == slow
    assert [wheel.name for wheel in fast.wheels] == [n for n in names if n != "gone"]
    assert fast.requirements.count("--hash") == 8
    assert "+cpu" not in "".join(wheel.file for wheel in fast.wheels)
    # What uv has to leave to pip-tools; the rest it found by itself.
    assert set(names) - set(alone.found) == {"gone", "local", "source-only"}


def test_every_index_counts_and_is_asked_with_its_credentials(
    serve: Callable[[], tuple[Registry, str]],
    uv: Uv,
    target: Target,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (public, address), (private, hidden) = serve(), serve()
    private.private = True
    monkeypatch.setenv("PIP_INDEX_URL", f"http://{address}")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"http://me:pa55word@{hidden}")
    one = {public.put("shared"), private.put("shared", build="2")}
    private.put("inhouse", "1.0+cu126")
    public.put("outside")
    dependencies = (dist("inhouse", "1.0+cu126"), dist("outside"), dist("shared"))
    fast, slow, alone = both(dependencies, target, tmp_path, uv)
    assert fast == slow
    assert set(alone.found) == {"inhouse", "outside", "shared"}
    assert set(alone.found["shared"].hashes) == one
    assert fast.unlocked == ()
    assert fast.wheels[2].file == "shared-1.0-2-py3-none-any.whl"
    for text in (msgspec.json.encode(fast).decode(), told(configured())):
        assert "pa55word" not in text
    assert f"http://{hidden.partition('/')[0]}/files/inhouse" in fast.pylock


def test_a_label_that_no_index_has_says_where_it_may_be(
    serve: Callable[[], tuple[Registry, str]],
    target: Target,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry, address = serve()
    registry.put("torch", "2.0")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:pa55word@{address}")
    made = lock((dist("torch", "2.0+cpu"),), target, tmp_path, lambda _: None)
    (entry,) = made.unlocked
    assert entry.reason == (
        "could not be locked: no package index that answers has torch==2.0+cpu "
        f"(asked: http://{address}; builds with a label like +cpu are on an index of their own, "
        "such as https://download.pytorch.org/whl/cpu)"
    )


@pytest.mark.slow
def test_the_same_lock_of_the_environment_that_runs_this(
    uv: Uv, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    dependencies = tuple(
        {
            canonicalize_name(one.metadata["Name"]): dist(
                canonicalize_name(one.metadata["Name"]), one.version
            )
            for one in importlib.metadata.distributions()
            if canonicalize_name(one.metadata["Name"]) != "auditor"
        }.values()
    )[::3]
    fast, slow, alone = both(dependencies, target, tmp_path, uv)
    assert fast == slow
    assert fast.unlocked == ()
    assert len(fast.wheels) == len(dependencies) > 20
    assert len(alone.found) == len(dependencies)


def test_uv_is_found_on_the_path_or_as_a_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "uv"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_uv() == str(program)
    monkeypatch.setenv("PATH", "/nowhere")
    found = find_uv()
    assert found is not None
    assert Path(found).is_file()


@pytest.mark.parametrize("script", ["exit 3", "echo 'nothing is named' >&2; exit 1"])
def test_an_uv_that_fails_leaves_all_to_pip_tools(
    tmp_path: Path, target: Target, script: str
) -> None:
    program = tmp_path / "uv"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    pins = (Pin(name="one", version="1.0"),)
    assert Uv(str(program)).find(pins, target, tmp_path) == Answer()
    assert Uv("/nowhere/uv").find(pins, target, tmp_path) == Answer()
    pypy = msgspec.structs.replace(target, implementation="pypy")
    assert Uv(str(program)).find(pins, pypy, tmp_path) == Answer()
