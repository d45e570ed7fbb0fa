"""The leaves of a configuration by their JSON pointers (RFC 6901), so many and no more.

Whoever wrote the file may have meant harm: nothing is made that a document asks for, and what is
nested too deeply or too long is refused.
"""

from __future__ import annotations

import configparser
import json
import tomllib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import yaml

from auditor.capture.bounds import parse

__all__ = ["MOST_LEAVES", "SUFFIXES", "leaves_of"]

MOST_LEAVES = 500
_MOST_STEPS = 20_000
_DEEPEST = 50
_LONG = 1000
_MERGE = "tag:yaml.org,2002:merge"

Leaf = tuple[str, str]


def leaves_of(name: str, data: bytes) -> list[Leaf]:
    """Return the pointer and the text of each leaf; YAML's are as they are written.

    Raises ``ValueError`` with the reason where the content is not to be read.
    """
    read = _READERS[PurePosixPath(name).suffix.lower()]
    try:
        found = list(islice(read(data), MOST_LEAVES + 1))
    except (yaml.YAMLError, configparser.Error, UnicodeError, ValueError) as error:
        raise ValueError(_brief(error)) from None
    except (RecursionError, MemoryError):
        raise ValueError("it is nested too deeply") from None
    if len(found) > MOST_LEAVES:
        raise ValueError(f"has more than {MOST_LEAVES} values")
    return found


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _json(data: bytes) -> Iterator[Leaf]:
    return _walk(parse(data), "", 0)


def _toml(data: bytes) -> Iterator[Leaf]:
    return _walk(tomllib.loads(data.decode()), "", 0)


class _Parser(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr  # names keep their case


def _ini(data: bytes) -> Iterator[Leaf]:
    parser = _Parser(allow_no_value=True)
    parser.read_string(data.decode())
    return _walk({name: dict(parser.items(name)) for name in parser.sections()}, "", 0)


def _walk(value: Any, pointer: str, depth: int) -> Iterator[Leaf]:  # noqa: ANN401 - JSON, TOML
    if depth > _DEEPEST:
        raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
    if value and isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{pointer}/{_escaped(key)}", depth + 1)
    elif value and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{pointer}/{index}", depth + 1)
    else:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        yield pointer, text[:_LONG]


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _yaml(data: bytes) -> Iterator[Leaf]:
    _refuse_depth(data)
    return _Nodes().walk(yaml.compose(data, Loader=yaml.CSafeLoader), "", 0)


def _refuse_depth(data: bytes) -> None:
    # What composes a document does so by recursion in C, without a limit of its own.
    depth = 0
    for event in yaml.parse(data, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError(f"it is nested more than {_DEEPEST} levels deep")


class _Nodes:
    """Walks the nodes of one document; aliases lead to nodes again, so the steps are counted."""

    def __init__(self) -> None:
        self.steps = 0

    def walk(self, node: yaml.Node | None, pointer: str, depth: int) -> Iterator[Leaf]:
        self._step(depth)
        if isinstance(node, yaml.MappingNode) and node.value:
            for key, item in self._pairs(node, depth).items():
                yield from self.walk(item, f"{pointer}/{_escaped(key)}", depth + 1)
        elif isinstance(node, yaml.SequenceNode) and node.value:
            for index, item in enumerate(node.value):
                yield from self.walk(item, f"{pointer}/{index}", depth + 1)
        elif node is not None:
            yield pointer, _text(node)

    def _pairs(self, node: yaml.MappingNode, depth: int) -> dict[str, yaml.Node]:
        """Return the items of a mapping: its own before those that it merges (``<<``)."""
        own: dict[str, yaml.Node] = {}
        merged: list[yaml.Node] = []
        for key, item in node.value:
            self._step(depth)
            if key.tag == _MERGE:
                merged += item.value if isinstance(item, yaml.SequenceNode) else [item]
            else:
                own[_text(key)] = item
        for source in merged:
            if isinstance(source, yaml.MappingNode):
                own = {**self._pairs(source, depth + 1), **own}
        return own

    def _step(self, depth: int) -> None:
        self.steps += 1
        if self.steps > _MOST_STEPS or depth > 2 * _DEEPEST:
            raise ValueError("it refers to itself again and again")


def _text(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "{}"
    return "[]" if isinstance(node, yaml.SequenceNode) else str(node.value)[:_LONG]


_READERS: dict[str, Callable[[bytes], Iterator[Leaf]]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".toml": _toml,
    ".json": _json,
    ".ini": _ini,
    ".cfg": _ini,
}
SUFFIXES = frozenset(_READERS)
