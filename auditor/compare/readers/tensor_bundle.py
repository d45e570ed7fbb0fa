"""Variables of TensorFlow: an index of their names, and shards in which their bytes lie.

Format: https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/util/tensor_bundle
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from auditor.compare.readers.protobuf import Schema, decode, varint
from auditor.compare.readers.sstable import entries
from auditor.compare.readers.tensorflow import DTYPES, STRING, lengths
from auditor.compare.readers.tensorflow_schema import GRAPHS
from auditor.compare.readers.tensors import stored
from auditor.compare.values.difference import Unreadable
from auditor.compare.values.trees.tree import Tree

__all__ = ["OBJECTS", "Entry", "Index", "index", "value"]

# The variable that says which object owns which variable.
OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"

_SCHEMA: Schema = {
    **GRAPHS,
    "BundleHeaderProto": {1: "num_shards int", 2: "endianness int", 3: "version VersionDef"},
    "BundleEntryProto": {
        1: "dtype int",
        2: "shape TensorShapeProto",
        3: "shard_id int",
        4: "offset int",
        5: "size int",
        6: "crc32c fixed32",
        7: "slices TensorSliceProto*",
    },
    "TensorSliceProto": {1: "extent TensorSliceProto.Extent*"},
    "TensorSliceProto.Extent": {1: "start int", 2: "length int"},
    "TrackableObjectGraph": {1: "nodes TrackableObjectGraph.TrackableObject*"},
    "TrackableObjectGraph.TrackableObject": {
        1: "children ObjectReference*",
        2: "attributes SerializedTensor*",
        3: "slot_variables SlotVariableReference*",
        4: "registered_saver RegisteredSaver",
        5: "has_checkpoint_values BoolValue",
    },
    "SerializedTensor": {1: "name string", 2: "full_name string", 3: "checkpoint_key string"},
    "RegisteredSaver": {1: "name string", 2: "object_name string"},
    "BoolValue": {1: "value bool"},
}
_CHECKSUM = 4


class Entry(NamedTuple):
    """Where a variable lies: ``size`` bytes from ``offset`` of one shard.

    One with ``slices`` lies elsewhere, in parts that are variables of their own.
    """

    dtype: int
    shape: list[int]
    shard: int
    offset: int
    size: int
    checksum: int
    slices: Tree


class Index(NamedTuple):
    """All variables of a checkpoint, by name; ``order`` is that of their bytes, as in NumPy."""

    header: dict[str, Any]
    variables: Mapping[str, Entry]
    order: str


def index(data: memoryview) -> Index:
    """Return what an index says. Raises ``Unreadable``, ``Undecided``."""
    header: dict[str, Any] = {}
    variables = {}
    for key, raw in entries(data):
        if key:
            variables[key.decode("utf-8", "backslashreplace")] = _entry(raw)
        else:
            header = decode(raw, "BundleHeaderProto", _SCHEMA)
    if "num_shards" not in header:
        raise Unreadable("not an index of variables: it has no header")
    return Index(header, variables, ">" if header.get("endianness") else "<")


def _entry(raw: memoryview) -> Entry:
    message = decode(raw, "BundleEntryProto", _SCHEMA)
    return Entry(
        dtype=message.get("dtype", 0),
        shape=lengths(message.get("shape", {})),
        shard=message.get("shard_id", 0),
        offset=message.get("offset", 0),
        size=message.get("size", 0),
        checksum=message.get("crc32c", 0),
        slices=message.get("slices", []),
    )


def value(name: str, entry: Entry, shard: memoryview, order: str) -> Tree:
    """Return a variable as an ``Array``, or as a list of bytes; raw where its type is opaque.

    Raises ``Unreadable``, ``Undecided``.
    """
    if entry.offset < 0 or entry.size < 0 or entry.offset + entry.size > len(shard):
        raise Unreadable(f"{name} lies beyond the end of its file")
    raw = shard[entry.offset : entry.offset + entry.size]
    if entry.dtype == STRING:
        texts = _texts(raw, entry.shape)
        return _objects(texts) if name == OBJECTS else texts
    if entry.dtype in DTYPES:
        return stored(raw, DTYPES[entry.dtype], entry.shape, order)
    return bytes(raw)


def _texts(raw: memoryview, shape: list[int]) -> list[bytes]:
    """Return strings: all their lengths, a checksum of those, then one after the other."""
    count = 1
    for length in shape:
        count *= length
    if count > len(raw):
        raise Unreadable(f"{len(raw)} bytes hold no {count} strings")
    sizes, at = [], 0
    for _ in range(count):
        size, at = varint(raw, at)
        sizes.append(size)
    at += _CHECKSUM
    if at + sum(sizes) != len(raw):
        raise Unreadable("strings do not fill the place that they have")
    found = []
    for size in sizes:
        found.append(bytes(raw[at : at + size]))
        at += size
    return found


def _objects(texts: list[bytes]) -> Tree:
    try:
        return [decode(memoryview(text), "TrackableObjectGraph", _SCHEMA) for text in texts]
    except Unreadable:
        return texts
