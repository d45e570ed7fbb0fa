"""Whether a wheel is what was installed: told by its RECORD, before anything is installed."""

from __future__ import annotations

import zipfile
from pathlib import Path

from auditor.recorder.installed import record

__all__ = ["content_digest"]

_MAX_BYTES = 64 * 1024 * 1024


def content_digest(wheel: Path) -> str | None:
    """Return the digest that a distribution has once it is installed from ``wheel``.

    It is the one that is captured: over the rows of RECORD. ``None`` where there is no RECORD.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            (member,) = (one for one in archive.infolist() if _is_record(one.filename))
            if member.file_size > _MAX_BYTES:
                return None
            text = archive.read(member).decode("utf-8")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    data = member.filename.replace(".dist-info/RECORD", ".data/")
    rows = []
    for path, said, size in record.rows(text):
        if not path.startswith(data):
            rows.append((path, said, size))
            continue
        scheme, _, inner = path.removeprefix(data).partition("/")
        if scheme in {"purelib", "platlib"}:  # the others lie outside of site-packages
            rows.append((inner, said, size))
    return record.digest(rows, {})


def _is_record(name: str) -> bool:
    folder, _, last = name.partition("/")
    return folder.endswith(".dist-info") and last == "RECORD"
