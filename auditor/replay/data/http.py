"""``http://`` and ``https://``: one stream, resumed with ``Range`` and ``If-Range`` (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditor.hashing import CHUNK
from auditor.replay.data.remote import State

__all__ = ["Http"]

_CONNECT = 30  # seconds
_SILENCE = 60  # seconds without a byte: the connection is dead
_START = re.compile(r"bytes (\d+)-")


class Http:
    """A file on a web server; proxies and ``.netrc`` are those of the user's environment."""

    def __init__(self, url: str) -> None:
        import aiohttp  # noqa: PLC0415 - late: an extra
        import fsspec  # noqa: PLC0415 - late: an extra

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=_SILENCE)
        self.url = url
        # Without compression, so that positions are those of the file.
        self.headers = {"Accept-Encoding": "identity"}
        self.files: Any = fsspec.filesystem(
            "http",
            headers=self.headers,
            client_kwargs={"timeout": timeout, "trust_env": True},
            use_listings_cache=False,
        )

    def state(self) -> State:
        """Ask with ``HEAD``, or, where that is refused, with the head of a ``GET``."""
        info = self.files.info(self.url)
        version = info.get("ETag") or info.get("Last-Modified") or ""
        return State(size=info.get("size"), version=version)

    def read(self, start: int, version: str) -> tuple[int, Iterator[bytes]]:
        """Return where the answer begins, and its bytes."""
        headers = dict(self.headers)
        if start:
            headers["Range"] = f"bytes={start}-"
            if not version.startswith("W/"):  # a weak tag is not allowed there
                headers["If-Range"] = version
        # The size is not used for a stream; given, it saves asking once more.
        file = self.files.open(self.url, "rb", block_size=0, size=1, headers=headers)
        begins = _START.match(file.r.headers.get("Content-Range", ""))
        partial = file.r.status == 206  # noqa: PLR2004 - Partial Content
        return int(begins[1]) if partial and begins else 0, _chunks(file)


def _chunks(file: Any) -> Iterator[bytes]:  # noqa: ANN401 - fsspec has no types
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
