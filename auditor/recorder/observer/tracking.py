"""What the run logged of itself: parameters at once, metrics first and last."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Tuple

    from .journal import Journal

__all__ = ["Tracking"]

_MOST = 2000
_LONG = 500
_DEEPEST = 5


class Tracking:
    """Writes a ``tracked`` event for each parameter and metric that a tracker is given.

    A parameter is written again where its value changed. Of a metric the first value is written,
    and at the end the last one, with the number of values.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._params: Dict[Tuple[str, str], str] = {}
        self._metrics: Dict[Tuple[str, str], List[Any]] = {}

    def patches(self) -> Dict[str, Callable[[Any], None]]:
        """Return the patches by the name of the module they are for."""
        from . import tracking_patch

        return tracking_patch.patches(self)

    def params(self, system: str, items: Any) -> None:
        """Note parameters; a mapping in a mapping has its names joined by dots."""
        for name, value in _flat(items, "", 0):
            text = _shown(value)
            key = (system, name)
            if len(self._params) < _MOST and self._params.get(key) != text:
                self._params[key] = text
                self._write(system, "param", name, text, 1)

    def metrics(self, system: str, items: Any) -> None:
        """Note values of metrics: only what is a number, and lies in the memory of the host."""
        for name, value in _flat(items, "", 0):
            number = _number(value)
            if number is None:
                continue
            key = (system, name)
            known = self._metrics.get(key)
            if known is not None:
                known[0] = number
                known[1] += 1
            elif len(self._metrics) < _MOST:
                self._metrics[key] = [number, 1]
                self._write(system, "metric", name, repr(number), 1)

    def conclude(self) -> None:
        """Write the last value of each metric that had more than one."""
        for (system, name), (number, count) in list(self._metrics.items()):
            if count > 1:
                self._write(system, "metric", name, repr(number), count)

    def forked(self) -> None:
        """Begin anew: what was logged before is the parent's."""
        self._params = {}
        self._metrics = {}

    def _write(self, system: str, kind: str, name: str, value: str, count: int) -> None:
        self.journal.write("tracked", system=system, kind=kind, name=name, value=value, count=count)


def _flat(items: Any, prefix: str, depth: int) -> List[Tuple[str, Any]]:
    found: List[Tuple[str, Any]] = []
    if not hasattr(items, "items"):
        items = vars(items) if hasattr(items, "__dict__") else {}
    for key, value in list(items.items())[:_MOST]:
        name = (prefix + str(key))[:_LONG]
        if isinstance(value, dict) and value and depth < _DEEPEST:
            found += _flat(value, name + ".", depth + 1)
        else:
            found.append((name, value))
        if len(found) >= _MOST:
            break
    return found


def _number(value: Any) -> Any:
    """Return a number, or ``None``: to read what lies on a device would hold the run up."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) if isinstance(value, float) else int(value)
    device = getattr(value, "device", "cpu")
    if str(device) != "cpu" or not hasattr(value, "item"):
        return None
    if getattr(value, "size", 1) == 1 or getattr(value, "ndim", 1) == 0:
        number = value.item()
        return number if type(number) in (int, float) else None
    return None


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value[:_LONG]
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)[:_LONG]
    if isinstance(value, (list, tuple)):
        return "[%s]" % ", ".join(_shown(item) for item in value[:20])[:_LONG]
    number = _number(value)
    return "<%s>" % type(value).__name__ if number is None else str(number)
