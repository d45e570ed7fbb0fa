from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import MachineError, NotReplayedError
from auditor.model.fact import recorded, unknown
from auditor.model.facts import Image, Interpreter, System
from auditor.replay import Options, execute, prepare
from auditor.replay.base import host as base_host
from auditor.replay.base import libraries
from auditor.replay.base.choose import choose_base
from auditor.replay.base.differences import differences, same_python
from auditor.replay.base.find_python import find_python
from auditor.replay.base.host import base_image, members
from auditor.replay.base.python import Python, ask, parse, target
from auditor.replay.engines import Container, Engine
from auditor.replay.environment.tarball import link, stream


def with_interpreter(make: Any, interpreter: Interpreter | None, argv: tuple[str, ...]) -> Any:
    fingerprint = make.fingerprint(argv)
    fact: Any = unknown("?") if interpreter is None else recorded(interpreter, "test")
    environment = msgspec.structs.replace(fingerprint.recipe.environment, interpreter=fact)
    recipe = msgspec.structs.replace(fingerprint.recipe, environment=environment)
    return msgspec.structs.replace(fingerprint, recipe=recipe)


def test_finds_the_interpreter_that_ran(make: Any, python: Python) -> None:
    assert find_python(make.fingerprint()) == python
    gone = make.interpreter(executable="/gone/bin/python")
    assert find_python(make.fingerprint(interpreter=gone)) == python
    moved = make.interpreter(executable="/gone/bin/python", base_prefix="/gone")
    assert find_python(make.fingerprint(interpreter=moved)).version == python.version


def test_what_a_fingerprint_from_elsewhere_names_is_not_executed(
    make: Any, python: Python, tmp_path: Path
) -> None:
    program = tmp_path / "bin" / "python3"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\ntouch {tmp_path}/done\nexec {python.executable} "$@"\n')
    program.chmod(0o755)
    for hostile in (
        make.interpreter(executable=str(program), base_prefix="/gone"),
        make.interpreter(executable="/gone", base_prefix=str(tmp_path)),
        make.interpreter(executable="/gone", version=f"3/../../{program}", base_prefix="/gone"),
        make.interpreter(executable=f"/usr/../{program}", base_prefix="/gone"),
    ):
        with suppress(NotReplayedError):
            find_python(make.fingerprint(interpreter=hostile))
        assert not (tmp_path / "done").exists()
    own = make.interpreter(executable=str(program))
    assert find_python(make.fingerprint(interpreter=own), trusted=True) == python
    assert (tmp_path / "done").exists()


def test_another_version_is_not_taken_for_it(make: Any) -> None:
    other = make.interpreter(version="3.2.1")
    with pytest.raises(
        NotReplayedError, match=r"cpython 3\.2\.1, is not on this machine"
    ) as caught:
        find_python(make.fingerprint(interpreter=other))
    assert "--image python:3.2.1" in caught.value.hint


def test_where_it_is_not_known_the_one_of_the_command_is_taken(make: Any) -> None:
    for first in ("python3", "torchrun"):
        found = find_python(with_interpreter(make, None, (first,)))
        expected = ask(Path(str(shutil.which("python3"))))
        assert expected is not None
        assert found == expected


def test_an_interpreter_within_the_project_would_be_hidden(make: Any, python: Python) -> None:
    fingerprint = make.fingerprint(root=str(Path(python.executable).parents[1]))
    with pytest.raises(NotReplayedError, match="lies within the project"):
        choose_base(fingerprint, None, Options(), lambda _: None)  # type: ignore[arg-type]


def test_says_in_what_the_base_differs(make: Any, python: Python) -> None:
    assert differences(python, make.fingerprint()) == ()
    assert differences(python, with_interpreter(make, None, ("python",))) == ()
    interpreter = make.interpreter(version="3.2.1")
    (entry,) = differences(python, make.fingerprint(interpreter=interpreter))
    assert entry.subject == "environment.python"
    (entry,) = differences(python, make.fingerprint(interpreter=make.interpreter(build="other")))
    assert "another build" in entry.reason
    (entry,) = differences(python, make.fingerprint(libc=recorded("glibc 2.17", "test")))
    assert entry.subject == "system.library:libc"
    older = python.libraries | {"openssl": "OpenSSL 1.1.1", "gone": "1"}
    found = differences(python, make.fingerprint(libraries=recorded(older, "test")))
    assert [(entry.subject, entry.reason) for entry in found] == [
        ("system.library:gone", "the run had 1, the base has none"),
        (
            "system.library:openssl",
            f"the run had OpenSSL 1.1.1, the base has {python.libraries['openssl']}",
        ),
    ]
    system = System(system="Linux", distribution="Alpine Linux v3.19", machine="x86_64")
    (entry,) = differences(python, make.fingerprint(system=recorded(system, "test")))
    assert entry.subject == "environment.distribution"
    assert python.distribution in entry.reason
    (entry,) = differences(python, make.fingerprint(interpreter=make.interpreter(soabi="other")))
    assert entry.subject == "environment.python.soabi"


def test_the_same_python_on_another_machine_has_another_abi(make: Any, python: Python) -> None:
    soabi = "-".join([*python.soabi.split("-")[:2], "s390x-linux-gnu"])
    there = make.interpreter(soabi=soabi)
    assert not same_python(python, there)
    assert same_python(python, there, other_machine=True)
    assert not same_python(python, make.interpreter(soabi="cpython-3-x"), other_machine=True)
    assert not same_python(python, make.interpreter(implementation="PyPy"), other_machine=True)


def test_what_is_no_python_describes_nothing(tmp_path: Path) -> None:
    assert ask(Path("/bin/false")) is None
    assert ask(tmp_path / "gone") is None
    assert parse("no json") is None
    assert parse("{}") is None
    assert parse("{") is None


def test_a_python_is_a_target(python: Python) -> None:
    assert target(python).version == python.version


def test_consists_of_the_interpreter_and_its_libraries(python: Python) -> None:
    found = members(python)
    assert python.executable in found
    assert f"{python.stdlib}/os.py" in found
    assert not any("/site-packages/" in path for path in found)
    names = {Path(path).name for path in found}
    assert {"libc.so.6", "libpthread.so.0", "libstdc++.so.6", "libgcc_s.so.1"} <= names
    assert {"passwd", "localtime", "Berlin"} <= names
    for path in found:
        for folder in map(str, Path(path).parents):
            assert folder not in found or not found[folder].target, f"{path} lies below a link"


def test_many_locales_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_host, "_MOST_LOCALES", 0)
    assert all("C." in str(path) for path in base_host._locales())
    del tmp_path


def test_names_the_user_where_it_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_host, "_ids", lambda: (1000, 1000))
    made = base_host._made()
    assert b"auditor:x:1000:1000" in (made["/etc/passwd"].data or b"")
    assert b"auditor:x:1000:" in (made["/etc/group"].data or b"")


def test_a_standard_library_that_is_not_there_is_said(python: Python) -> None:
    moved = msgspec.structs.replace(python, stdlib="/gone", platstdlib="/gone")
    with pytest.raises(NotReplayedError, match="is not at /gone"):
        members(moved)


def test_tools_that_are_not_there_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(NotReplayedError, match="cannot be listed: ldd"):
        libraries.closure([Path(sys.executable)])
    monkeypatch.setattr(libraries, "_LDCONFIG", ("/nonexistent/ldconfig",))
    assert libraries.manylinux() == ()


@pytest.fixture
def tag(engine: Any) -> Iterator[str]:
    name = f"auditor/base:test-{uuid.uuid4().hex[:8]}"
    yield name
    engine._client.images.remove(name, force=True)


@pytest.mark.docker
def test_makes_the_image_once(python: Python, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_host, "_FORMAT", uuid.uuid4().hex)
    said: list[str] = []
    image = base_image(python, engine, said.append)
    try:
        assert base_image(python, engine, said.append) == image
        assert said == [f"making an image from {python.executable}"]
        code = "import ssl, sqlite3, ctypes, lzma, decimal, sys; print(sys.version)"
        argv = (python.executable, "-c", code)
        ended = engine.run(Container(image=image.id, argv=argv, user="65534:65534", talk=True))
        assert ended.output.strip().replace("\r", "") == python.build
        again = engine.images.load(stream(members(python)), image.reference, {})
        assert again.layers == image.layers
        assert again.platform.startswith("linux/")
    finally:
        engine._client.images.remove(image.reference)
        if engine.images.find(image.id) is not None:
            engine._client.images.remove(image.id)


@pytest.mark.docker
def test_a_source_that_vanishes_is_said(engine: Engine) -> None:
    def broken() -> Iterator[bytes]:
        yield b""
        raise MachineError("a file of an image cannot be read: gone")

    with pytest.raises(MachineError, match="gone"):
        engine.images.load(broken(), "auditor/base:broken", {})


@pytest.mark.docker
def test_replays_in_a_chosen_image_or_in_the_one_of_the_run(
    make: Any, python: Python, engine: Engine, cache: Path, tag: str
) -> None:
    content = members(python) | {"/usr/bin/python3": link(python.executable)}
    image = engine.images.load(stream(content), tag, {})
    fingerprint = make.fingerprint(source={"train.py": "import sys; print(sys.prefix)"})
    prepared = prepare(
        fingerprint,
        make.objects,
        engine,
        Options(image=tag),
        tell=lambda _: None,
        cache=cache,
    )
    assert prepared.plan.base.kind == "image"
    assert prepared.plan.base.python == python.executable
    with execute(prepared, make.objects, engine, 1) as executed:
        assert (executed.observation / "stdout").read_text() == "/opt/auditor/env\n"
    engine._client.images.remove(prepared.image.reference)  # type: ignore[attr-defined]
    own = msgspec.structs.replace(
        fingerprint,
        recipe=msgspec.structs.replace(
            fingerprint.recipe,
            image=recorded(Image(reference="gone:1", id=image.id), "test"),
        ),
    )
    chosen = choose_base(own, engine, Options(), lambda _: None)
    assert chosen.base.reason == "the run was in this image"
    assert choose_base(own, engine, Options(base="host"), lambda _: None).base.kind == "host"
