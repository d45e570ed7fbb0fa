"""What the program says of itself through ``auditor.metric`` and its like."""

from __future__ import annotations

import os
import sys

from .content import state
from .encoding import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional, Tuple

    from .journal import Journal
    from .ledger import Ledger

__all__ = ["Own", "Said", "listener"]

listener: Optional[Said] = None
_LONG = 1000
_MOST = 100_000


class Said:
    """Writes a ``metric``, ``param`` or ``declared`` event for each thing said.

    What is said again, the same way, is no event; so many events a process and no more.
    """

    def __init__(self, journal: Journal, ledger: Ledger) -> None:
        self._journal = journal
        self._ledger = ledger
        self._last: Dict[Tuple[str, str], Any] = {}
        self._count = 0

    def listen(self) -> None:
        """Have the program's words come here."""
        global listener
        listener = self

    def forked(self) -> None:
        """Begin anew: what the parent said is in its own journal."""
        self._last = {}
        self._count = 0

    def hear(self, kind: str, said: Tuple[Any, ...], frame: Any) -> None:
        """Take what a function of the interface was called with. Never raises."""
        try:
            getattr(self, "_" + kind)(*said, frame)
        except Exception:
            self._journal.lost += 1

    def _metric(self, name: str, value: float, frame: Any) -> None:
        kind = "int" if isinstance(value, int) else "float"
        self._write("metric", name, frame, value=repr(value)[:_LONG], type=kind)

    def _param(self, name: str, value: Any, frame: Any) -> None:
        self._write("param", name, frame, value=_text(value))

    def _declared(self, kind: str, path: Any, frame: Any) -> None:
        place = os.path.abspath(os.fsdecode(path))
        found = os.stat(place) if kind == "input" and os.path.isfile(place) else None
        stat = state(found) if found is not None else None
        self._write("declared", place, frame, kind=kind, stat=stat)

    def _seed(self, function: str, value: int, frame: Any) -> None:
        self._ledger.seeded("auditor", function, value, frame)

    def _write(self, event: str, name: str, frame: Any, **members: Any) -> None:
        key = (event, name)
        if self._last.get(key) == members:
            return
        if self._count >= _MOST:
            self._journal.lost += 1
            return
        self._count += 1
        self._last[key] = members
        site = self._ledger.places.site(frame)
        self._journal.write(event, name=name[:_LONG], site=site, **members)


class Own:
    """The meta path finder that has ``auditor`` where nobody else has it."""

    def __init__(self, recorder: str) -> None:
        self._place = os.path.join(recorder, "shim.py")

    def install(self) -> None:
        """Stand behind the other finders."""
        sys.meta_path.append(self)

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        """Return the spec of the interface; of nothing else."""
        if name != "auditor":
            return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(name, self._place)


def _text(value: Any) -> str:
    """Return a parameter as text: strings as they are, else JSON, or its type's name."""
    plain = _plain(value)
    return (plain if isinstance(plain, str) else dumps(plain))[:_LONG]


def _plain(value: Any) -> Any:
    """Return what JSON has for a value; the address of an object would differ in every run."""
    if getattr(value, "size", 0) == 1 and hasattr(value, "item"):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return "<%s>" % type(value).__name__
