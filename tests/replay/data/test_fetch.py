from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.replay.data import cache_place
from auditor.replay.data.failures import NotFetchedError
from auditor.replay.data.fetch import fetch, partial_size
from auditor.replay.data.interface import Wanted
from auditor.replay.data.pool import StoppedError
from tests.replay.data.conftest import Site, wanted

pytestmark = pytest.mark.slow

CONTENT = os.urandom(1_000_000)
FILE = wanted(CONTENT)


def get(
    site: Site,
    cache: Path,
    file: Wanted = FILE,
    address: str = "/train.csv",
    stopped: Callable[[], bool] = lambda: False,
) -> Path:
    return fetch(site.url + address, file, cache, lambda _size: None, stopped)


def refused(site: Site, cache: Path, words: str, **options: Any) -> None:
    """Check the reason, and that nothing counts as fetched."""
    with pytest.raises(NotFetchedError, match=words):
        get(site, cache, **options)
    assert not cache_place(cache, FILE.digest).exists()


def test_a_file_arrives_and_is_asked_for_once(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    place = get(site, cache)
    assert place == cache_place(cache, FILE.digest)
    assert place.read_bytes() == CONTENT
    assert place.stat().st_mode & 0o777 == 0o444
    asked = len(site.asked)
    get(site, cache)
    assert len(site.asked) == asked
    assert {path.suffix for path in place.parent.iterdir()} == {"", ".lock"}


def test_what_is_damaged_in_the_cache_is_fetched_again(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    place = get(site, cache)
    place.chmod(0o644)
    place.write_bytes(b"damaged")
    assert get(site, cache).read_bytes() == CONTENT


def test_a_broken_connection_is_resumed_where_it_broke(site: Site, cache: Path) -> None:
    large = CONTENT * 8
    site.files["/train.csv"] = large
    site.breaks = [3_000_000, 3_000_000]
    assert get(site, cache, wanted(large)).read_bytes() == large
    assert site.served == len(large)
    assert [one[2].partition("=")[0] for one in site.asked] == ["", "", "bytes", "bytes"]


def test_without_ranges_it_begins_again(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    site.ranges = False
    site.breaks = [300_000]
    assert get(site, cache).read_bytes() == CONTENT
    assert site.served == len(CONTENT) + 300_000


def test_an_interrupted_fetch_is_resumed_by_the_next_auditor(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    held = threading.Event()
    seen: list[int] = []
    site.gate = lambda sent: held.wait(20) and None if sent > 500_000 else None
    with pytest.raises(StoppedError):
        fetch(
            f"{site.url}/train.csv", FILE, cache, seen.append, lambda: bool(seen and seen[-1] > 0)
        )
    held.set()
    site.gate = lambda _sent: None
    had = partial_size(cache, FILE.digest)
    assert 0 < had == seen[-1] < len(CONTENT)
    assert get(site, cache).read_bytes() == CONTENT
    assert site.asked[-1] == ("GET", "/train.csv", f"bytes={had}-")
    assert partial_size(cache, FILE.digest) == 0


def test_what_changed_between_two_auditors_is_not_glued_together(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = os.urandom(len(CONTENT))
    site.breaks = [300_000, 1, 1, 1, 1]
    refused(site, cache, "of 1,000,000 bytes; a further replay resumes it")
    assert partial_size(cache, FILE.digest) > 0
    site.breaks = []
    site.files["/train.csv"] = CONTENT
    before = len(site.asked)
    assert get(site, cache).read_bytes() == CONTENT
    assert site.asked[before:] == [("HEAD", "/train.csv", ""), ("GET", "/train.csv", "")]


def test_a_damaged_part_is_thrown_away(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    site.breaks = [300_000, 1, 1, 1, 1]
    refused(site, cache, "a further replay resumes it")
    (partial,) = cache.rglob("*.partial")
    partial.write_bytes(b"0" * partial.stat().st_size)
    assert get(site, cache).read_bytes() == CONTENT


def test_another_content_of_the_same_size_is_refused(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = os.urandom(len(CONTENT))
    refused(site, cache, "it has another content there")
    assert not list(cache.rglob("*.partial"))


def test_another_size_is_refused_before_a_byte_comes(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT[:-1]
    refused(site, cache, "it has 999,999 bytes there, and had 1,000,000")
    assert site.served == 0


def test_more_than_the_recorded_size_is_cut_off(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    site.sized = False
    site.appended = bytes(50_000_000)
    refused(site, cache, "longer there than its 1,000,000 bytes, and was cut off")
    assert site.served < 20_000_000  # what was on its way
    assert partial_size(cache, FILE.digest) == 0


def test_a_content_that_ends_early_is_said(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT[:400_000]
    site.sized = False
    site.ranges = False
    refused(site, cache, "it ended early, after 400,000 of 1,000,000 bytes")


def test_a_content_without_a_size_is_fetched(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    site.sized = False
    assert get(site, cache).read_bytes() == CONTENT


def test_a_redirect_is_followed(site: Site, cache: Path) -> None:
    site.files["/there.csv"] = CONTENT
    site.moved["/train.csv"] = "/there.csv"
    assert get(site, cache).read_bytes() == CONTENT


def test_a_server_that_allows_no_head_is_asked_with_get(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    site.no_head = True
    assert get(site, cache).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "404 Not Found"), (403, "403 Forbidden"), (401, "401 Unauthorized")],
)
def test_what_the_server_refuses_is_said(site: Site, cache: Path, status: int, words: str) -> None:
    site.files["/train.csv"] = CONTENT
    site.status["/train.csv"] = status
    refused(site, cache, f"the server answered {words}")


def test_nobody_answers(cache: Path) -> None:
    with pytest.raises(NotFetchedError, match="connect"):
        fetch("http://127.0.0.1:1/a?token=secret", FILE, cache, lambda _: None, lambda: False)


def test_reasons_hold_no_credentials(cache: Path) -> None:
    with pytest.raises(NotFetchedError) as caught:
        fetch("http://ada:pw@127.0.0.1:1/a?key=hush", FILE, cache, lambda _: None, lambda: False)
    assert "pw" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_no_size_was_recorded(site: Site, cache: Path) -> None:
    file = Wanted(kind="input", path="a", place="/p/a", digest=FILE.digest, size=None)
    refused(site, cache, "its size was not recorded", file=file)
    assert site.asked == []


def test_two_auditors_fetch_it_once(site: Site, cache: Path) -> None:
    site.files["/train.csv"] = CONTENT
    places: list[Path] = []
    threads = [threading.Thread(target=lambda: places.append(get(site, cache))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [place.read_bytes() == CONTENT for place in places] == [True] * 4
    assert site.served == len(CONTENT)
