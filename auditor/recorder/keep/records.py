"""The keeper's documents: read from the caller, written whole or not at all."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

__all__ = ["request_of", "write"]

_DEFAULTS = {
    "name": "",
    "inputs": [],
    "outputs": [],
    "metrics": [],
    "params": {},
    "keep": 0,
    "log": 0,
    "pulse": "",
    "offline": False,
    "store": "",
    "stdin": {},
    "variables": [],
    "entropy": "",
    "trace": "auto",
}  # type: Dict[str, Any]


def request_of(folder: str) -> Dict[str, Any]:
    """Return what the caller asked for. Raises ``OSError`` or ``ValueError``."""
    with open(os.path.join(folder, "request.json"), encoding="utf-8") as file:
        request = json.load(file)
    return dict(_DEFAULTS, **request)


def write(folder: str, name: str, record: Dict[str, Any]) -> None:
    """Write a record under its name in one step."""
    place = os.path.join(folder, name)
    partial = place + ".partial"
    with open(partial, "w", encoding="ascii") as file:
        json.dump(record, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(partial, place)
