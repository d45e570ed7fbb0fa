"""Lists what its interpreter has installed: ``PYTHON -I -S inventory.py ASK ANSWER``.

``ASK`` is JSON with the observed ``sys.path``; ``ANSWER`` gets every distribution on it, the first
of a name winning as it does for ``import``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

_INSTALLERS_OWN = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def main(arguments: List[str]) -> int:
    """Answer one question."""
    with open(arguments[0], encoding="ascii") as file:
        question = json.load(file)
    sys.path[:] = question["path"]
    answer = dict(question, distributions=distributions(question["path"]))
    del answer["path"]
    partial = arguments[1] + ".partial"
    with open(partial, "w", encoding="ascii") as file:
        json.dump(answer, file)
    os.rename(partial, arguments[1])
    return 0


def distributions(path: List[str]) -> List[Dict[str, Any]]:
    """Return the distributions on ``path``, sorted by name."""
    import importlib.metadata

    found: Dict[str, Dict[str, Any]] = {}
    for distribution in importlib.metadata.distributions(path=list(dict.fromkeys(path))):
        try:
            entry = described(distribution)
        except Exception as error:  # one broken distribution is no reason to lose the others
            entry = _broken(distribution, error)
        if entry["name"]:
            found.setdefault(entry["name"], entry)
    return [found[name] for name in sorted(found)]


def described(distribution: Any) -> Dict[str, Any]:
    """Return what an installer left about one distribution."""
    record = distribution.read_text("RECORD")
    origin = _origin(distribution.read_text("direct_url.json"))
    return {
        "name": _normalised(distribution.metadata["Name"] or ""),
        "version": distribution.metadata["Version"] or "",
        "location": os.path.dirname(str(getattr(distribution, "_path", ""))),
        "digest": record_digest(record) if record else None,
        "reason": "" if record else "it has no RECORD",
        "installer": (distribution.read_text("INSTALLER") or "").strip(),
        "requested": distribution.read_text("REQUESTED") is not None,
        "origin": origin,
    }


def record_digest(record: str) -> str:
    """Return the digest of a RECORD, less what depends on the installer and the machine."""
    rows = sorted(
        "%s,%s" % (row[0], row[1] if len(row) > 1 else "")
        for row in csv.reader(record.splitlines())
        if row and _counts(row[0])
    )
    text = "\n".join(rows).encode("utf-8", "surrogateescape")
    return "sha256:" + hashlib.sha256(text).hexdigest()


def _counts(path: str) -> bool:
    if path.endswith(".pyc") or path.startswith(("../", "/")) or "/../" in path:
        return False
    folder, _, name = path.rpartition("/")
    return not (folder.endswith(".dist-info") and name in _INSTALLERS_OWN)


def _origin(text: Optional[str]) -> Optional[Dict[str, Any]]:
    """Return the origin of PEP 610 without credentials; ``None`` for an index."""
    if not text:
        return None
    document = json.loads(text)
    url = re.sub(r"(?<=://)[^/?#\s]*@", "", str(document["url"]))
    origin = {"url": url, "editable": False, "commit": None, "digest": None}
    if "vcs_info" in document:
        vcs = document["vcs_info"]
        return dict(origin, kind="vcs", commit=vcs.get("commit_id"), vcs=vcs.get("vcs"))
    if "dir_info" in document:
        return dict(origin, kind="directory", editable=bool(document["dir_info"].get("editable")))
    archive = document.get("archive_info") or {}
    digest = (archive.get("hashes") or {}).get("sha256")
    if not digest and str(archive.get("hash", "")).startswith("sha256="):
        digest = archive["hash"].partition("=")[2]
    return dict(origin, kind="archive", digest="sha256:" + digest if digest else None)


def _broken(distribution: Any, error: Exception) -> Dict[str, Any]:
    stem = os.path.basename(str(getattr(distribution, "_path", "")))
    name, _, version = stem.rpartition(".")[0].partition("-")
    return {
        "name": _normalised(name),
        "version": version,
        "location": "",
        "digest": None,
        "reason": "its metadata cannot be read: %s" % error,
        "installer": "",
        "requested": False,
        "origin": None,
    }


def _normalised(name: str) -> str:
    """Return a name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
