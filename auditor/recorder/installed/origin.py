"""Where a distribution came from: ``direct_url.json`` (PEP 610), and the folder that it names."""

from __future__ import annotations

import hashlib
import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Optional

__all__ = ["of", "tree"]

_FILES = 5000
_BYTES = 64 << 20
_SECONDS = 10
_LEFT = ("__pycache__", "build", "dist", "node_modules")


def of(text: Optional[str]) -> Optional[Dict[str, Any]]:
    """Return the origin of PEP 610 without credentials; ``None`` for an index."""
    if not text:
        return None
    document = json.loads(text)
    url = re.sub(r"(?<=://)[^/?#\s]*@", "", str(document["url"]))
    origin = {"url": url, "editable": False, "commit": None, "digest": None, "tree": None}
    if "vcs_info" in document:
        vcs = document["vcs_info"]
        return dict(origin, kind="vcs", commit=vcs.get("commit_id"), vcs=vcs.get("vcs"))
    if "dir_info" in document:
        editable = bool(document["dir_info"].get("editable"))
        folder = _folder(url) if editable else ""
        return dict(
            origin,
            kind="directory",
            editable=editable,
            commit=_commit(folder),
            tree=tree(folder) if folder else None,
        )
    archive = document.get("archive_info") or {}
    digest = (archive.get("hashes") or {}).get("sha256")
    if not digest and str(archive.get("hash", "")).startswith("sha256="):
        digest = archive["hash"].partition("=")[2]
    return dict(origin, kind="archive", digest="sha256:" + digest if digest else None)


def tree(folder: str) -> Optional[str]:
    """Return the digest of paths and contents below ``folder``; ``None`` for very much."""
    whole, size = hashlib.sha256(), 0
    try:
        paths = _tracked(folder) or sorted(_walk(folder))
        for path in paths[:_FILES]:
            full = os.path.join(folder, path)
            if not os.path.isfile(full):
                continue
            size += os.path.getsize(full)
            if size > _BYTES:
                return None
            with open(full, "rb") as file:
                row = "%s,%s\n" % (path, hashlib.sha256(file.read()).hexdigest())
            whole.update(row.encode("utf-8", "surrogateescape"))
    except OSError:
        return None
    return None if len(paths) > _FILES or not paths else "sha256:" + whole.hexdigest()


def _folder(url: str) -> str:
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    folder = unquote(parts.path) if parts.scheme == "file" else ""
    return folder if os.path.isdir(folder) else ""


def _commit(folder: str) -> Optional[str]:
    said = _git(folder, "rev-parse", "HEAD") if folder else b""
    return said.decode("ascii", "replace").strip() or None


def _tracked(folder: str) -> List[str]:
    said = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted(os.fsdecode(name) for name in said.split(b"\0") if name)


def _git(folder: str, *arguments: str) -> bytes:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return b""
    return b"" if done.returncode else done.stdout


def _walk(folder: str) -> Iterator[str]:
    count = 0
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if _is_source(name)]
        for name in files:
            count += 1
            if count > _FILES + 1:
                return
            if not name.endswith(".pyc"):
                yield os.path.relpath(os.path.join(here, name), folder)


def _is_source(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(".egg-info") and name not in _LEFT
