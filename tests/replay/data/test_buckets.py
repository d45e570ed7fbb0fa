"""Buckets: a real server of the S3 protocol, and one small object server for Google's."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from auditor.replay.data import bucket
from auditor.replay.data.failures import NotFetchedError
from auditor.replay.data.fetch import fetch, partial_size
from auditor.replay.data.pool import StoppedError
from tests.replay.data.conftest import wanted

CONTENT = os.urandom(300_000)
FILE = wanted(CONTENT)


def get(url: str, cache: Path) -> Path:
    return fetch(url, FILE, cache, lambda _size: None, lambda: False)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - a second

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import boto3  # noqa: PLC0415 - half a second
    import s3fs  # noqa: PLC0415 - half a second

    for name, value in {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_ACCESS_KEY_ID": "ada",
        "AWS_SECRET_ACCESS_KEY": "hush-hush",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "no_proxy": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bucket, "_RANGE", 100_000)
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket="data")
    client.put_object(Bucket="data", Key="in/a b#1.csv", Body=CONTENT, ACL="public-read")
    client.put_object(Bucket="data", Key="in/short.csv", Body=CONTENT[:-1])
    client.close()


@pytest.mark.slow
@pytest.mark.usefixtures("s3")
def test_s3(cache: Path) -> None:
    assert get("s3://data/in/a b#1.csv", cache).read_bytes() == CONTENT


@pytest.mark.slow
@pytest.mark.usefixtures("s3")
def test_s3_is_resumed(cache: Path) -> None:
    seen: list[int] = []
    url = "s3://data/in/a b#1.csv"
    with pytest.raises(StoppedError):
        fetch(url, FILE, cache, seen.append, lambda: seen[-1] > 0)
    assert partial_size(cache, FILE.digest) == 100_000
    seen.clear()
    assert fetch(url, FILE, cache, seen.append, lambda: False).read_bytes() == CONTENT
    assert seen == [100_000, 200_000, 300_000]


@pytest.mark.slow
@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://data/in/short.csv", "it has 299,999 bytes there"),
        ("s3://data/in/none.csv", "there is no such file"),
        ("s3://data/in", "there is no such file"),
        ("s3://no-such-bucket/a.csv", "there is no such file|bucket"),
    ],
)
def test_what_s3_does_not_have(cache: Path, url: str, words: str) -> None:
    with pytest.raises(NotFetchedError, match=words):
        get(url, cache)


@pytest.mark.slow
@pytest.mark.usefixtures("s3")
def test_s3_without_credentials_asks_for_a_public_object(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert get("s3://data/in/a b#1.csv", cache).read_bytes() == CONTENT


class _Google(BaseHTTPRequestHandler):
    """Two methods of the JSON API: an object's metadata, and its media in ranges.

    https://cloud.google.com/storage/docs/json_api/v1/objects/get
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        found = re.fullmatch(r"(/download)?/storage/v1/b/([^/]+)/o/?(.*)", parts.path)
        name = unquote(found[3]) if found else ""
        if not name and "prefix" in parts.query:
            self._send(200, b"{}")
        elif name != "in/a b.csv":
            self._send(404, b'{"error": {"code": 404, "message": "Not Found"}}')
        elif "alt=media" in parts.query or (found and found[1]):
            first, last = re.findall(r"\d+", self.headers.get("Range", f"0-{len(CONTENT)}"))
            self._send(206, CONTENT[int(first) : int(last) + 1])
        else:
            about = {
                "kind": "storage#object",
                "name": name,
                "bucket": "data",
                "size": str(len(CONTENT)),
                "generation": "1",
                "etag": "CAE=",
            }
            self._send(200, json.dumps(about).encode())

    def log_message(self, *_arguments: object) -> None:
        pass

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import gcsfs  # noqa: PLC0415 - a second

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Google)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(bucket, "_RANGE", 100_000)
    gcsfs.GCSFileSystem.clear_instance_cache()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.slow
@pytest.mark.usefixtures("google")
def test_google(cache: Path) -> None:
    assert get("gs://data/in/a b.csv", cache).read_bytes() == CONTENT


@pytest.mark.slow
@pytest.mark.usefixtures("google")
def test_what_google_does_not_have(cache: Path) -> None:
    with pytest.raises(NotFetchedError, match="there is no such file"):
        get("gs://data/none.csv", cache)
