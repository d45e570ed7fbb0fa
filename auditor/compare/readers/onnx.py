"""ONNX models: a tree as in ``onnx.proto``, every tensor an array.

Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 13).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditor.compare.readers.mapped import mapped
from auditor.compare.readers.protobuf import Schema, decode
from auditor.compare.readers.tensors import shaped, stored
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Unreadable

__all__ = ["External", "load"]

# Where a file that holds tensors of the model lies, by its name; None where it is not to be had.
External = Callable[[str], Path | None]

_ENTRY = "StringStringEntryProto"
_SCHEMA: Schema = {
    "ModelProto": {
        1: "ir_version int",
        2: "producer_name string",
        3: "producer_version string",
        4: "domain string",
        5: "model_version int",
        6: "doc_string string",
        7: "graph GraphProto",
        8: "opset_import OperatorSetIdProto*",
        14: f"metadata_props {_ENTRY}*",
        20: "training_info TrainingInfoProto*",
        25: "functions FunctionProto*",
        26: "configuration DeviceConfigurationProto*",
    },
    "OperatorSetIdProto": {1: "domain string", 2: "version int"},
    _ENTRY: {1: "key string", 2: "value string"},
    "DeviceConfigurationProto": {1: "name string", 2: "num_devices int", 3: "device string*"},
    "TrainingInfoProto": {
        1: "initialization GraphProto",
        2: "algorithm GraphProto",
        3: f"initialization_binding {_ENTRY}*",
        4: f"update_binding {_ENTRY}*",
    },
    "FunctionProto": {
        1: "name string",
        4: "input string*",
        5: "output string*",
        6: "attribute string*",
        7: "node NodeProto*",
        8: "doc_string string",
        9: "opset_import OperatorSetIdProto*",
        10: "domain string",
        11: "attribute_proto AttributeProto*",
        12: "value_info ValueInfoProto*",
        13: "overload string",
        14: f"metadata_props {_ENTRY}*",
    },
    "GraphProto": {
        1: "node NodeProto*",
        2: "name string",
        5: "initializer TensorProto*",
        10: "doc_string string",
        11: "input ValueInfoProto*",
        12: "output ValueInfoProto*",
        13: "value_info ValueInfoProto*",
        14: "quantization_annotation TensorAnnotation*",
        15: "sparse_initializer SparseTensorProto*",
        16: f"metadata_props {_ENTRY}*",
    },
    "NodeProto": {
        1: "input string*",
        2: "output string*",
        3: "name string",
        4: "op_type string",
        5: "attribute AttributeProto*",
        6: "doc_string string",
        7: "domain string",
        8: "overload string",
        9: f"metadata_props {_ENTRY}*",
    },
    "AttributeProto": {
        1: "name string",
        2: "f float",
        3: "i int",
        4: "s bytes",
        5: "t TensorProto",
        6: "g GraphProto",
        7: "floats floats",
        8: "ints ints",
        9: "strings bytes*",
        10: "tensors TensorProto*",
        11: "graphs GraphProto*",
        13: "doc_string string",
        14: "tp TypeProto",
        15: "type_protos TypeProto*",
        20: "type int",
        21: "ref_attr_name string",
        22: "sparse_tensor SparseTensorProto",
        23: "sparse_tensors SparseTensorProto*",
    },
    "ValueInfoProto": {
        1: "name string",
        2: "type TypeProto",
        3: "doc_string string",
        4: f"metadata_props {_ENTRY}*",
    },
    "TensorAnnotation": {1: "tensor_name string", 2: f"quant_parameter_tensor_names {_ENTRY}*"},
    "SparseTensorProto": {1: "values TensorProto", 2: "indices TensorProto", 3: "dims int*"},
    "TensorProto": {
        1: "dims int*",
        2: "data_type int",
        4: "float_data floats",
        5: "int32_data ints",
        6: "string_data bytes*",
        7: "int64_data ints",
        8: "name string",
        9: "raw_data view",
        10: "double_data doubles",
        11: "uint64_data uints",
        12: "doc_string string",
        13: f"external_data {_ENTRY}*",
        14: "data_location int",
        16: f"metadata_props {_ENTRY}*",
    },
    "TypeProto": {
        1: "tensor_type TensorType",
        4: "sequence_type ElementType",
        5: "map_type MapType",
        6: "denotation string",
        7: "opaque_type OpaqueType",
        8: "sparse_tensor_type TensorType",
        9: "optional_type ElementType",
    },
    "TensorType": {1: "elem_type int", 2: "shape TensorShapeProto"},
    "ElementType": {1: "elem_type TypeProto"},
    "MapType": {1: "key_type int", 2: "value_type TypeProto"},
    "OpaqueType": {1: "domain string", 2: "name string"},
    "TensorShapeProto": {1: "dim Dimension*"},
    "Dimension": {1: "dim_value int", 2: "dim_param string", 3: "denotation string"},
}
_STRING = 8
_EXTERNAL = 1
_DTYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    14: "complex64",
    15: "complex128",
    16: "bfloat16",
    17: "float8_e4m3fn",
    18: "float8_e4m3fnuz",
    19: "float8_e5m2",
    20: "float8_e5m2fnuz",
    21: "uint4",
    22: "int4",
    23: "float4_e2m1fn",
    24: "float8_e8m0fnu",
    25: "uint2",
    26: "int2",
}
_HALVES = {"float16", "bfloat16"}
_SMALL = ("float8_", "float4_", "uint4", "int4", "uint2", "int2")
_LISTS = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data")
_READ = {*_LISTS, "dims", "data_type", "raw_data", "string_data", "external_data", "data_location"}


def load(path: Path, external: External) -> dict[str, Any]:
    """Return the ``ModelProto`` in a file as a tree.

    Each ``TensorProto`` has a ``name`` and a ``value``, an ``Array``; that of text is a tree, and
    so are type and shape of one that lies in a file that is not to be had. Raises ``Unreadable``,
    ``Undecided``.
    """
    convert = {
        "TensorProto": lambda tensor: _tensor(tensor, external),
        "AttributeProto": _attribute,
    }
    model = decode(mapped(path), "ModelProto", _SCHEMA, convert)
    if "graph" not in model or "ir_version" not in model:
        raise Unreadable("not an ONNX model: it has no graph or no version")
    return model


def _attribute(attribute: dict[str, Any]) -> dict[str, Any]:
    """Give numbers the width in which they are stored."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if "f" in attribute:
        attribute["f"] = Array(np.array([attribute["f"]], dtype=np.float32))
    return attribute


def _tensor(tensor: dict[str, Any], external: External) -> dict[str, Any]:
    shape = tensor.get("dims", [])
    kind = tensor.get("data_type", 0)
    kept = {key: value for key, value in tensor.items() if key not in _READ}
    if any(length < 0 for length in shape):
        raise Unreadable(f"a tensor of shape {shape}")
    if kind == _STRING:
        text = tensor.get("string_data", [])
        return {**kept, "value": {"dtype": "string", "shape": shape, "elements": text}}
    if kind not in _DTYPES:
        raise Unreadable(f"a tensor of the unknown type {kind}")
    return {**kept, "value": _array(tensor, _DTYPES[kind], shape, external)}


def _array(
    tensor: dict[str, Any], dtype: str, shape: list[int], external: External
) -> Array | dict[str, Any]:
    if tensor.get("data_location") == _EXTERNAL:
        return _outside(tensor, dtype, shape, external)
    if "raw_data" in tensor:
        return stored(tensor["raw_data"], dtype, shape)
    lists = [tensor[name].values for name in _LISTS if name in tensor]
    if not lists:
        return stored(b"", dtype, shape)
    if dtype in {"complex64", "complex128"}:
        return stored(lists[0].tobytes(), dtype, shape)
    return _widened(lists[0], dtype, shape)


def _widened(values: Any, dtype: str, shape: list[int]) -> Array:  # noqa: ANN401 - NumPy
    """Narrow a list of numbers, each as wide as its field, to what it holds."""
    if dtype == "bool":
        return shaped(values != 0, dtype, shape)
    if dtype in _HALVES:
        return stored(values.astype("<u2").tobytes(), dtype, shape)
    if dtype.startswith(_SMALL):
        return stored(values.astype("u1").tobytes(), dtype, shape)
    return shaped(values.astype(dtype), dtype, shape)


def _outside(
    tensor: dict[str, Any], dtype: str, shape: list[int], external: External
) -> Array | dict[str, Any]:
    where = {one.get("key"): one.get("value", "") for one in tensor.get("external_data", [])}
    location = where.get("location", "")
    path = external(location)
    if path is None:
        return {"dtype": dtype, "shape": shape}
    data = mapped(path)
    try:
        start = int(where.get("offset", "0"))
        size = int(where.get("length", len(data) - start))
    except ValueError:
        raise Unreadable("where a tensor lies in another file is no number") from None
    if start < 0 or size < 0 or start + size > len(data):
        raise Unreadable(f"a tensor lies beyond the end of {location}")
    return stored(data[start : start + size], dtype, shape)
