"""PyTorch's tensors, as ``torch._utils`` rebuilds them: views on storages that stay in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from auditor.compare.readers.blob import Blob, Mapped
from auditor.compare.readers.pickles.arrays import shape_of
from auditor.compare.readers.pickles.dtypes import BITS
from auditor.compare.readers.pickles.nodes import Elsewhere, Made, Name, Node, Pairs, Unsupported
from auditor.compare.readers.pickles.trees import Builder, Form, Steps, generic
from auditor.compare.values.difference import Unreadable
from auditor.compare.values.trees.tree import Tree

__all__ = ["Storage", "Storages", "Tensors", "element_size", "storage_type"]

# PyTorch's names of types, and of the classes of storages that hold them.
_TYPES = {
    "float64": "f8",
    "double": "f8",
    "float32": "f4",
    "float": "f4",
    "float16": "f2",
    "half": "f2",
    "int64": "i8",
    "long": "i8",
    "int32": "i4",
    "int": "i4",
    "int16": "i2",
    "short": "i2",
    "int8": "i1",
    "char": "i1",
    "uint8": "u1",
    "byte": "u1",
    "uint16": "u2",
    "uint32": "u4",
    "uint64": "u8",
    "bool": "?",
    "complex64": "c8",
    "cfloat": "c8",
    "complexfloat": "c8",
    "complex128": "c16",
    "cdouble": "c16",
    "complexdouble": "c16",
    "qint8": "i1",
    "quint8": "u1",
    "qint32": "i4",
    "untyped": "u1",
}


class Storage:
    """The bytes under tensors, and the type of their elements: PyTorch's name of it."""

    __slots__ = ("big", "blob", "device", "type")

    def __init__(self, blob: Blob, kind: str, device: str = "", *, big: bool = False) -> None:
        self.blob = blob
        self.type = kind
        self.device = device
        self.big = big


# Finds the storage to which a node refers; raises ``Unsupported``, ``Unreadable``.
Storages = Callable[[Node], Storage]


def storage_type(name: str) -> str:
    """Return the type of the elements of a class of storages, such as ``torch.FloatStorage``."""
    short = name.rpartition(".")[2].removesuffix("Storage").lower()
    return short if short in _TYPES or short in BITS else "untyped"


def element_size(kind: str) -> int:
    """Return the bytes of one element."""
    return int(_type(kind)[0].itemsize)


class Tensors:
    """Makes arrays of the calls that rebuild tensors, and of storages that stand alone."""

    def __init__(self, storages: Storages) -> None:
        self.storages = storages
        self.forms: Mapping[str, Form] = {
            "torch._utils._rebuild_tensor": self.plain,
            "torch._utils._rebuild_tensor_v2": self.plain,
            "torch._utils._rebuild_tensor_v3": self.typed,
            "torch._utils._rebuild_parameter": self.parameter,
            "torch._utils._rebuild_parameter_with_state": self.parameter,
            "torch._utils._rebuild_qtensor": self.quantised,
            "torch._tensor._rebuild_from_type_v2": self.subclass,
            "torch.storage._load_from_bytes": self.refer,
        }

    def plain(self, builder: Builder, node: Made) -> Steps:
        """Take ``storage, offset, size, stride, requires_grad, hooks, metadata``."""
        match node.args:
            case (storage, int(offset), size, stride, *rest):
                found = self._view(builder, storage, "", (offset, size, stride))
                return (yield from _marked(found, rest))
        return (yield from generic(builder, node))

    def typed(self, builder: Builder, node: Made) -> Steps:
        """Take ``storage, offset, size, stride, requires_grad, hooks, dtype, metadata``."""
        match node.args:
            case (storage, int(offset), size, stride, grad, hooks, Name(name), *rest):
                kind = name.rpartition(".")[2]
                found = self._view(builder, storage, kind, (offset, size, stride))
                return (yield from _marked(found, [grad, hooks, *rest]))
        return (yield from generic(builder, node))

    def parameter(self, _builder: Builder, node: Made) -> Steps:
        """Take ``data, requires_grad, hooks, state``; a parameter usually is trained."""
        match node.args:
            case (data, bool(grad), hooks, *rest):
                tree = yield data
                return (yield from _marked(tree, [grad, hooks, *rest], usual=True))
        return (yield from generic(_builder, node))

    def quantised(self, builder: Builder, node: Made) -> Steps:
        """Take ``storage, offset, size, stride, quantiser, requires_grad, hooks``."""
        match node.args:
            case (storage, int(offset), size, stride, quantiser, *_):
                found = self._view(builder, storage, "", (offset, size, stride))
                return {"<quantised>": found, "<quantiser>": (yield quantiser)}
        return (yield from generic(builder, node))

    def subclass(self, builder: Builder, node: Made) -> Steps:
        """Take ``rebuild, class, arguments, state``, of a tensor with more to it."""
        match node.args:
            case (Name() as function, Name(kind), tuple(args), state):
                tensor = yield Made(function, args)
                if kind in {"torch.Tensor", "torch._tensor.Tensor"} and _empty(state):
                    return tensor
                return {"<class>": kind, "<tensor>": tensor, "<state>": (yield state)}
        return (yield from generic(builder, node))

    def refer(self, builder: Builder, node: Node) -> Steps:
        """Return all elements of a storage as one row; of code, its name and text."""
        match node:
            case Elsewhere(id=("module", Name() as kind, _, source)):
                return {"<class>": (yield kind), "<source>": (yield source)}
        found = self._storage(builder, node)
        dtype, name = _type(found.type, big=found.big)
        return Mapped(found.blob, dtype, (found.blob.length // dtype.itemsize,), kind=name)

    def _storage(self, builder: Builder, node: Node) -> Storage:
        found = self.storages(node)
        if found.device:
            builder.aside.say("devices", found.device)
        return found

    def _view(
        self, builder: Builder, node: Node, kind: str, place: tuple[int, Node, Node]
    ) -> Mapped:
        storage = self._storage(builder, node)
        dtype, name = _type(kind or storage.type, big=storage.big)
        offset, size, stride = place
        lengths = shape_of(_sized(size))
        steps = tuple(step * dtype.itemsize for step in shape_of(_sized(stride)))
        if len(lengths) != len(steps):
            raise Unreadable("a tensor has as many strides as axes, and this one has not")
        start = offset * dtype.itemsize
        if not all(lengths):
            return Mapped(Blob.of(b""), dtype, lengths, steps, name)
        part = storage.blob.part(start, storage.blob.length - start)
        return Mapped(part, dtype, lengths, steps, name)


def _marked(found: Tree, rest: list[Any], *, usual: bool = False) -> Steps:
    """Add what is unusual of a tensor: ``requires_grad``, hooks, or what else is said of it."""
    grad, *more = rest or [usual]
    unusual: dict[str, Tree] = {}
    if grad is not usual:
        unusual["requires_grad"] = yield grad
    told = [one for one in more if not _empty(one)]
    if told:
        unusual["<more>"] = yield told
    return {"<tensor>": found, **unusual} if unusual else found


def _empty(node: Node) -> bool:
    match node:
        case None | () | [] | Pairs(pairs=[]):
            return True
        case Made(name="collections.OrderedDict", entries=[], states=[]):
            return True
    return False


def _sized(node: Node) -> Node:
    match node:
        case Made(name="torch.Size", args=(tuple(size) | list(size),)):
            return tuple(size)
    return node


def _type(kind: str, *, big: bool = False) -> tuple[Any, str]:
    """Return NumPy's type, and the name of one that NumPy lacks."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if kind in BITS:
        name, code = kind, BITS[kind]
    elif kind in _TYPES:
        name, code = "", _TYPES[kind]
    else:
        raise Unsupported(f"a tensor of {kind}")
    dtype = np.dtype(code)
    return (dtype.newbyteorder(">") if big else dtype.newbyteorder("<")), name
