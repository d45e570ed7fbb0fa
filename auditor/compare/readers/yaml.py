"""YAML 1.1 as PyYAML resolves it, read from events: no object is made that a document asks for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.moment import Moment

__all__ = ["read_yaml"]

MAX_BYTES = 16 * 1024 * 1024
MAX_NODES = 2_000_000
MAX_DEPTH = 400
_TAG = "tag:yaml.org,2002:"
_PLAIN = frozenset({"map", "seq", "str", "omap", "pairs", "set"})
_MERGE = object()


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML
    """Return a document, or a list of several. Raises ``Unreadable``, ``Undecided``.

    Values of tags that YAML does not know stand under their tag; times are text.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of YAML are more than the {MAX_BYTES} that are parsed")
    try:
        documents = list(_documents(path.read_bytes()))
    except (yaml.YAMLError, ValueError, UnicodeError) as error:
        raise Unreadable(f"not valid YAML: {_brief(error)}") from None
    except (RecursionError, MemoryError, OverflowError):
        raise Undecided("nested too deeply to be parsed") from None
    return documents[0] if len(documents) == 1 else documents


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


@dataclass
class _Open:
    """A collection that is being read; ``size`` counts its nodes, aliases written out."""

    tag: str | None
    anchor: str | None
    mapping: bool
    items: list[Any] = field(default_factory=list)
    size: int = 1


class _Loader(yaml.CSafeLoader):
    """Resolves the types of scalars, and makes plain values of them only."""


def _documents(data: bytes) -> Iterator[Any]:
    loader = _Loader(data)
    try:
        reader = _Reader(loader)
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.DocumentStartEvent):
                yield reader.document()
    finally:
        loader.dispose()


class _Reader:
    """Makes values of events, on a stack of its own."""

    def __init__(self, loader: _Loader) -> None:
        self.loader = loader
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.stack: list[_Open] = []
        self.nodes = 0

    def document(self) -> Any:  # noqa: ANN401 - YAML
        self.anchors.clear()
        self.stack = [_Open(None, None, mapping=False)]
        while not isinstance(event := self.loader.get_event(), yaml.DocumentEndEvent):
            self._event(event)
            if len(self.stack) > MAX_DEPTH:
                raise Undecided(f"nested more than {MAX_DEPTH} levels deep")
        return self.stack[0].items[0]

    def _event(self, event: Any) -> None:  # noqa: ANN401 - events of yaml
        if isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), 1, event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            mapping = isinstance(event, yaml.MappingStartEvent)
            # Until it ends, what refers to it refers to itself.
            self.anchors.pop(event.anchor or "", None)
            self.stack.append(_Open(event.tag, event.anchor, mapping))
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self.stack.pop()
            self._add(_collection(done), done.size, done.anchor)

    def _alias(self, anchor: str | None) -> None:
        if anchor is None or anchor not in self.anchors:
            raise Undecided(f"the alias *{anchor} refers to itself, or to nothing")
        self._add(*self.anchors[anchor], None)

    def _add(self, value: Any, size: int, anchor: str | None) -> None:  # noqa: ANN401 - YAML
        self.nodes += size
        self.stack[-1].size += size
        if max(self.nodes, self.stack[-1].size) > MAX_NODES:
            raise Undecided(f"more than {MAX_NODES} values, aliases written out")
        if anchor is not None:
            self.anchors[anchor] = (value, size)
        self.stack[-1].items.append(value)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 - YAML
        tag, text = event.tag, event.value
        if tag is None or tag == "!":
            tag = str(_resolved(self.loader, text, event.implicit))
        kind = tag.removeprefix(_TAG)
        if kind == "merge":
            return _MERGE
        if kind == "timestamp":
            return Moment(text)
        if kind == "binary":
            return _binary(text)
        if kind in {"null", "bool", "int", "float"}:
            return self._number(kind, text)
        return text if kind in _PLAIN else {tag: text}

    def _number(self, kind: str, text: str) -> Any:  # noqa: ANN401 - YAML
        node = yaml.ScalarNode(_TAG + kind, text)
        try:
            return getattr(self.loader, f"construct_yaml_{kind}")(node)
        except (KeyError, IndexError) as error:
            raise ValueError(f"{text[:40]!r} is no {kind}: {error}") from None


def _resolved(loader: Any, text: str, implicit: Any) -> Any:  # noqa: ANN401 - yaml has no types
    return loader.resolve(yaml.ScalarNode, text, implicit)


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"))
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _collection(done: _Open) -> Any:  # noqa: ANN401 - YAML
    value = _mapping(done.items) if done.mapping else done.items
    known = done.tag is None or done.tag.removeprefix(_TAG) in {*_PLAIN, "!"}
    return value if known else {done.tag: value}


def _mapping(items: list[Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    merged: list[dict[Any, Any]] = []
    for key, value in zip(items[::2], items[1::2], strict=True):
        if key is _MERGE:
            merged += _sources(value)
            continue
        if isinstance(key, dict | list | bytes):
            raise Undecided("a key that is no plain value")
        if key in found:
            raise ValueError(f"the key {key!r} appears twice in one mapping")
        found[key] = value
    for source in merged:
        for key, value in source.items():
            found.setdefault(key, value)
    return found


def _sources(value: Any) -> list[dict[Any, Any]]:  # noqa: ANN401 - YAML
    sources = value if isinstance(value, list) else [value]
    if not all(isinstance(source, dict) for source in sources):
        raise ValueError("<< merges what is no mapping")
    return sources
