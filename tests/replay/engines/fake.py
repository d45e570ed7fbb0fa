"""An engine that fails when told to: enough of the Docker API (v1.41) on a socket of its own."""

from __future__ import annotations

import io
import json
import re
import socket
import struct
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Fault = Callable[["Handler"], None]
INFO: dict[str, Any] = {
    "MemoryLimit": True,
    "SwapLimit": True,
    "CpuCfsQuota": True,
    "PidsLimit": True,
    "SecurityOptions": ["name=seccomp,profile=default"],
    "Runtimes": {"runc": {}},
    "CgroupVersion": "2",
    "CgroupDriver": "systemd",
}
PODMAN = [{"Name": "Podman Engine", "Version": "4.3.1"}]


class FakeEngine:
    """What it holds, what it was asked, and how it is to fail.

    ``faults`` are by the start of ``METHOD /path?query`` without the API's version. What is in
    ``containers`` and ``volumes`` was not removed.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.version: dict[str, Any] = {"Version": "20.10", "ApiVersion": "1.41", "Components": []}
        self.info = dict(INFO)
        self.images: dict[str, dict[str, Any]] = {}
        self.containers: dict[str, dict[str, Any]] = {}
        self.volumes: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.faults: dict[str, Fault] = {}

    def add_image(self, name: str) -> str:
        digest = f"sha256:{len(self.images) + 1:064x}"
        self.images[name] = {"Id": digest, "Os": "linux", "Architecture": "amd64"}
        self.images[name]["RepoTags"] = [name]
        return digest

    def bodies(self, request: str) -> list[Any]:
        """Return the JSON that was sent with each such request."""
        return [body for line, body in self.asked if line.startswith(request)]


@contextmanager
def fake_engine(folder: Path) -> Iterator[FakeEngine]:
    socket_ = folder / "engine.sock"
    engine = FakeEngine(f"unix://{socket_}")
    server = _Server(str(socket_), type("Bound", (Handler,), {"engine": engine}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refusing(status: int, message: str) -> Fault:
    """Answer with an error of the API."""
    return lambda handler: handler.answer({"message": message}, status)


def garbage(handler: Handler) -> None:
    """Answer with what is no JSON."""
    handler.raw(b"<html>this is a proxy</html>", "application/json")


def nonsense(handler: Handler) -> None:
    """Answer with JSON in which everything is missing."""
    handler.answer({})


def gone(handler: Handler) -> None:
    """Reset the connection, and all that come after."""
    handler.engine.faults = {"": _reset}
    _reset(handler)


def slow(seconds: float) -> Fault:
    """Take so long, and then do as asked."""

    def wait(handler: Handler) -> None:
        time.sleep(seconds)
        handler.serve()

    return wait


def broken_off(*lines: dict[str, Any]) -> Fault:
    """Begin a stream of JSON, and reset the connection in the middle of it."""

    def start(handler: Handler) -> None:
        _stream(handler, lines)
        _reset(handler)

    return start


def saying(*lines: dict[str, Any]) -> Fault:
    """Answer with a stream of JSON."""

    def say(handler: Handler) -> None:
        _stream(handler, lines)
        handler.wfile.write(b"0\r\n\r\n")

    return say


def _stream(handler: Handler, lines: tuple[dict[str, Any], ...]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for line in lines:
        data = json.dumps(line).encode() + b"\r\n"
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


def _reset(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 32

    def handle_error(self, *_: Any) -> None:
        """Say nothing: clients that hang up are what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    engine: FakeEngine
    protocol_version = "HTTP/1.1"
    path_: str
    query: dict[str, list[str]]
    body: bytes

    def address_string(self) -> str:
        return "client"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _do(self) -> None:
        parts = urlsplit(self.path)
        self.path_ = re.sub(r"^/v[\d.]+", "", parts.path)
        self.query = parse_qs(parts.query)
        self.body = self._read()
        line = f"{self.command} {self.path_}{'?' if parts.query else ''}{parts.query}"
        sent = json.loads(self.body) if self.body[:1] == b"{" else None
        self.engine.asked.append((line, sent))
        for start, fault in self.engine.faults.items():
            if line.startswith(start):
                fault(self)
                return
        self.serve()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _do  # noqa: N815 - the names of http.server

    def _read(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def raw(self, data: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self, document: Any, status: int = 200) -> None:
        self.raw(json.dumps(document).encode(), "application/json", status)

    def serve(self) -> None:
        """Do as asked."""
        engine, path = self.engine, self.path_
        if path == "/version":
            self.answer(engine.version)
        elif path == "/info":
            self.answer(engine.info)
        elif path.startswith("/images"):
            self._images(path.removeprefix("/images"))
        elif path == "/build":
            engine.add_image(self.query["t"][0])
            saying({"stream": "Step 1/1 : FROM scratch"})(self)
        elif path.startswith("/containers"):
            self._containers(path.removeprefix("/containers"))
        elif path.startswith("/volumes"):
            self._volumes(path.removeprefix("/volumes").strip("/"))
        else:
            self.answer({"message": "page not found"}, 404)

    def _images(self, path: str) -> None:
        name = path.strip("/").removesuffix("/json")
        known = {**self.engine.images, **{one["Id"]: one for one in self.engine.images.values()}}
        if path == "/json":
            wanted = json.loads(self.query["filters"][0]).get("reference", ["-"])[0]
            self.answer([one for key, one in known.items() if key.startswith(f"{wanted}:")])
        elif self.command == "DELETE":
            del self.engine.images[name]
            self.answer([])
        elif path == "/create":
            name, tag = self.query.get("fromImage", self.query.get("repo")), self.query.get("tag")
            self.engine.add_image(":".join((*(name or ()), *(tag or ()))))
            saying({"status": "done"})(self)
        elif name in known:
            self.answer(known[name])
        else:
            self.answer({"message": f"No such image: {name}"}, 404)

    def _containers(self, path: str) -> None:
        containers = self.engine.containers
        if path == "/json":
            self.answer([{"Id": name} for name in containers])
            return
        if path == "/create":
            name = self.query.get("name", [f"nameless{len(containers)}"])[0]
            containers[name] = json.loads(self.body)
            self.answer({"Id": name, "Warnings": []}, 201)
            return
        name, _slash, what = path.strip("/").partition("/")
        if name not in containers:
            self.answer({"message": f"No such container: {name}"}, 404)
        elif what == "json":
            state = {"Status": "exited", "ExitCode": 0, "OOMKilled": False}
            labels = containers[name].get("Labels")
            tty = {"Tty": False, "Labels": labels}
            logs = {"LogConfig": {"Type": "json-file"}}
            self.answer({"Id": name, "State": state, "Config": tty, "HostConfig": logs})
        elif what == "wait":
            self.answer({"StatusCode": 0})
        elif what == "archive":
            self._archive()
        elif what == "logs":
            self.raw(b"", "application/octet-stream")
        else:
            if self.command == "DELETE":
                del containers[name]
            self.raw(b"", "text/plain", 204)

    def _archive(self) -> None:
        if self.command == "PUT":
            self.raw(b"", "text/plain")
            return
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            folder = tarfile.TarInfo("0")
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        self.raw(buffer.getvalue(), "application/x-tar")

    def _volumes(self, name: str) -> None:
        volumes = self.engine.volumes
        if not name:
            self.answer({"Volumes": list(volumes.values())})
        elif name == "create":
            made = {"Name": f"v{len(volumes)}", "Mountpoint": "/engine/v", **json.loads(self.body)}
            made["Name"] = f"v{len(volumes)}"
            volumes[made["Name"]] = made
            self.answer(made, 201)
        elif self.command == "DELETE":
            volumes.pop(name, None)
            self.raw(b"", "text/plain", 204)
        else:
            self.answer(volumes[name])
