"""Time zone and locale of the run are in the container, whatever its image has."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.model.fact import recorded
from auditor.model.facts import Image, Locale
from auditor.model.plan import Base, Mount
from auditor.replay import Options, execute, prepare
from auditor.replay.base.candidates import Chosen
from auditor.replay.base.contents import Contents
from auditor.replay.base.host import members
from auditor.replay.base.python import Python
from auditor.replay.environment.tarball import link, stream
from auditor.replay.planning import world
from auditor.replay.planning.plan import plan
from auditor.replay.planning.world import world_of
from tests.replay.tree.test_layout import BASE, NOTHING

BERLIN = "/usr/share/zoneinfo/Europe/Berlin"


def chosen(
    python: Python, *, zones: tuple[str, ...] = (), locales: tuple[str, ...] = (), bare: bool = True
) -> Chosen:
    """Return an image that has these; or one made here."""
    contents = Contents(python=python, programs=(), libraries=(), locales=locales, zones=zones)
    base = Base(kind="image" if bare else "host", reference="x", reason="")
    image = Image(reference="x", id="sha256:1")
    return Chosen(base=base, image=image, python=python, contents=contents if bare else None)


def world_at(make: Any, image: Chosen, *, zone: str = "", locale: str = "") -> world.World:
    facts: dict[str, Any] = {}
    if zone:
        facts["zone"] = recorded(zone, "test")
    if locale:
        value = Locale(category=locale, preferred_encoding="utf-8", filesystem_encoding="utf-8")
        facts["locale"] = recorded(value, "test")
    fingerprint = make.fingerprint(**facts)
    return world_of(plan(fingerprint, NOTHING, BASE, Options()), image, fingerprint)


def test_a_zone_that_the_image_lacks_is_mounted(make: Any, python: Python) -> None:
    found = world_at(make, chosen(python), zone="Europe/Berlin")
    source = str(Path(BERLIN).resolve())
    assert found.mounts == (Mount(source=source, target=BERLIN, read_only=True),)
    assert found.unhonoured == ()


@pytest.mark.parametrize("zone", ["UTC", "CET-1CEST", "Europe/Berlin"])
def test_a_zone_that_is_there_needs_nothing(make: Any, python: Python, zone: str) -> None:
    nothing = world.World()
    assert world_at(make, chosen(python, zones=("Europe/Berlin",)), zone=zone) == nothing
    assert world_at(make, chosen(python, bare=False), zone=zone) == nothing


def test_a_zone_that_is_nowhere_is_said(make: Any, python: Python) -> None:
    found = world_at(make, chosen(python), zone="Mars/Olympus")
    assert found.mounts == ()
    assert [row.subject for row in found.unhonoured] == ["time.zone"]
    assert world_at(make, chosen(python, bare=False), zone="Mars/Olympus") == found
    for zone in ("A" * 300, "abc" + "1" * 300):  # longer than a file's name can be
        assert world_at(make, chosen(python), zone=zone).mounts == ()


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of compiled locales with a German one."""
    place = tmp_path / "locale"
    place.mkdir()
    made = place / "de_DE.utf8"
    command = ["localedef", "--no-archive", "-i", "de_DE", "-f", "UTF-8", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setattr(world, "_LOCALES", place)
    return place


def test_a_locale_that_the_image_lacks_is_mounted(make: Any, python: Python, locales: Path) -> None:
    found = world_at(make, chosen(python), locale="de_DE.UTF-8")
    place = str(locales / "de_DE.utf8")
    assert found.mounts == (Mount(source=place, target=place, read_only=True),)
    there = chosen(python, locales=("de_DE.utf8",))
    assert world_at(make, there, locale="de_DE.UTF-8") == world.World()
    assert world_at(make, chosen(python), locale="C.UTF-8") == world.World()


def test_a_locale_of_another_c_library_is_not_mounted(
    make: Any, python: Python, locales: Path
) -> None:
    assert locales.is_dir()
    older = msgspec.structs.replace(python, libc="glibc 2.17")
    (row,) = world_at(make, chosen(older), locale="de_DE.UTF-8").unhonoured
    assert "glibc 2.17 cannot take it" in row.reason


@pytest.mark.parametrize(
    "locale", ["tlh_TLH.UTF-8", "../../etc", "de_DE.UTF-8/../x", "en_US." + "x" * 300]
)
def test_a_locale_that_is_nowhere_is_said(make: Any, python: Python, locale: str) -> None:
    found = world_at(make, chosen(python), locale=locale)
    assert found.mounts == ()
    assert [row.subject for row in found.unhonoured] == ["locale"]


def test_the_archive_has_what_the_c_library_finds_in_it(
    make: Any, python: Python, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "locale-archive"
    archive.touch()
    monkeypatch.setattr(world, "_LOCALES", tmp_path)
    assert [row.subject for row in world_at(make, chosen(python), locale="tl").unhonoured]
    monkeypatch.setattr(world, "_exists", lambda name: name == "tl")
    (mount,) = world_at(make, chosen(python), locale="tl").mounts
    assert mount.source == str(archive)


def test_the_c_library_is_asked_which_locales_it_has() -> None:
    assert world._exists("C")
    assert not world._exists("tlh_TLH.UTF-8")


@pytest.fixture
def without_zones(engine: Any, python: Python) -> Iterator[str]:
    content = {path: member for path, member in members(python).items() if "/zoneinfo" not in path}
    content |= {"/usr/bin/python3": link(python.executable)}
    tag = f"auditor/base:test-{uuid.uuid4().hex[:8]}"
    engine.images.load(stream(content), tag, {})
    yield tag
    engine._client.images.remove(tag, force=True)


@pytest.mark.docker
@pytest.mark.slow
def test_an_image_without_zones_and_locales_has_those_of_the_run(
    make: Any, engine: Any, cache: Path, without_zones: str, locales: Path
) -> None:
    script = """if True:
        import locale, os, time
        print(time.strftime("%H %Z", time.localtime(0)))
        print(locale.setlocale(locale.LC_ALL, "de_DE.UTF-8"), locale.localeconv()["decimal_point"])
    """
    value = Locale(category="de_DE.UTF-8", preferred_encoding="utf-8", filesystem_encoding="utf-8")
    fingerprint = make.fingerprint(
        source={"train.py": script},
        zone=recorded("Europe/Berlin", "test"),
        locale=recorded(value, "test"),
        variables={"LANG": "de_DE.UTF-8"},
    )
    prepared = prepare(
        fingerprint,
        make.objects,
        engine,
        Options(image=without_zones),
        tell=lambda _: None,
        cache=cache,
    )
    # Where glibc looks is fixed: what comes from the folder of the test is brought there.
    mounts = tuple(
        msgspec.structs.replace(mount, target="/usr/lib/locale/de_DE.utf8")
        if mount.source.startswith(str(locales))
        else mount
        for mount in prepared.plan.mounts
    )
    changed = msgspec.structs.replace(prepared.plan, mounts=mounts)
    prepared = msgspec.structs.replace(prepared, plan=changed)
    try:
        with execute(prepared, make.objects, engine, 1) as executed:
            said = (executed.observation / "stdout").read_text()
        assert said == "01 CET\nde_DE.UTF-8 ,\n"
    finally:
        engine._client.images.remove(prepared.image.reference)
