"""HDF5 files through h5py: datasets by slices, attributes as plain values; no link is followed.

https://docs.hdfgroup.org/hdf5/latest/_s_p_e_c.html
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

from auditor.compare.readers.optional import library
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["BROKEN", "MAGIC", "attributes", "link", "opened", "stored", "values"]

MAGIC = b"\x89HDF\r\n\x1a\n"
MAX_CHUNK = 1 << 28
MAX_BYTES = 64 * 1024**3
MAX_ATTRIBUTE = 1 << 24
MAX_RAGGED = 1_000_000
# What h5py raises of a file that is damaged.
BROKEN = (
    OSError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    SystemError,
)

_STORAGE = ("chunks", "compression", "compression_opts", "shuffle", "fletcher32", "maxshape")


def opened(path: Path) -> Any:  # noqa: ANN401 - an h5py.File
    """Open a file for reading. Raises ``Unreadable``, ``Undecided``."""
    h5py = library("h5py", "hdf5", "HDF5 files")
    try:
        return h5py.File(path, "r", locking=False)
    except BROKEN as error:
        raise Unreadable(f"not a readable HDF5 file: {error}") from None


def link(group: Any, name: str) -> str:  # noqa: ANN401 - an h5py.Group
    """Say where a link that must not be followed leads; empty where it is an object itself."""
    h5py = library("h5py", "hdf5", "HDF5 files")
    found = group.get(name, getlink=True)
    if isinstance(found, h5py.ExternalLink):
        return f"link to {found.path} in the file {found.filename}"
    return f"link to {found.path}" if isinstance(found, h5py.SoftLink) else ""


def stored(dataset: Any) -> dict[str, Any]:  # noqa: ANN401 - an h5py.Dataset
    """Return how a dataset is stored, which says nothing of its values."""
    return {name: getattr(dataset, name) for name in _STORAGE}


def attributes(item: Any) -> dict[str, Any]:  # noqa: ANN401 - an h5py object
    """Return the attributes of a group or dataset as a tree. Raises ``Undecided``."""
    found = {}
    for name in item.attrs:
        kept = item.attrs.get_id(name)
        if kept.get_space().get_select_npoints() * kept.get_type().get_size() > MAX_ATTRIBUTE:
            raise Undecided(f"attribute {name} is larger than the {MAX_ATTRIBUTE} bytes read")
        found[name] = _tree(item.attrs[name], item)
    return found


def values(dataset: Any) -> Any:  # noqa: ANN401 - from an h5py.Dataset to a tree
    """Return the elements of a dataset as an ``Array``, or as a tree of arrays and text.

    Raises ``Undecided`` where they lie in other files, are too many, or need another library.
    """
    h5py = library("h5py", "hdf5", "HDF5 files")
    _check(dataset, h5py)
    if dataset.shape is None:
        return "(no dataspace)"
    text = h5py.check_string_dtype(dataset.dtype)
    if text is not None:
        return Array(_Dataset(dataset), f"text, {text.encoding}, {text.length or 'any length'}")
    if h5py.check_vlen_dtype(dataset.dtype) is not None:
        return _ragged(dataset)
    choices = h5py.check_enum_dtype(dataset.dtype)
    if choices is not None:
        return Array(_Dataset(dataset), f"{dataset.dtype} of {sorted(choices.items())}")
    # NumPy has no bfloat16: Keras says beside its bytes that they are some.
    if dataset.dtype.str == "|V2" and dataset.attrs.get("dtype") == "bfloat16":
        return Array(_Dataset(dataset, "<u2"), "bfloat16")
    return Array(_Dataset(dataset))


def _check(dataset: Any, h5py: Any) -> None:  # noqa: ANN401 - h5py
    if dataset.external or dataset.is_virtual:
        raise Undecided("its values lie in other files, which are not read")
    creation = dataset.id.get_create_plist()
    filters = [creation.get_filter(n)[0] for n in range(creation.get_nfilters())]
    missing = [code for code in filters if not h5py.h5z.filter_avail(code)]
    if missing:
        raise Undecided(f"it is compressed by filter {missing[0]}, which is not installed")
    width = dataset.dtype.itemsize
    if prod(dataset.chunks or ()) * width > MAX_CHUNK:
        raise Undecided(f"its chunks are larger than the {MAX_CHUNK} bytes read at once")
    size = prod(dataset.shape or ()) * width
    if size > max(MAX_BYTES, dataset.id.get_storage_size()):
        raise Undecided(f"{size} bytes are more than the {MAX_BYTES} that are read")


class _Dataset:
    """The elements of a dataset; its objects become text, bytes, and tuples of them."""

    def __init__(self, dataset: Any, form: str = "") -> None:  # noqa: ANN401 - an h5py.Dataset
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        self._dataset = dataset
        self.dtype = np.dtype(form) if form else dataset.dtype
        self.shape = dataset.shape
        self.chunks = dataset.chunks

    def __getitem__(self, box: tuple[slice, ...]) -> Any:  # noqa: ANN401 - an array
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        try:
            part = np.asarray(self._dataset[box], self._dataset.dtype)
        except BROKEN as error:
            raise Unreadable(f"not a readable HDF5 file: {error}") from None
        if not self.dtype.hasobject:
            return part.view(self.dtype) if part.dtype.kind == "V" else part
        return _plain(part, self._dataset)


def _ragged(dataset: Any) -> dict[str, Any]:  # noqa: ANN401 - an h5py.Dataset
    """Return rows of any length as their lengths and their elements one after the other."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if dataset.size > MAX_RAGGED:
        raise Undecided(f"{dataset.size} rows of any length are more than the {MAX_RAGGED} read")
    rows = [np.asarray(row) for row in np.asarray(dataset[()], object).reshape(-1)]
    lengths = np.array([row.size for row in rows], np.int64).reshape(dataset.shape)
    found = {"lengths": Array(lengths)}
    if any(row.dtype.hasobject for row in rows):
        return {**found, "rows": [_tree(row, dataset) for row in rows]}
    if rows:
        found["elements"] = Array(np.concatenate(rows))
    return found


def _plain(part: Any, item: Any) -> Any:  # noqa: ANN401 - an array
    """Return ``part`` with its objects, also in fields, made plain."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if part.dtype.names:
        found = part.copy()
        for name in part.dtype.names:
            if part.dtype[name].hasobject:
                found[name] = _plain(part[name], item)
        return found
    flat = np.empty(part.size, object)
    for index, element in enumerate(part.reshape(-1)):
        flat[index] = _object(element, item)
    return flat.reshape(part.shape)


def _object(element: Any, item: Any) -> Any:  # noqa: ANN401 - what h5py returns
    h5py = library("h5py", "hdf5", "HDF5 files")
    if isinstance(element, h5py.Reference):
        return _reference(element, item)
    if hasattr(element, "tolist") and not isinstance(element, bytes):
        return repr(_tree(element.tolist(), item))
    return element


def _reference(reference: Any, item: Any) -> str:  # noqa: ANN401 - an h5py.Reference
    h5py = library("h5py", "hdf5", "HDF5 files")
    if not reference:
        return "reference to nothing"
    name = h5py.h5r.get_name(reference, item.file.id) or b"something without a name"
    text = f"reference to {name.decode('utf-8', 'backslashreplace')}"
    if not isinstance(reference, h5py.RegionReference):
        return text
    region = h5py.h5r.get_region(reference, item.file.id)
    first, last = region.get_select_bounds()
    return f"{text}, {region.get_select_npoints()} elements from {first} to {last}"


def _tree(value: Any, item: Any) -> Any:  # noqa: ANN401 - from what h5py returns to a tree
    """Return an attribute as a tree: text, ``Array`` where it is numbers, lists of these."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    h5py = library("h5py", "hdf5", "HDF5 files")
    if isinstance(value, bytes):
        return _text(bytes(value))
    if isinstance(value, h5py.Reference):
        return _reference(value, item)
    if isinstance(value, h5py.Empty):
        return None
    if isinstance(value, np.ndarray | np.generic) and not isinstance(value, str):
        plain = value.dtype.kind in "biufcV" and not value.dtype.hasobject
        return Array(np.asarray(value)) if plain else _tree(value.tolist(), item)
    if isinstance(value, list | tuple):
        return [_tree(one, item) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
