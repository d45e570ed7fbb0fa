"""RECORD: the digest of a distribution, and the files that are no longer as they were installed."""

from __future__ import annotations

import base64
import csv
import hashlib
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Tuple

    Row = Tuple[str, str, str]

__all__ = ["Check", "digest", "rows"]

_NOT_OF_THE_WHEEL = (
    ".pyc",
    ".dist-info/RECORD",
    ".dist-info/INSTALLER",
    ".dist-info/REQUESTED",
    ".dist-info/direct_url.json",
)
_CHUNK = 1 << 20
_BUDGET = 1 << 30


def rows(record: str) -> List[Row]:
    """Return path, hash and size of a RECORD's rows, less what an installer or Python writes."""
    found = []
    for line in record.splitlines():
        # csv takes three times as long, and hardly a row needs it.
        row = next(csv.reader([line]), []) if '"' in line else line.rsplit(",", 2)
        if row and row[0] and _counts(row[0]):
            found.append((row[0], row[1] if len(row) > 1 else "", row[2] if len(row) > 2 else ""))  # noqa: PLR2004 - three columns
    return found


def digest(record: List[Row], edited: Dict[str, Optional[str]]) -> str:
    """Return the digest of a RECORD's rows, which do not depend on installer and machine.

    ``edited`` has what the files contain now, by their path; ``None`` is a file that is gone.
    """
    lines = []
    for path, said, _size in record:
        now = edited.get(path, said)
        if now is not None:
            lines.append("%s,%s" % (path, _as_row(now) if path in edited else now))
    text = "\n".join(sorted(lines)).encode("utf-8", "surrogateescape")
    return "sha256:" + hashlib.sha256(text).hexdigest()


class Check:
    """Finds edited files: another size, or newer than RECORD, which is written last; then by hash.

    A file that was changed with its size and its time kept is not found. At most 1 GiB is read.
    """

    def __init__(self, budget: int = _BUDGET) -> None:
        self._budget = budget

    def edited(self, record: List[Row], place: str) -> Tuple[Dict[str, Optional[str]], str]:
        """Return ``{path: digest}``, as ``sha256:…`` or ``None`` where gone, and what was left."""
        written = os.stat(os.path.join(place, "RECORD")).st_mtime
        folder = os.path.dirname(place) + os.sep
        found: Dict[str, Optional[str]] = {}
        left = 0
        for path, said, size in record:
            if not said:
                continue
            try:
                stat = os.stat(folder + path)
            except OSError:
                found[path] = None
                continue
            same_size = not size.isdigit() or int(size) == stat.st_size
            if same_size and stat.st_mtime <= written:
                continue
            if same_size and stat.st_size > self._budget:
                left += 1
                continue
            self._budget -= stat.st_size
            contents = _read(folder + path, said.partition("=")[0])
            if contents is not None and contents[0] != said:
                found[path] = contents[1]
        reason = "%d of its files are newer than its RECORD and were not read" % left
        return found, reason if left else ""


def _counts(path: str) -> bool:
    if path.endswith(_NOT_OF_THE_WHEEL):
        return False
    return not path.startswith(("../", "/")) and "/../" not in path


def _read(path: str, algorithm: str) -> Optional[Tuple[str, str]]:
    """Return the file's hash as RECORD has it, and its digest."""
    try:
        said, plain = hashlib.new(algorithm), hashlib.sha256()
        with open(path, "rb") as file:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                plain.update(chunk)
                if algorithm != "sha256":
                    said.update(chunk)
    except (OSError, ValueError):
        return None
    hashed = plain if algorithm == "sha256" else said
    return "%s=%s" % (algorithm, _urlsafe(hashed.digest())), "sha256:" + plain.hexdigest()


def _as_row(digest_now: str) -> str:
    return "sha256=" + _urlsafe(bytes.fromhex(digest_now.partition(":")[2]))


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
