"""auditor's own pip as one file: an engine takes as long for a thousand files as for pip's work."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import zipfile
from pathlib import Path

__all__ = ["PIP", "pip_folder", "pip_version", "pip_zip"]

PIP = "pip.zip"
_HEADER = 16  # of a .pyc (PEP 552): magic, flags, then time and size of the source, or its hash
_UNCHECKED = (1).to_bytes(4, "little")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold


def pip_version() -> str:
    """Return the version of the pip that installs."""
    return importlib.metadata.version("pip")


def pip_folder() -> Path:
    """Return the folder of auditor's own pip."""
    spec = importlib.util.find_spec("pip")
    assert spec is not None, "pip is a dependency"
    assert spec.origin is not None, "pip is a package"
    return Path(spec.origin).parent


def pip_zip(folder: Path) -> bytes:
    """Return a zip of the package in ``folder`` that Python can run, as it can run a wheel.

    Modules are in it also as they are compiled here, for where the Python is the same.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(folder.parent).as_posix()
                data = path.read_bytes()
                target.writestr(zipfile.ZipInfo(name, _EPOCH), data)
                if code := _compiled(path, data):
                    target.writestr(zipfile.ZipInfo(f"{name}c", _EPOCH), code)
    return buffer.getvalue()


def _compiled(path: Path, source: bytes) -> bytes | None:
    """Return the compiled module, by the hash of its source: times in a zip depend on the zone."""
    if path.suffix != ".py":
        return None
    try:
        code = Path(importlib.util.cache_from_source(str(path))).read_bytes()
    except OSError:
        return None
    stat = path.stat()
    stamp = [int(stat.st_mtime) & 0xFFFFFFFF, stat.st_size & 0xFFFFFFFF]
    wanted = [importlib.util.MAGIC_NUMBER, bytes(4), *(one.to_bytes(4, "little") for one in stamp)]
    if code[:_HEADER] != b"".join(wanted):
        return None
    marks = (importlib.util.MAGIC_NUMBER, _UNCHECKED, importlib.util.source_hash(source))
    return b"".join(marks) + code[_HEADER:]
