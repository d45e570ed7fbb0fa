"""Answers one question: which distributions are on a ``sys.path``, and what Python links.

``ASK`` is JSON with the observed ``sys.path`` and prefix; ``ANSWER`` gets every distribution on it,
the first of a name winning as it does for ``import``.
"""

from __future__ import annotations

import json
import os
import re
import sys

from . import conda, linked, modules, origin, record
from .indexes import indexes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple

__all__ = ["distributions", "main"]

_MOST_EDITED = 100


def main(arguments: List[str]) -> int:
    """Answer one question."""
    with open(arguments[0], encoding="ascii") as file:
        question = json.load(file)
    libraries = linked.versions()  # while only the standard library is on the path
    sys.path[:] = question["path"]
    found = distributions(question["path"], question["prefix"])
    answer = dict(question, distributions=found, libraries=libraries)
    root = answer.pop("root", "")
    answer["indexes"], answer["unread"] = indexes(root, question["prefix"], os.environ)
    del answer["path"]
    partial = arguments[1] + ".partial"
    with open(partial, "w", encoding="ascii") as file:
        json.dump(answer, file)
    os.rename(partial, arguments[1])
    return 0


def distributions(path: List[str], prefix: str = "") -> List[Dict[str, Any]]:
    """Return the distributions on ``path``, sorted by name."""
    import importlib.metadata

    packages = conda.packages(prefix)
    check = record.Check()
    found: Dict[str, Dict[str, Any]] = {}
    for distribution in importlib.metadata.distributions(path=list(dict.fromkeys(path))):
        try:
            entry = described(distribution, packages, check)
        except Exception as error:  # one broken distribution is no reason to lose the others
            entry = _broken(distribution, error)
        if entry["name"]:
            found.setdefault(entry["name"], entry)
    return [found[name] for name in sorted(found)]


def described(
    distribution: Any, packages: Dict[str, Dict[str, Any]], check: record.Check
) -> Dict[str, Any]:
    """Return what an installer left about one distribution, and what was done to it since."""
    text = distribution.read_text("RECORD")
    place = str(getattr(distribution, "_path", ""))
    written = record.rows(text or "")
    edited, reason = check.edited(written, place) if text else ({}, "it has no RECORD")
    changes = [{"path": path, "digest": edited[path]} for path in sorted(edited)]
    if len(changes) > _MOST_EDITED:
        reason = reason or "%d of its files were edited" % len(changes)
    name, version = _headers(distribution)
    return {
        "name": _normalised(name),
        "version": version,
        "location": os.path.dirname(place),
        "digest": record.digest(written, edited) if text else None,
        "reason": reason,
        "installer": (distribution.read_text("INSTALLER") or "").strip(),
        "requested": distribution.read_text("REQUESTED") is not None,
        # What conda installs has the direct_url.json of the machine that built it.
        "origin": packages.get(place) or origin.of(distribution.read_text("direct_url.json")),
        "edited": changes[:_MOST_EDITED],
        "modules": modules.brought(written, distribution.read_text("top_level.txt")),
    }


def _headers(distribution: Any) -> Tuple[str, str]:
    """Return Name and Version; ``metadata`` would take the whole description apart, each time."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO")
    if not text:
        metadata = distribution.metadata
        return metadata["Name"] or "", metadata["Version"] or ""
    said: Dict[str, str] = {}
    for line in text.splitlines():
        if not line:
            break
        key, _colon, value = line.partition(":")
        said.setdefault(key.lower(), value.strip())
    return said.get("name", ""), said.get("version", "")


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
        "edited": [],
    }


def _normalised(name: str) -> str:
    """Return a name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()
