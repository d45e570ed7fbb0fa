from __future__ import annotations

import sys

import pytest

from auditor.errors import InputError, NotReplayedError
from auditor.replay.data.failures import reason, temporary
from auditor.replay.data.remote import check_scheme, shown


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("https://example.org/a", "fsspec", "data"),
        ("http://example.org/a", "aiohttp", "data"),
        ("s3://b/a", "s3fs", "s3"),
        ("gs://b/a", "gcsfs", "gs"),
    ],
)
def test_a_missing_library_is_one_line_with_the_command(
    url: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NotReplayedError) as caught:
        check_scheme(url)
    assert f"need {module}: pip install 'auditor[{extra}]'" in caught.value.message


@pytest.mark.parametrize("url", ["ftp://example.org/a", "ssh://x/a", "javascript://x"])
def test_an_unknown_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        check_scheme(url)
    assert "https://" in caught.value.hint


def test_addresses_are_shown_without_credentials() -> None:
    assert shown("https://ada:pw@example.org:8/a?sig=x#y") == "https://example.org:8/a"
    assert shown("s3://bucket/a b.csv") == "s3://bucket/a b.csv"


def test_a_reason_is_one_plain_line() -> None:
    error = OSError("no \x1b[31mroute to https://ada:pw@example.org/a?sig=hush now\nmore")
    assert reason(error) == "no ?[31mroute to https://example.org/a now"
    assert reason(ValueError()) == "ValueError"
    assert reason(TimeoutError()) == "the server did not answer in time"
    assert reason(PermissionError("Forbidden")).startswith("access is denied")


def test_what_may_be_tried_again() -> None:
    assert temporary(ConnectionResetError())
    assert not temporary(PermissionError())
    assert not temporary(ValueError())
