from __future__ import annotations

import _thread
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor.errors import MachineError
from auditor.model.progress import Amount
from auditor.replay.data import Job, cache_place, pool, refused, transfer
from auditor.replay.data.fetch import partial_size
from tests.replay.data.conftest import Site, wanted

CONTENTS = [os.urandom(200_000) for _ in range(6)]


def jobs(site: Site, contents: Iterable[bytes] = CONTENTS) -> list[Job]:
    made = []
    for number, content in enumerate(contents):
        site.files[f"/{number}"] = content
        made.append(
            Job(wanted=wanted(content, f"data/{number}"), urls=(f"{site.url}/{number}?key=hush",))
        )
    return made


def test_all_arrive_and_progress_is_told_in_bytes(site: Site, cache: Path) -> None:
    told: list[str] = []
    site.gate = lambda _sent: threading.Event().wait(0.05)
    assert transfer(jobs(site), cache, told.append) == {}
    for content in CONTENTS:
        place = cache_place(cache, wanted(content).digest)
        assert place.read_bytes() == content
    amounts = [one for one in told if isinstance(one, Amount)]
    assert amounts[0].startswith("fetching 6 inputs: ")
    assert " of 1.2 MB" in amounts[0]
    assert all(one.total == 1_200_000 for one in amounts)
    done = [one.done for one in amounts]
    assert done == sorted(done)
    assert "/s" in amounts[-1]


def test_one_that_fails_does_not_stop_the_others(site: Site, cache: Path) -> None:
    asked = jobs(site)
    site.status["/2"] = 403
    del site.files["/4"]
    digests = [job.wanted.digest for job in asked]
    reasons = {
        digests[2]: f"cannot be fetched from {site.url}/2: the server answered 403 Forbidden",
        digests[4]: f"cannot be fetched from {site.url}/4: the server answered 404 Not Found",
    }
    assert refused(asked, lambda _text: None) == reasons
    assert site.served == 0
    assert transfer(asked, cache, lambda _text: None) == reasons
    arrived = [cache_place(cache, one).exists() for one in digests]
    assert arrived == [True, True, False, True, False, True]


def test_the_next_address_is_tried(site: Site, cache: Path) -> None:
    (job,) = jobs(site, CONTENTS[:1])
    both = Job(wanted=job.wanted, urls=(f"{site.url}/nothing", *job.urls))
    assert refused([both], lambda _text: None) == {}
    assert transfer([both], cache, lambda _text: None) == {}


def test_an_interruption_leaves_what_came_and_waits_for_nobody(
    site: Site, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_PATIENCE", 0.1)
    large = os.urandom(3_000_000)
    release = threading.Event()
    site.gate = lambda sent: release.wait(30) and None if sent > 2_000_000 else None

    def tell(text: str) -> None:
        if isinstance(text, Amount) and text.done:
            _thread.interrupt_main()

    try:
        with pytest.raises(KeyboardInterrupt):
            transfer(jobs(site, [large]), cache, tell)
    finally:
        release.set()
    assert 0 < partial_size(cache, wanted(large).digest) < len(large)


def test_a_disk_that_is_too_small_is_said_before_anything_comes(
    site: Site, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(total=10**9, used=10**9, free=10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(MachineError, match=r"need 1\.2 MB in .*cache, and 1\.0 MB are free"):
        transfer(jobs(site), cache, lambda _text: None)
    assert site.served == 0


def test_a_cache_that_cannot_be_written_is_said(site: Site, cache: Path) -> None:
    cache.mkdir()
    (cache / "data").write_text("in the way")
    with pytest.raises(MachineError, match="cannot write to the cache") as caught:
        transfer(jobs(site), cache, lambda _text: None)
    assert "AUDITOR_CACHE" in caught.value.hint


def test_nothing_to_fetch_touches_nothing(cache: Path) -> None:
    assert transfer([], cache, lambda _text: None) == {}
    assert not cache.exists()
