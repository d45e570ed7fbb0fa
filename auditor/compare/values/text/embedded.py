"""Files inside of markup, as ``data:`` URLs (RFC 2397)."""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from pathlib import Path

from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope

__all__ = ["Embedded"]

_MOST = 200
_URL = re.compile(
    r"data:([\w.+-]{1,40}/[\w.+-]{1,80})(?:;[\w.=-]{1,40})?;base64,([\w+/=\s]*)", re.ASCII
)
_SUFFIXES = {"jpeg": "jpg", "svg+xml": "svg", "plain": "txt", "javascript": "js"}


class Embedded:
    """What one document embeds, in order."""

    def __init__(self) -> None:
        self.files: list[tuple[str, bytes]] = []

    def taken(self, text: str) -> str:
        """Take files out of ``text``, and return it with their kinds only."""
        return _URL.sub(self._take, text) if "base64," in text else text

    def _take(self, match: re.Match[str]) -> str:
        try:
            data = base64.b64decode(match[2], validate=False)
        except binascii.Error:
            return match[0]
        suffix = match[1].split("/")[1].lower()
        self.files.append((_SUFFIXES.get(suffix, suffix), data))
        return f"data:{match[1]}"

    def compare(self, other: Embedded, scope: Scope, found: Found) -> None:
        """Compare what two documents embed at the same place in the order."""
        pairs = list(zip(self.files, other.files, strict=False))
        for number, ((suffix, a), (_, b)) in enumerate(pairs[:_MOST], start=1):
            if a != b:
                _compare(f"embedded {number}.{suffix}", (a, b), scope, found)
        if any(a != b for a, b in pairs[_MOST:]):
            found.unknown(f"of {len(pairs)} embedded files, the first {_MOST} are compared")


def _compare(name: str, contents: tuple[bytes, bytes], scope: Scope, found: Found) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = (Path(folder, "a"), Path(folder, "b"))
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        found.add(name, scope.member(name, *paths))
