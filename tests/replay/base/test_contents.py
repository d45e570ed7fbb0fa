"""What lies in an image, and what of it a run needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import EngineError, NotReplayedError
from auditor.model.facts import Image
from auditor.replay.base.contents import Contents, contents_of, missing
from auditor.replay.base.host import base_image
from auditor.replay.base.python import Python
from auditor.replay.base.remembered import recall, remember
from auditor.replay.engines import Container, Ended


def contents(python: Python, **members: Any) -> Contents:
    empty: dict[str, Any] = {"programs": (), "libraries": (), "locales": (), "zones": ()}
    return Contents(python=python, **(empty | members))


def test_what_is_missing_is_told_by_its_soname(python: Python) -> None:
    image = contents(
        python,
        programs=("git", "sort"),
        libraries=("libgomp.so.1", "libgomp.so.1.0.0", "libz.so.1.2.11", "plugin.so"),
    )
    programs = ("/usr/bin/sort", "/opt/tool/bin/R")
    libraries = (
        *("/lib/libgomp.so.1.0.1", "/lib/libgomp.so.2.0.0", "/x/plugin.so", "/x/other.so"),
        # An image's Python has its own of these.
        *("/lib/libc.so.6", "/lib/libc-2.31.so", "/lib/ld-linux-x86-64.so.2", "/lib/libm.so.6"),
        *("/lib/libz.so.1.2.13", "/lib/libssl.so.3", "/usr/lib/libpython3.11.so.1.0"),
        *("/lib/libpthread.so.0", "/lib/libnss_files-2.31.so"),
    )
    assert missing(image, programs, libraries) == ["R", "libgomp.so.2", "other.so"]
    assert missing(image, (), ()) == []


@pytest.mark.docker
def test_an_image_is_asked_once(python: Python, engine: Any, tmp_path: Path) -> None:
    image = base_image(python, engine, lambda _: None)
    asked: list[Container] = []

    class Asked:
        def run(self, container: Container) -> Ended:
            asked.append(container)
            argv = (python.executable, *container.argv[1:])  # there is none on PATH
            ended: Ended = engine.run(msgspec.structs.replace(container, argv=argv))
            return ended

    found = contents_of(image, Asked(), tmp_path)  # type: ignore[arg-type]
    assert found.python.version == python.version
    assert found.python.libraries == python.libraries
    assert "Europe/Berlin" in found.zones
    assert "libc.so.6" in found.libraries
    assert contents_of(image, Asked(), tmp_path) == found  # type: ignore[arg-type]
    assert len(asked) == 1


class Engine:
    """An engine in whose images Python prints this, or does not run."""

    def __init__(self, output: str = "", code: int = 0, error: Exception | None = None) -> None:
        self.output, self.code, self.error = output, code, error

    def run(self, container: Container) -> Ended:
        assert container.argv[1:3] == ("-I", "-c")
        if self.error is not None:
            raise self.error
        return Ended(code=self.code, output=self.output)


@pytest.mark.parametrize(
    "engine",
    [
        Engine(error=NotReplayedError("no such program")),
        Engine(code=1),
        Engine("nothing that makes sense"),
        Engine("{}\n{}"),
        Engine('{"x": 1}'),
    ],
)
def test_an_image_without_python_is_said(engine: Any, tmp_path: Path) -> None:
    image = Image(reference="busybox:1", id="sha256:1")
    with pytest.raises(NotReplayedError, match="no Python runs in the image busybox:1"):
        contents_of(image, engine, tmp_path)


def test_an_engine_that_is_gone_is_not_an_image_without_python(tmp_path: Path) -> None:
    engine: Any = Engine(error=EngineError("gone"))
    with pytest.raises(EngineError, match="gone"):
        contents_of(Image(reference="x", id="sha256:1"), engine, tmp_path)


def test_what_is_remembered_can_be_damaged(python: Python, tmp_path: Path) -> None:
    image = contents(python, zones=("UTC",))
    remember(tmp_path, "images", "one", image)
    assert recall(tmp_path, "images", "one", Contents) == image
    assert recall(tmp_path, "images", "other", Contents) is None
    (file,) = tmp_path.rglob("*.json")
    file.write_text("{")
    assert recall(tmp_path, "images", "one", Contents) is None
