"""Records of TensorFlow: the features of each example, whatever order they were written in.

Format: https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/example/example.proto
"""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Unreadable
from auditor.compare.readers.mapped import mapped
from auditor.compare.readers.protobuf import Schema, decode
from auditor.compare.readers.tfrecord import Records
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["TFRecord"]

_SUFFIXES = (".tfrecord", ".tfrecords")
# A sequence example has its context where an example has its features.
_EXAMPLE: Schema = {
    "Example": {1: "features Features", 2: "feature_lists FeatureLists"},
    "Features": {1: "feature map<Feature>"},
    "FeatureLists": {1: "feature_list map<FeatureList>"},
    "FeatureList": {1: "feature Feature*"},
    "Feature": {1: "bytes_list BytesList", 2: "float_list FloatList", 3: "int64_list IntList"},
    "BytesList": {1: "value bytes*"},
    "FloatList": {1: "value floats"},
    "IntList": {1: "value ints"},
}


class TFRecord:
    """Compares two files record by record; only those whose bytes differ are read."""

    name = "TensorFlow records"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.tfrecord`` and ``.tfrecords``."""
        return path.lower().endswith(_SUFFIXES)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        one, other = Records(mapped(a)), Records(mapped(b))
        counts = [0, 0]
        for number, (left, right) in enumerate(zip_longest(one, other), start=1):
            if left is not None and right is not None:
                counts = [number, number]
                if left != right:
                    _record(f"/record {number}", left, right, scope, found)
            else:
                counts[left is None] = number
        if counts[0] != counts[1]:
            found.differ("records", counts[0], counts[1])
        if one.rest or other.rest:
            found.differ("bytes at the end that are no record", one.rest, other.rest)
        return found.result()


def _record(place: str, a: memoryview, b: memoryview, scope: Scope, found: Found) -> None:
    try:
        left, right = _example(a), _example(b)
    except Unreadable:
        compare_trees(bytes(a), bytes(b), scope, found, place)
        return
    compare_trees(left, right, scope, found, place)


def _example(record: memoryview) -> dict[str, Any]:
    """Return an example's values by the name of their feature. Raises ``Unreadable``."""
    example = decode(record, "Example", _EXAMPLE)
    if not example or not {*example} <= {"features", "feature_lists"}:
        raise Unreadable("no example")
    plain: dict[str, Any] = {
        name: _values(one) for name, one in example.get("features", {}).get("feature", {}).items()
    }
    lists = example.get("feature_lists", {}).get("feature_list", {})
    return {
        **plain,
        **{name: [_values(one) for one in side.get("feature", [])] for name, side in lists.items()},
    }


def _values(feature: dict[str, Any]) -> Any:  # noqa: ANN401 - an array, or a list of bytes
    """Return the values of one feature; what has none is empty."""
    kinds = [kind for kind in ("bytes_list", "float_list", "int64_list") if kind in feature]
    if len(kinds) > 1 or len(kinds) < len(feature):
        raise Unreadable("no feature")
    return feature[kinds[0]].get("value", []) if kinds else []
