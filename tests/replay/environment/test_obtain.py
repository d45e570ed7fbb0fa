"""Wheels that come from no index, and those that are not what was installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import IntegrityError
from auditor.locking import cached, place
from auditor.model.facts import Distribution, Image
from auditor.model.plan import Base, Lock
from auditor.replay.base.choose import Chosen
from auditor.replay.environment.keepsakes import restore
from auditor.replay.environment.obtain import obtain
from auditor.store.objects import Objects
from tests.locking.local import captured, environment, install, make_environment, make_wheel

NO_ENGINE: Any = None
pytestmark = pytest.mark.slow  # pip-tools starts a second at a time


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only index there is."""
    folder = tmp_path / "links"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    return folder


@pytest.fixture
def get(make: Any, tmp_path: Path) -> Any:
    def call(
        one: Distribution, cache: str, given: Lock | None = None, *, gone: bool = False
    ) -> Lock:
        base = Base(kind="host", reference="x", reason="", python="/usr/bin/python3")
        chosen = Chosen(base=base, image=Image(reference="x", id="sha256:1"), python=make.python)
        (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
        return obtain(
            (one,),
            given,
            chosen,
            tmp_path / cache,
            NO_ENGINE,
            "1:1",
            lambda _: None,
            environment=None if gone else environment(tmp_path / "venv", site),
            objects=make.objects,
        )

    return call


@pytest.fixture
def one(tmp_path: Path, links: Path) -> Distribution:
    make_environment(tmp_path / "venv")
    make_wheel(links, "one", {"one.py": "as it was"})
    install(tmp_path / "venv", "one")
    (found,) = captured(tmp_path / "venv", tmp_path)
    return found


def test_an_index_that_has_another_file_now_is_found_out(
    one: Distribution, get: Any, links: Path, make: Any
) -> None:
    same = get(one, "first")
    assert (same.remarks, same.wheels[0].kept) == ((), False)
    make_wheel(links, "one", {"one.py": "built again"})
    packed = get(one, "second")
    assert packed.wheels[0].kept
    assert make.objects.has(packed.wheels[0].digest)
    assert packed.requirements == f"one==1.0 \\\n    --hash={packed.wheels[0].digest}\n"
    assert "wheels/one-1.0-py3-none-any.whl" in packed.pylock
    (remark,) = packed.remarks
    assert remark.reason == (
        "one-1.0-py3-none-any.whl has other files than were installed; "
        "it is packed from the installed files"
    )
    honest = get(one, "third", gone=True)
    assert not honest.wheels[0].kept
    assert "has other files than were installed, and its environment" in honest.remarks[0].reason


def test_what_was_kept_comes_back_from_the_store(
    one: Distribution, get: Any, links: Path, tmp_path: Path
) -> None:
    for path in links.iterdir():
        path.unlink()
    made = get(one, "here")
    assert made.wheels[0].kept
    # Elsewhere there is no environment and no index, only the store that the bundle brought.
    assert get(one, "there", made, gone=True) == made
    assert cached(tmp_path / "there", made.wheels[0])
    lost = get(one, "nowhere", msgspec.structs.replace(made, wheels=()), gone=True)
    assert lost.wheels == ()


def test_a_kept_wheel_that_is_lost_is_packed_again_or_said(
    one: Distribution, get: Any, links: Path, make: Any
) -> None:
    for path in links.iterdir():
        path.unlink()
    made = get(one, "here")
    make.objects.path(made.wheels[0].digest).unlink()
    assert get(one, "there", made).wheels == made.wheels
    make.objects.path(made.wheels[0].digest).unlink()
    lost = get(one, "nowhere", made, gone=True)
    assert lost.wheels == ()
    assert "no package index that answers has one==1.0" in lost.unlocked[0].reason


def test_a_changed_object_is_not_installed(
    one: Distribution, get: Any, links: Path, make: Any, tmp_path: Path
) -> None:
    for path in links.iterdir():
        path.unlink()
    made = get(one, "here")
    objects: Objects = make.objects
    place_of = objects.path(made.wheels[0].digest)
    place_of.chmod(0o644)
    place_of.write_bytes(b"another")
    with pytest.raises(IntegrityError):
        restore(made, tmp_path / "there", objects)
    assert not place(tmp_path / "there", made.wheels[0]).exists()
