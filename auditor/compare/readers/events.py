"""TensorBoard's event files: scalars as series, what else was logged by tag and step.

Format: https://github.com/tensorflow/tensorboard/blob/2.21.0/tensorboard/compat/proto/event.proto
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from auditor.compare.readers.events_schema import EVENTS
from auditor.compare.readers.mapped import mapped
from auditor.compare.readers.protobuf import decode
from auditor.compare.readers.tensorflow import CONVERT
from auditor.compare.readers.tfrecord import Records
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.trees.tree import Tree

__all__ = ["Log", "load"]

MAX_BYTES = 1024**3
_PARAMETERS = "hparams"
_CLOCK = {
    "session_start_info": "start_time_secs",
    "session_end_info": "end_time_secs",
    "experiment": "time_created_secs",
}
_FLOATS = {"float16", "float32", "float64"}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_GRAPHS = {"graph_def": "GraphDef", "meta_graph_def": "MetaGraphDef"}


class Log:
    """What one event file says.

    ``scalars`` are steps and values by tag, as logged, ``dtypes`` how wide they are; ``logged`` is
    what else was logged, by tag and step; ``about`` what was said once of a tag; ``graphs`` are
    bytes; ``messages`` is the rest. ``clock`` is all that was read off a clock, ``rest`` how many
    bytes at the end are no whole record.
    """

    def __init__(self) -> None:
        self.scalars: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self.dtypes: dict[str, str] = {}
        self.logged: dict[str, dict[str, list[Tree]]] = defaultdict(lambda: defaultdict(list))
        self.about: dict[str, Tree] = {}
        self.graphs: list[tuple[str, bytes]] = []
        self.messages: list[Tree] = []
        self.clock: list[float] = []
        self.profiles: list[Tree] = []
        self.rest = 0

    def add(self, event: dict[str, Any]) -> None:
        """Add one ``Event``."""
        self.clock.append(event.pop("wall_time", 0.0))
        step = event.pop("step", 0)
        for value in event.pop("summary", {}).get("value", []):
            self._value(step, value)
        for key, message in _GRAPHS.items():
            if key in event:
                self.graphs.append((message, bytes(event.pop(key))))
        if "tagged_run_metadata" in event:
            self.profiles.append(event.pop("tagged_run_metadata"))
        if event:
            self.messages.append({"step": step, **event})

    def _value(self, step: int, value: dict[str, Any]) -> None:
        tag = value.pop("tag", "")
        if "metadata" in value:
            self._about(tag, value.pop("metadata"))
        number = _scalar(value)
        if number is not None:
            self.scalars[tag].append((float(step), number[0]))
            self.dtypes[tag] = number[1]
        elif value:
            self.logged[tag][str(step)].extend(_pictures(value))

    def _about(self, tag: str, metadata: dict[str, Any]) -> None:
        plugin = metadata.get("plugin_data", {})
        if plugin.get("plugin_name") == _PARAMETERS and "content" in plugin:
            content = decode(memoryview(plugin["content"]), "HParamsPluginData", EVENTS)
            for key, time in _CLOCK.items():
                self.clock.append(content.get(key, {}).pop(time, 0.0))
            metadata = {**metadata, "plugin_data": {**plugin, "content": content}}
        self.about.setdefault(tag, metadata)


def load(path: Path) -> Log:
    """Return what an event file says. Raises ``Unreadable``, ``Undecided``."""
    data = mapped(path)
    if len(data) > MAX_BYTES:
        raise Undecided(f"{len(data)} bytes of events are more than the {MAX_BYTES} that are read")
    log = Log()
    records = Records(data)
    for record in records:
        log.add(decode(record, "Event", EVENTS, CONVERT))
    if not log.clock:
        raise Unreadable("not an event file: it has no whole record")
    log.rest = records.rest
    return log


def _scalar(value: dict[str, Any]) -> tuple[float, str] | None:
    """Return the one number of a value and its type, or ``None``."""
    if "simple_value" in value:
        return value["simple_value"], "float32"
    found = value.get("tensor", {}).get("value")
    if not isinstance(found, Array) or found.shape or found.dtype not in _FLOATS:
        return None
    return float(found.values[()]), found.dtype


def _pictures(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a value, one a picture where it is the text of width, height and pictures."""
    texts: list[bytes] = value.get("tensor", {}).get("string_val", [])
    (width, height), pictures = (*texts[:2], b"", b"")[:2], texts[2:]
    if not pictures or not all(one.startswith(_PICTURES) for one in pictures):
        return [value]
    size = {"width": width, "height": height}
    return [{"image": {**size, "encoded_image_string": one}} for one in pictures]
