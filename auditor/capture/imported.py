"""Which distributions were imported: modules in memory at the end, by who installed them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from auditor.capture.folder import Folder, ProcessLog

__all__ = ["Imported"]


class Imported:
    """The modules of the processes of one interpreter, by the folder that they lie in.

    A process that a signal ended, or that the operating system let go, did not tell: what no
    other imported is then not known.
    """

    def __init__(self, folder: Folder, main: ProcessLog) -> None:
        """Collect from the processes that ran the interpreter of ``main``."""
        asked = _interpreter(main)
        ends = [log.end for log in folder.processes if _interpreter(log) == asked]
        self._complete = all(end is not None and end.modules is not None for end in ends)
        self._modules: dict[str, set[str]] = {}
        for end in ends:
            for place, names in ((end.modules if end else None) or {}).items():
                self._modules.setdefault(place.rstrip("/"), set()).update(names)

    def has(self, row: dict[str, Any]) -> bool | None:
        """Say whether a module of the distribution that an inventory describes was imported."""
        brought = row.get("modules")
        place = str(row.get("location", "")).rstrip("/")
        if self._below(row.get("origin"), place):
            return True
        if brought is None:
            return None
        if not self._modules.get(place, set()).isdisjoint(brought):
            return True
        return False if self._complete else None

    def _below(self, origin: Any, place: str) -> bool:  # noqa: ANN401 - JSON
        """Say whether a module lies in the folder of an editable install."""
        if not isinstance(origin, dict) or not origin.get("editable"):
            return False
        folder = unquote(urlsplit(str(origin.get("url", ""))).path).rstrip("/")
        others = ("site-packages", "dist-packages")
        return bool(folder) and any(
            name != place and f"{name}/".startswith(f"{folder}/") and not name.endswith(others)
            for name in self._modules
        )


def _interpreter(log: ProcessLog) -> tuple[str, str]:
    return log.start.interpreter.executable, log.start.interpreter.prefix
