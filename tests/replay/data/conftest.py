"""A web server that can be slow, broken, lying, or without ranges."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from auditor.model.digest import digest_bytes
from auditor.replay.data import fetch as module
from auditor.replay.data.interface import Wanted


class Site:
    """What the server has, how it behaves, and what it did."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges = True
        self.sized = True
        self.breaks: list[int] = []  # after so many bytes, the next answers break off
        self.status: dict[str, int] = {}
        self.moved: dict[str, str] = {}
        self.no_head = False
        self.appended = b""  # sent after the content, without a size
        self.served = 0
        self.asked: list[tuple[str, str, str]] = []
        self.url = ""
        self.gate: Callable[[int], None] = lambda _sent: None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_arguments: Any) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        site, path = self.site, self.path.partition("?")[0]
        site.asked.append((self.command, self.path, self.headers.get("Range", "")))
        if path in site.moved:
            self.send_response(302)
            self.send_header("Location", site.moved[path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status = 405 if site.no_head and not body else site.status.get(path, 200)
        content = site.files.get(path)
        if status != 200 or content is None:
            self.send_error(status if status != 200 else 404)
            return
        tag = f'"{hashlib.md5(content).hexdigest()}"'
        start = 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if site.ranges and wanted and self.headers.get("If-Range", tag) == tag:
            start = int(wanted[1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("ETag", tag)
        if site.sized:
            self.send_header("Content-Length", str(len(content) - start))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if body:
            self._send(content[start:] + site.appended)

    def _send(self, data: bytes) -> None:
        end = self.site.breaks.pop(0) if self.site.breaks else len(data)
        for position in range(0, min(end, len(data)), 65536):
            part = data[position : min(position + 65536, end)]
            try:
                self.wfile.write(part)
            except ConnectionError:
                break
            self.site.served += len(part)
            self.site.gate(self.site.served)
        if end < len(data):
            time.sleep(0.1)  # the end of a connection overtakes what the client has not read
            self.close_connection = True


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(module, "_PAUSE", 0.01)
    made = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("ThisHandler", (Handler,), {"site": made}))
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def wanted(content: bytes, path: str = "data/train.csv", root: str = "/project") -> Wanted:
    return Wanted(
        kind="input",
        path=path,
        place=path if path.startswith("/") else f"{root}/{path}",
        digest=digest_bytes(content),
        size=len(content),
    )
