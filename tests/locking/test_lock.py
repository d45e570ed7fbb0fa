from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from auditor.errors import NotReplayedError
from auditor.locking import Target, cached, fetch, lock, pip_tools, place, search
from auditor.locking.pins import Pin
from auditor.locking.search import search_key
from auditor.model.facts import Distribution, Origin

Offer = Callable[[str], str]


def dist(name: str, version: str = "1.0", origin: Origin | None = None) -> Distribution:
    return Distribution(name=name, version=version, digest=None, origin=origin)


def test_locks_exactly_the_captured_versions(offer: Offer, target: Target, tmp_path: Path) -> None:
    one = offer("one-1.0-py3-none-any.whl")
    other = offer("one-1.0-cp39-cp39-win_amd64.whl")
    offer("one-2.0-py3-none-any.whl")
    source = offer("two_2-1.0b1.tar.gz")
    said: list[str] = []
    dependencies = (dist("two-2", "1.0b1"), dist("one"), dist("gone"))
    made = lock(dependencies, target, tmp_path / "cache", said.append)
    assert [(w.name, w.file, w.digest) for w in made.wheels] == [
        ("one", "one-1.0-py3-none-any.whl", one),
        ("two-2", "two_2-1.0b1.tar.gz", source),
    ]
    hashes = sorted((one, other))
    assert made.requirements.split() == [
        *("one==1.0", "\\", f"--hash={hashes[0]}", "\\", f"--hash={hashes[1]}"),
        *("two-2==1.0b1", "\\", f"--hash={source}"),
    ]
    (entry,) = made.unlocked
    assert entry.subject == "dependency:gone"
    links = (tmp_path / "links").as_uri()
    assert entry.reason == (
        f"could not be locked: no package index that answers has gone==1.0 (asked: {links})"
    )
    assert said == ["locking 3 distributions"]
    assert lock(dependencies, target, tmp_path / "cache", said.append) == made
    assert len(said) == 1


def test_a_version_without_a_file_for_the_target_is_unlocked(
    offer: Offer, target: Target, tmp_path: Path
) -> None:
    offer("one-1.0-cp39-cp39-win_amd64.whl")
    made = lock((dist("one"),), target, tmp_path, lambda _: None)
    assert made.wheels == ()
    assert "no file of one 1.0 fits the target" in made.unlocked[0].reason


def test_a_recorded_archive_is_locked_by_its_digest(
    offer: Offer, target: Target, tmp_path: Path
) -> None:
    digest = offer("one-1.0-py3-none-any.whl")
    url = (tmp_path / "links" / "one-1.0-py3-none-any.whl").as_uri()
    origin = Origin(url=url, kind="archive", digest=digest)
    dependencies = (dist("one", origin=origin),)
    made = lock(dependencies, target, tmp_path / "cache", lambda _: None)
    assert made.wheels[0].digest == digest
    assert f"--hash={digest}" in made.requirements
    assert fetch(made, tmp_path / "cache", lambda _: None) == {}
    assert cached(tmp_path / "cache", made.wheels[0])


def test_what_cannot_be_locked_at_all_asks_no_index(target: Target, tmp_path: Path) -> None:
    origin = Origin(url="file:///x", kind="directory", editable=True)
    made = lock((dist("mine", origin=origin),), target, tmp_path, lambda _: pytest.fail("asked"))
    assert made.requirements == ""
    assert "editable" in made.unlocked[0].reason


def test_an_index_that_does_not_answer_is_a_reason_and_not_the_end(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise NotReplayedError("the package index did not answer")

    monkeypatch.setattr(pip_tools, "ask", silent)
    monkeypatch.setattr(search, "find_uv", lambda: None)
    made = lock((dist("one"),), target, tmp_path, lambda _: None)
    assert "did not answer" in made.unlocked[0].reason
    assert not (tmp_path / "locks").exists()


def test_the_key_knows_what_for_what_and_from_where(
    target: Target, offer: Offer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del offer
    one = (Pin(name="one", version="1.0"),)
    keys = [search_key(one, target), search_key((Pin(name="one", version="2.0"),), target)]
    keys.append(search_key(one, msgspec.structs.replace(target, version="3.12.1")))
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:secret@example.org/simple")
    keys.append(search_key(one, target))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "own.conf"))
    keys.append(search_key(one, target))
    (tmp_path / ".pip").mkdir()
    (tmp_path / ".pip" / "pip.conf").write_text("[global]\nno-index = true\n")
    keys.append(search_key(one, target))
    assert len(set(keys)) == len(keys)


def test_fetches_by_digest_and_says_what_it_could_not(
    offer: Offer, target: Target, tmp_path: Path
) -> None:
    offer("one-1.0-py3-none-any.whl")
    offer("two-1.0.tar.gz")
    dependencies = (dist("one"), dist("two"))
    cache = tmp_path / "cache"
    made = lock(dependencies, target, cache, lambda _: None)
    (tmp_path / "links" / "one-1.0-py3-none-any.whl").write_text("another file since")
    said: list[str] = []
    failures = fetch(made, cache, said.append)
    assert said == ["downloading 2 of 2 distributions"]
    assert list(failures) == ["one-1.0-py3-none-any.whl"]
    assert "no index offers one-1.0-py3-none-any.whl with sha256:" in min(failures.values())
    assert [cached(cache, wheel) for wheel in made.wheels] == [False, True]
    assert place(cache, made.wheels[1]).read_text() == "two-1.0.tar.gz"
    assert list((cache / "staging").iterdir()) == []


@pytest.mark.slow
def test_what_an_index_lacked_is_asked_again_after_a_day(
    offer: Offer, target: Target, tmp_path: Path
) -> None:
    offer("one-1.0-py3-none-any.whl")
    dependencies = (dist("one"), dist("late"))
    cache = tmp_path / "cache"
    assert len(lock(dependencies, target, cache, lambda _: None).unlocked) == 1
    offer("late-1.0-py3-none-any.whl")
    assert len(lock(dependencies, target, cache, lambda _: None).unlocked) == 1
    (kept,) = (cache / "locks").iterdir()
    os.utime(kept, (time.time() - 90_000, time.time() - 90_000))
    assert lock(dependencies, target, cache, lambda _: None).unlocked == ()
