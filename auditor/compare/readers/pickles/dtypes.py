"""NumPy's types of elements, as ``numpy.dtype.__reduce__`` writes them."""

from __future__ import annotations

import re
from typing import Any

from auditor.compare.readers.pickles.nodes import Made, Name, Node, Pairs, Unsupported
from auditor.compare.values.difference import Unreadable

__all__ = ["BITS", "Dtype", "dtype_of"]

_PLAIN = re.compile(r"[?bBhHiIlLqQefdgFDGSUVOMmcau]\d{0,9}")
_MOST_PARTS = 1000
_WITH_METADATA = 9

# Types that NumPy lacks, by the type that holds their bits.
BITS = {
    "bfloat16": "u2",
    "float8_e4m3": "u1",
    "float8_e4m3b11fnuz": "u1",
    "float8_e4m3fn": "u1",
    "float8_e4m3fnuz": "u1",
    "float8_e5m2": "u1",
    "float8_e5m2fnuz": "u1",
    "float8_e8m0fnu": "u1",
    "float8_e3m4": "u1",
    "float4_e2m1fn": "u1",
    "float4_e2m1fn_x2": "u1",
    "int4": "i1",
    "uint4": "u1",
    "int2": "i1",
    "uint2": "u1",
}


class Dtype:
    """A type of NumPy, and its name where NumPy has none for it."""

    __slots__ = ("kind", "type")

    def __init__(self, dtype: Any, kind: str = "") -> None:  # noqa: ANN401 - numpy comes late
        self.type = dtype
        self.kind = kind

    @property
    def objects(self) -> bool:
        """Whether it holds objects, which are pickled one by one."""
        return bool(self.type.hasobject)


def dtype_of(node: Node) -> Dtype:
    """Return the type that a node describes. Raises ``Unsupported``, ``Unreadable``."""
    if not _is_dtype(node):
        raise Unsupported("an array whose type of elements is not NumPy's own")
    try:
        return _Reading().dtype(node)
    except (TypeError, ValueError, OverflowError, MemoryError, RecursionError) as error:
        raise Unreadable(f"not a valid NumPy type: {type(error).__name__}") from None


def _is_dtype(node: Node) -> bool:
    return isinstance(node, Made) and node.name == "numpy.dtype"


class _Reading:
    """One type with all its fields, of which there may be a thousand."""

    def __init__(self) -> None:
        self._parts = 0

    def dtype(self, node: Node) -> Dtype:
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Unsupported(f"a NumPy type of more than {_MOST_PARTS} fields")
        match node:
            case Made(args=(str(code), *_)) if _PLAIN.fullmatch(code):
                plain = np.dtype(code)
            case Made(args=(Name(name), *_)) if name.rpartition(".")[2] in BITS:
                kind = name.rpartition(".")[2]
                return Dtype(np.dtype(BITS[kind]), kind)
            case _:
                raise Unsupported("a NumPy type of another library")
        return Dtype(self._stated(plain, node.state))

    def _stated(self, plain: Any, state: Node) -> Any:  # noqa: ANN401 - NumPy's types
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        match state:
            case None:
                return plain
            case (int(), str(), (base, tuple(shape)), None, None, *_):
                return np.dtype((self.dtype(base).type, shape))
            case (int(), str(), None, tuple(names), Pairs() as fields, int(size), *_):
                return self._structure(names, fields, size)
            case (int(), str(order), None, None, None, *_):
                found = _united(plain, state)
                return found.newbyteorder(order) if order in "<>" else found
        raise Unsupported("a NumPy type in an unknown form")

    def _structure(self, names: tuple[Node, ...], fields: Pairs, size: int) -> Any:  # noqa: ANN401
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        known = {name: where for name, where in fields.pairs if isinstance(name, str)}
        formats, offsets = [], []
        for name in names:
            match known.get(name):
                case (node, int(offset), *_):
                    formats.append(self.dtype(node).type)
                    offsets.append(offset)
                case _:
                    raise Unreadable("not a valid NumPy type: a field is missing")
        shape: Any = {
            "names": list(names),
            "formats": formats,
            "offsets": offsets,
            "itemsize": size,
        }
        return np.dtype(shape)


def _united(plain: Any, state: tuple[Node, ...]) -> Any:  # noqa: ANN401 - NumPy's types
    """Return a type of times with its unit."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if plain.kind not in "mM" or len(state) < _WITH_METADATA:
        return plain
    match state[_WITH_METADATA - 1]:
        case (_, (bytes(unit), int(number), *_)):
            code = f"{plain.kind}8[{number}{unit.decode('ascii', 'replace')}]"
            return np.dtype(plain.kind + "8" if unit == b"generic" else code)
    return plain
