from __future__ import annotations

import pytest

from auditor import redaction


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://user:pw@host/r.git", "https://host/r.git"),
        ("https://host/x?token=abc&page=2", "https://host/x?token=[redacted]&page=2"),
        ("https://host/x?page=2", "https://host/x?page=2"),
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("/plain/path", "/plain/path"),
        ("http://[broken", "[redacted]"),
    ],
)
def test_credentials_leave_addresses(address: str, kept: str) -> None:
    assert redaction.url(address) == kept


@pytest.mark.parametrize(
    ("argv", "kept"),
    [
        (["a", "--api-key", "x"], ("a", "--api-key", "[redacted]")),
        (["a", "--password=x"], ("a", "--password=[redacted]")),
        (["a", "AUTH_TOKEN=x"], ("a", "AUTH_TOKEN=[redacted]")),
        (["a", "--token", "--verbose"], ("a", "--token", "--verbose")),
        (["a", "--lr=0.1", "x=1"], ("a", "--lr=0.1", "x=1")),
        (["a", "s3://k:s@bucket"], ("a", "s3://bucket")),
    ],
)
def test_secrets_leave_command_lines(argv: list[str], kept: tuple[str, ...]) -> None:
    assert redaction.arguments(argv) == kept
