"""Pack an installed distribution as the wheel that installs it again.

A distribution is what its RECORD names (PEP 376, PEP 427). The wheel has those files as they are
now, a fresh RECORD, scripts that no entry point makes and data below ``NAME-VERSION.data``; always
the same bytes for the same files. Nothing of the distribution is run.
"""

from __future__ import annotations

import base64
import csv
import email.parser
import hashlib
import importlib.metadata
import io
import os
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from packaging.tags import parse_tag

from auditor import redaction
from auditor.errors import NotReplayedError
from auditor.hashing import CHUNK
from auditor.model.facts import Distribution
from auditor.recorder.installed import record

__all__ = ["repack"]

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
_MADE_AGAIN = (".pyc", ".dist-info/RECORD", ".dist-info/INSTALLER", ".dist-info/REQUESTED")
_UNSAID = ""  # RECORD has no hash for it, and no digest of the distribution either
_SHEBANG = b"#!python\n"  # an installer puts its own interpreter there (PEP 427)


def repack(info: Path, prefix: str, distribution: Distribution, folder: Path) -> Path:
    """Write the wheel of the distribution whose metadata is ``info`` into ``folder``; return it.

    Raises ``NotReplayedError`` where it cannot be packed, or its files are not those that ran.
    """
    try:
        members = dict(_members(info, prefix))
        wheel = folder / f"{info.name.removesuffix('.dist-info')}-{_tag(info)}.whl"
        rows = _write(wheel, members, f"{info.name}/RECORD")
    except (OSError, ValueError, KeyError) as error:
        raise NotReplayedError(f"its installed files cannot be packed: {error}") from None
    counted = {row[0] for row in record.rows((info / "RECORD").read_text("utf-8"))}
    if record.digest([row for row in rows if row[0] in counted], {}) != distribution.digest:
        wheel.unlink()
        raise NotReplayedError("its installed files are not those that ran any more")
    return wheel


def _members(info: Path, prefix: str) -> Iterator[tuple[str, tuple[Path, str]]]:
    """Yield the name in the wheel, the file, and the hash that RECORD has for it."""
    site, data = str(info.parent), f"{info.name.removesuffix('.dist-info')}.data"
    made = _entry_points(info)
    for row in csv.reader((info / "RECORD").read_text("utf-8").splitlines()):
        if not row or row[0].endswith(_MADE_AGAIN):
            continue
        path = Path(os.path.normpath(posixpath.join(site, row[0])))
        said = row[1] if len(row) > 1 and row[1] else _UNSAID
        if not path.is_file() or (path.name == "direct_url.json" and _has_secret(path)):
            continue
        if path.is_relative_to(site):
            yield path.relative_to(site).as_posix(), (path, said)
        elif not path.is_relative_to(prefix):
            raise ValueError(f"{path} is outside of its environment")
        elif path.parent.name != "bin":
            yield f"{data}/data/{path.relative_to(prefix).as_posix()}", (path, "sha256=")
        elif path.name not in made:
            yield f"{data}/scripts/{path.name}", (path, "sha256=")


def _write(wheel: Path, members: dict[str, tuple[Path, str]], record_name: str) -> list[record.Row]:
    rows = []
    # Stored: the same bytes whatever zlib there is. A bundle compresses it.
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            path, said = members[name]
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, whatever packs it
            info.external_attr = (0o100755 if os.access(path, os.X_OK) else 0o100644) << 16
            content = _content(path, script=".data/scripts/" in name)
            size = path.stat().st_size
            with archive.open(info, "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as target:
                rows.append((name, *_copy(content, target, said)))
        listed = io.StringIO()
        csv.writer(listed, lineterminator="\n").writerows([*rows, (record_name, "", "")])
        archive.writestr(zipfile.ZipInfo(record_name, _EPOCH), listed.getvalue())
    return rows


def _copy(content: Iterator[bytes], target: IO[bytes], said: str) -> tuple[str, str]:
    """Return hash and size as RECORD has them: the hash as it was said, where that still holds."""
    algorithm = said.partition("=")[0] or "sha256"
    before, now, size = hashlib.new(algorithm), hashlib.sha256(), 0
    for chunk in content:
        before.update(chunk)
        now.update(chunk)
        size += len(chunk)
        target.write(chunk)
    if said in {_UNSAID, f"{algorithm}={_urlsafe(before.digest())}"}:
        return said, str(size)
    return f"sha256={_urlsafe(now.digest())}", str(size)


def _content(path: Path, *, script: bool) -> Iterator[bytes]:
    with path.open("rb") as file:
        if script:
            first = file.readline()
            python = first.startswith(b"#!") and b"python" in first
            yield _SHEBANG if python else first
        while chunk := file.read(CHUNK):
            yield chunk


def _entry_points(info: Path) -> frozenset[str]:
    """Return the names of scripts that an installer makes."""
    points = importlib.metadata.PathDistribution(info).entry_points
    return frozenset(
        point.name for point in points if point.group in {"console_scripts", "gui_scripts"}
    )


def _tag(info: Path) -> str:
    wheel = email.parser.Parser().parsestr((info / "WHEEL").read_text("utf-8"))
    tags = [one for tag in wheel.get_all("Tag", []) for one in parse_tag(tag)]
    if not tags:
        raise ValueError("its WHEEL has no tags")
    parts = ({t.interpreter for t in tags}, {t.abi for t in tags}, {t.platform for t in tags})
    return "-".join(".".join(sorted(part)) for part in parts)


def _has_secret(path: Path) -> bool:
    text = path.read_text("utf-8")
    return any(redaction.url(word) != word for word in text.replace('"', " ").split())


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
