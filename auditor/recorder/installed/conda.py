"""What conda installed: ``PREFIX/conda-meta/*.json``, one document a package."""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

__all__ = ["packages"]

_METADATA = (".dist-info/METADATA", ".egg-info/PKG-INFO")


def packages(prefix: str) -> Dict[str, Dict[str, Any]]:
    """Return the origins of what conda installed, by the folder of the distribution's metadata."""
    folder = os.path.join(prefix, "conda-meta")
    if not prefix or not os.path.isdir(folder):
        return {}
    found: Dict[str, Dict[str, Any]] = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            found.update(_of(os.path.join(folder, name), prefix))
    return found


def _of(path: str, prefix: str) -> Dict[str, Dict[str, Any]]:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        files: List[str] = document.get("files") or []
        origin = _origin(document)
    except Exception:  # a package that cannot be read is one of an index
        return {}
    return {
        os.path.join(prefix, os.path.dirname(name)): origin
        for name in files
        if name.endswith(_METADATA)
    }


def _origin(document: Dict[str, Any]) -> Dict[str, Any]:
    # Channels may carry credentials: user information, or a token as /t/TOKEN/.
    url = re.sub(r"(?<=://)[^/?#\s]*@", "", str(document.get("url") or document["channel"]))
    sha256, md5 = document.get("sha256"), document.get("md5")
    return {
        "url": re.sub(r"/t/[^/]+/", "/", url),
        "kind": "conda",
        "editable": False,
        "commit": None,
        "digest": "sha256:" + sha256 if sha256 else None,
        "md5": None if sha256 else md5,
        "tree": None,
    }
