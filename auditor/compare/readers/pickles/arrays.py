"""NumPy's arrays and scalars, as their ``__reduce__`` methods write them, and joblib's.

``numpy.core`` became ``numpy._core`` with NumPy 2. Arrays stay in the file.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from auditor.compare.readers.blob import Blob, Mapped, rows
from auditor.compare.readers.document import Row
from auditor.compare.readers.pickles.dtypes import Dtype, dtype_of
from auditor.compare.readers.pickles.nodes import Made, Name, Node, Pairs, Unsupported
from auditor.compare.readers.pickles.trees import Builder, Form, Steps, generic
from auditor.compare.values.difference import Unreadable
from auditor.compare.values.trees.tree import Tree

__all__ = ["ARRAYS", "WRAPPER", "array", "shape_of"]

WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"
_BASES = frozenset({"numpy.ndarray", "numpy.memmap", "numpy._core.memmap", "numpy.core.memmap"})
_MOST_AXES = 64
_DOUBLE = 8


def array(raw: Blob, dtype: Node, shape: Node, order: str) -> Mapped:
    """Return the array of these bytes. Raises ``Unsupported``, ``Unreadable``, ``Undecided``."""
    known = dtype_of(dtype)
    if known.objects:
        raise Unsupported("an array whose elements are objects of Python, within a type")
    lengths = shape_of(shape)
    strides = rows(lengths, known.type.itemsize, order)
    return Mapped(raw, known.type, lengths, strides, known.kind)


def shape_of(node: Node) -> tuple[int, ...]:
    """Return the lengths of axes. Raises ``Unreadable``."""
    if not isinstance(node, tuple) or len(node) > _MOST_AXES:
        raise Unreadable("an array has no valid shape")
    if not all(isinstance(one, int) and 0 <= one < 2**62 for one in node):
        raise Unreadable("an array has no valid shape")
    return node


def _raw(node: Node) -> Blob | None:
    match node:
        case Blob():
            return node
        case bytes():
            return Blob.of(node)
        case str():
            # Python 2's bytes.
            return Blob.of(node.encode("latin-1", "replace"))
    return None


def _reconstructed(builder: Builder, node: Made) -> Steps:
    match node:
        case Made(args=(Name(kind), *_), state=(int(), tuple(shape), dtype, fortran, raw)):
            return (yield from _array(builder, kind, (shape, dtype, bool(fortran), raw)))
    return (yield from generic(builder, node))


def _array(_builder: Builder, kind: str, state: tuple[Any, ...]) -> Steps:
    shape, dtype, fortran, raw = state
    if isinstance(raw, list):
        values = yield raw
        found: Tree = {
            "<class>": kind,
            "<dtype>": "object",
            "<shape>": Row(shape_of(shape)),
            "<order>": "F" if fortran else "C",
            "<values>": values,
        }
        return found
    data = _raw(raw)
    if data is None:
        raise Unsupported("an array whose bytes are not in the file")
    return _typed(kind, array(data, dtype, shape, "F" if fortran else "C"))


def _typed(kind: str, found: Mapped) -> Tree:
    return found if kind in _BASES else {"<class>": kind, "<array>": found}


def _masked(builder: Builder, node: Made) -> Steps:
    match node:
        case Made(args=(Name(kind), *_), state=(int(), shape, dtype, fortran, raw, mask, fill)):
            order = "F" if fortran else "C"
            data, hidden = _raw(raw), _raw(mask)
            if data is not None and hidden is not None:
                import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

                lengths = shape_of(shape)
                values = array(data, dtype, shape, order)
                bits = Mapped(hidden, np.dtype("?"), lengths, rows(lengths, 1, order))
                filling = yield fill
                return {"<class>": kind, "<array>": values, "<mask>": bits, "<fill>": filling}
    return (yield from generic(builder, node))


def _from_buffer(builder: Builder, node: Made) -> Steps:
    match node.args:
        case (raw, dtype, tuple(shape), "C" | "F" as order):
            data = _raw(raw)
            if data is not None:
                return array(data, dtype, shape, order)
        case (raw, dtype, tuple(shape), "K", tuple(axes)):
            data = _raw(raw)
            if data is not None and sorted(map(_axis, axes)) == list(range(len(shape))):
                return _transposed(array(data, dtype, shape, "C"), axes, dtype, data)
    return (yield from generic(builder, node))


def _axis(axis: Node) -> int:
    return axis if isinstance(axis, int) else -1


def _transposed(found: Mapped, axes: tuple[int, ...], dtype: Node, data: Blob) -> Mapped:
    known = dtype_of(dtype)
    strides = rows(found.shape, known.type.itemsize)
    lengths = tuple(found.shape[axis] for axis in axes)
    return Mapped(data, known.type, lengths, tuple(strides[axis] for axis in axes), known.kind)


def _scalar(builder: Builder, node: Made) -> Steps:
    match node.args:
        case (dtype, raw):
            known = dtype_of(dtype)
            if known.objects:
                return (yield raw)
            data = _raw(raw)
            if data is not None:
                number = _number(data, known)
                return (
                    number if number is not None else Mapped(data, known.type, (), kind=known.kind)
                )
    return (yield from generic(builder, node))


def _number(data: Blob, known: Dtype) -> Tree:
    """Return a scalar that Python's numbers hold, of a class for its type; else ``None``.

    There may be millions of them, as in a vocabulary, too many to be arrays.
    """
    dtype = known.type
    if known.kind or dtype.kind not in "iuf" or data.length != dtype.itemsize:
        return None
    order: Literal["little", "big"] = "big" if dtype.str.startswith(">") else "little"
    if dtype.kind in "iu":
        value = int.from_bytes(data.read(), order, signed=dtype.kind == "i")
        return _scalar_class(dtype.name, int)(value)
    if dtype.itemsize == _DOUBLE:
        (number,) = struct.unpack(">d" if order == "big" else "<d", data.read())
        return _scalar_class(dtype.name, float)(number)
    return None


@cache
def _scalar_class(name: str, base: type) -> type:
    return type(name, (base,), {})


def _dtype(builder: Builder, node: Made) -> Steps:
    try:
        known = dtype_of(node)
    except Unsupported:
        # By itself, it is a description like others.
        return (yield from generic(builder, node))
    return {"<dtype>": known.kind or str(known.type.newbyteorder("="))}


def _apart(_builder: Builder, _node: Made) -> Steps:
    yield from ()
    raise Unsupported("an array in a file of its own, as joblib wrote before version 0.10")


def _wrapped(_builder: Builder, node: Made) -> Steps:
    if not isinstance(node.follows, Blob) or not isinstance(node.state, Pairs):
        return (yield node.follows)
    state = node.state
    kind, order = state.get("subclass"), "F" if state.get("order") == "F" else "C"
    found = array(node.follows, state.get("dtype"), state.get("shape"), order)
    return _typed(kind.name if isinstance(kind, Name) else "", found)


def _both(name: str, form: Form) -> dict[str, Form]:
    return {f"numpy.core.{name}": _moving(form, "core"), f"numpy._core.{name}": _moving(form)}


def _moving(form: Form, module: str = "_core") -> Form:
    def moved(builder: Builder, node: Made) -> Steps:
        builder.aside.say("NumPy's modules", f"numpy.{module}")
        return (yield from form(builder, node))

    return moved


ARRAYS: Mapping[str, Form] = {
    **_both("multiarray._reconstruct", _reconstructed),
    **_both("multiarray.scalar", _scalar),
    **_both("numeric._frombuffer", _from_buffer),
    "numpy.dtype": _dtype,
    "numpy.ma.core._mareconstruct": _masked,
    WRAPPER: _wrapped,
    "joblib.numpy_pickle.NDArrayWrapper": _apart,
    "joblib.numpy_pickle.ZNDArrayWrapper": _apart,
    "joblib.numpy_pickle_compat.NDArrayWrapper": _apart,
    "joblib.numpy_pickle_compat.ZNDArrayWrapper": _apart,
}
