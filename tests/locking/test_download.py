from __future__ import annotations

import http.server
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.model.digest import digest_bytes, hex_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pip's own, of what it brings along
    from pip._internal.models.link import Link
    from pip._vendor import requests

    from auditor.locking import download as download_module
    from auditor.locking.download import download

WHOLE = bytes(range(256)) * 3000
DIGEST = digest_bytes(WHOLE)


class Server:
    """Serves ``WHOLE``, breaking off ``breaks`` times in the middle."""

    def __init__(self) -> None:
        self.breaks = 0
        self.ranges = True
        self.asked: list[str | None] = []
        self.url = ""

    def reply(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if start >= len(WHOLE):
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(WHOLE) - start))
        handler.end_headers()
        if self.breaks:
            self.breaks -= 1
            handler.wfile.write(WHOLE[start : start + 131_072])
            handler.close_connection = True
            return
        handler.wfile.write(WHOLE[start:])


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.reply(self)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        served.url = f"http://127.0.0.1:{httpd.server_port}/x-1.tar.gz"
        yield served
        httpd.shutdown()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        yield made


def bring(server: Server, session: requests.Session, folder: Path) -> bool:
    return download(session, Link(server.url), DIGEST, folder / "got", folder)


def test_a_download_that_breaks_off_goes_on_where_it_was(
    server: Server, session: requests.Session, tmp_path: Path
) -> None:
    server.breaks = 2
    assert bring(server, session, tmp_path)
    assert (tmp_path / "got").read_bytes() == WHOLE
    assert server.asked == [None, "bytes=131072-", "bytes=262144-"]
    assert [path.name for path in tmp_path.iterdir()] == ["got"]


def test_what_arrived_before_is_kept_for_the_next_time(
    server: Server,
    session: requests.Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.breaks = 3
    monkeypatch.setattr(download_module, "_TRIES", 3)
    with pytest.raises(OSError, match=r"broke off|IncompleteRead|Connection"):
        bring(server, session, tmp_path)
    server.breaks, server.asked = 0, []
    assert bring(server, session, tmp_path)
    assert server.asked == ["bytes=393216-"]


def test_a_server_without_ranges_sends_it_all_again(
    server: Server, session: requests.Session, tmp_path: Path
) -> None:
    server.breaks, server.ranges = 1, False
    assert bring(server, session, tmp_path)
    assert (tmp_path / "got").read_bytes() == WHOLE


@pytest.mark.parametrize("left", [b"of another file", WHOLE + b"and more", WHOLE])
def test_a_part_of_something_else_is_found(
    server: Server, session: requests.Session, tmp_path: Path, left: bytes
) -> None:
    (tmp_path / f"{hex_of(DIGEST)}.part").write_bytes(left)
    assert bring(server, session, tmp_path)
    assert (tmp_path / "got").read_bytes() == WHOLE


def test_another_file_is_not_left(
    server: Server, session: requests.Session, tmp_path: Path
) -> None:
    other = digest_bytes(b"other")
    assert not download(session, Link(server.url), other, tmp_path / "got", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_do_not_mix(server: Server, session: requests.Session, tmp_path: Path) -> None:
    import fcntl  # noqa: PLC0415

    part = tmp_path / f"{hex_of(DIGEST)}.part"
    with part.open("wb") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        assert bring(server, session, tmp_path)
        assert part.read_bytes() == b""
    assert (tmp_path / "got").read_bytes() == WHOLE


def test_a_device_is_not_copied(session: requests.Session, tmp_path: Path) -> None:
    link = tmp_path / "x-1.tar.gz"
    link.symlink_to("/dev/zero")
    with pytest.raises(OSError, match="is no file"):
        download(session, Link(link.as_uri()), DIGEST, tmp_path / "got", tmp_path)
