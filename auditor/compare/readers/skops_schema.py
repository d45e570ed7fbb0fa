"""Files of skops: a schema in JSON, with arrays and bytes as members of the archive.

After ``skops.io``. Addresses in memory (``__id__``) and the members' names, which derive from
them, are new with every save: members are found through the schema, addresses are not kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditor.compare.readers.blob import Blob, Mapped, rows
from auditor.compare.readers.document import Aside, Document
from auditor.compare.readers.npy import header
from auditor.compare.readers.pickles.forms import OBJECTS
from auditor.compare.readers.pickles.nodes import Bag, Made, Name, Node, Pairs
from auditor.compare.readers.pickles.trees import Builder
from auditor.compare.readers.stored import Stored
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["read_skops"]

MAX_SCHEMA = 64 * 1024**2
_SCHEMA = "schema.json"
_INTEGER = re.compile(r"-?\d{1,4000}", re.ASCII)
_ASIDE = {"protocol": "protocol of skops", "_skops_version": "version of skops"}
_ITSELF = frozenset({"__class__", "__module__", "__loader__", "__id__", "file", "is_json", *_ASIDE})

_Node = dict[str, Any]


def read_skops(path: Path) -> Document:
    """Return what a file of skops holds. Raises ``Unreadable``, ``Undecided``."""
    document = Document(None, Aside())
    with Stored(Blob.file(path)) as archive:
        blob = archive.blob(_SCHEMA)
        if blob.length > MAX_SCHEMA:
            raise Undecided(f"a schema of {blob.length} bytes is too large")
        schema = _Schema(archive)
        builder = Builder(OBJECTS, document.aside)
        builder.open, builder.parts = document.open, document.parts
        try:
            root = json.loads(blob.read())
            _told(root, document.aside)
            document.tree = builder.tree(schema.node(root))
        except RecursionError:
            raise Undecided("a schema that is nested too deeply") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable(f"not a valid schema of skops: {error}") from None
        unused = sorted(archive.checksum(name) for name in archive.names.keys() - schema.used)
        if unused:
            document.tree = {"<schema>": document.tree, "<unused>": unused}
    return document


def _told(root: _Node, aside: Aside) -> None:
    for name, what in _ASIDE.items():
        aside.say(what, str(root.get(name)))
    # Only that there are some: they are other ones with every save.
    aside.say("addresses in memory, which name the members", str(root.get("__id__")))


class _Schema:
    """Makes nodes of the schema's."""

    def __init__(self, archive: Stored) -> None:
        self.archive = archive
        self.used = {_SCHEMA}
        self._known: dict[int, Node] = {}
        self._loaders: dict[str, Callable[[_Node], Node]] = {
            "JsonNode": lambda one: json.loads(one["content"]),
            "ListNode": lambda one: self.node(one["content"]),
            "TupleNode": lambda one: tuple(self.node(one["content"])),
            "SetNode": lambda one: Bag(one["__class__"], self.node(one["content"])),
            "DictNode": self._mapping,
            "NdArrayNode": self._array,
            "SparseMatrixNode": self._sparse,
            "BytesNode": self._bytes,
            "BytearrayNode": self._bytes,
            "ObjectNode": self._object,
            "TypeNode": _name,
            "FunctionNode": _name,
        }

    def node(self, value: Any) -> Node:  # noqa: ANN401 - JSON
        """Return the node of a node of the schema, or of plain JSON in it."""
        if isinstance(value, list):
            return [self.node(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "__loader__" not in value:
            return self._pairs(value)
        return self._loaded(value)

    def _loaded(self, value: _Node) -> Node:
        loader = value["__loader__"]
        if loader == "CachedNode":
            return self._known[value["__id__"]]
        found = self._loaders.get(loader, self._other)(value)
        if isinstance(value.get("__id__"), int):
            self._known[value["__id__"]] = found
        return found

    def _pairs(self, value: _Node) -> Pairs:
        found = Pairs()
        found.pairs = [(key, self.node(one)) for key, one in value.items()]
        return found

    def _mapping(self, value: _Node) -> Node:
        types = [_name(one).name for one in value["key_types"]["content"]]
        texts = value["content"].items()
        if len(types) != len(texts):
            # Of keys with one text, such as 1 and "1", skops keeps the last.
            return self._other(value)
        made = Made(_name(value), (), instance=True)
        for kind, (text, one) in zip(types, texts, strict=True):
            made.entries.append((_key(kind, text), self.node(one)))
        if made.name == "builtins.dict":
            plain = Pairs()
            plain.pairs = made.entries
            return plain
        return made

    def _array(self, value: _Node) -> Node:
        name = _name(value)
        if value["type"] == "numpy":
            found = _npy(self._member(value))
            # A scalar's class is the type of its element.
            usual = name.name == "numpy.ndarray" or not found.shape
            return found if usual else Made(name, (found,), instance=True)
        shape, content = self.node(value["shape"]), self.node(value["content"])
        return Made(name, (shape, content), instance=True)

    def _sparse(self, value: _Node) -> Node:
        content = Pairs()
        with Stored(Blob.of(self._member(value).read())) as archive:
            for name in archive.names:
                content.pairs.append((name.removesuffix(".npy"), _npy(archive.blob(name))))
        return _stated(value, content)

    def _bytes(self, value: _Node) -> Node:
        return self._member(value)

    def _object(self, value: _Node) -> Node:
        return _stated(value, self.node(value.get("content")))

    def _other(self, value: _Node) -> Node:
        rest = {name: one for name, one in value.items() if name not in _ITSELF}
        content = self._pairs(rest)
        if "file" in value:
            content.pairs.append(("file", self._member(value)))
        content.pairs.append(("<loader>", value["__loader__"]))
        return _stated(value, content)

    def _member(self, value: _Node) -> Blob:
        self.used.add(value["file"])
        return self.archive.blob(value["file"])


def _npy(blob: Blob) -> Mapped:
    """Return an array in NumPy's own format, where it lies."""
    with blob.open() as file:
        found = header(file)
    strides = rows(found.shape, found.dtype.itemsize, "F" if found.by_columns else "C")
    part = blob.part(found.offset, blob.length - found.offset)
    return Mapped(part, found.dtype, found.shape, strides)


def _name(value: _Node) -> Name:
    return Name(f"{value['__module__']}.{value['__class__']}")


def _stated(value: _Node, state: Node) -> Made:
    made = Made(_name(value), (), instance=True)
    if state is not None:
        made.states.append((None, state))
    return made


def _key(kind: str, text: str) -> Node:
    """Return a key, which JSON has as text, as what it was."""
    if kind == "builtins.str":
        return text
    if kind == "builtins.int" and _INTEGER.fullmatch(text):
        return int(text)
    return Made(Name(kind), (text,))
