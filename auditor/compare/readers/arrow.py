"""Parquet and Arrow IPC (Feather version 2): schemas, and batches of cells, read with pyarrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from auditor.compare.readers.optional import library
from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.tables.cells import Cells
from auditor.compare.values.tables.columns import unique
from auditor.compare.values.tables.rows import Batch, Table

__all__ = ["ArrowFile", "read_ipc", "read_parquet"]

MAX_ROWS = 1_000_000_000
MAX_BYTES = 64 * 1024**3
_ROWS = 16_384
_IPC = b"ARROW1"
_FLOATS = {"halffloat": "float16", "float": "float32", "double": "float64"}


class ArrowFile:
    """A table; ``written`` says by name how it was written: nothing of that is a value.

    It is asked for once all rows were read: pyarrow ends the process (``std::terminate``) where
    the metadata of a damaged column are asked for, while reading the column raises an error.
    """

    def __init__(self, table: Table, written: Callable[[], dict[str, str]]) -> None:
        self.table = table
        self.written = written


def read_parquet(path: Path) -> ArrowFile:
    """Open a Parquet file. Raises ``Unreadable``, ``Undecided``."""
    parquet = library("pyarrow.parquet", "parquet", "Parquet files")
    with _reading():
        with parquet.ParquetFile(path) as file:
            meta, schema = file.metadata, file.schema_arrow
            groups = [meta.row_group(index) for index in range(meta.num_row_groups)]
            size = sum(group.total_byte_size for group in groups)
            if meta.num_rows > MAX_ROWS or size > MAX_BYTES:
                raise Undecided(f"{meta.num_rows} rows of {size} bytes are too many to be read")
        table = _table(schema, lambda: _parquet_batches(path))
        return ArrowFile(table, lambda: _parquet_written(path))


def _parquet_written(path: Path) -> dict[str, str]:
    parquet = library("pyarrow.parquet", "parquet", "Parquet files")
    with _reading(), parquet.ParquetFile(path) as file:
        meta = file.metadata
        groups = [meta.row_group(index) for index in range(meta.num_row_groups)]
        codecs = {group.column(0).compression for group in groups if group.num_columns}
        return {
            "the library that wrote it": str(meta.created_by),
            "format version": str(meta.format_version),
            "row groups": str([group.num_rows for group in groups]),
            "compression": ", ".join(sorted(codecs)),
            "metadata of the schema": _metadata(file.schema_arrow),
        }


def read_ipc(path: Path) -> ArrowFile:
    """Open an Arrow file or stream, such as Feather. Raises ``Unreadable``, ``Undecided``."""
    library("pyarrow.ipc", "parquet", "Arrow files")
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"FEA1"):
        raise Undecided("Feather version 1, which is no longer read")
    with _reading(), _ipc(path, framed=head == _IPC) as reader:
        written = {"metadata of the schema": _metadata(reader.schema)}
        table = _table(reader.schema, lambda: _ipc_batches(path, framed=head == _IPC))
        return ArrowFile(table, lambda: written)


@contextmanager
def _reading() -> Iterator[None]:
    import pyarrow as pa  # noqa: PLC0415 - late: it costs 200 ms

    try:
        yield
    except pa.ArrowNotImplementedError as error:
        raise Undecided(f"not supported: {error}") from None
    except (pa.ArrowException, OSError, ValueError, TypeError, MemoryError, OverflowError) as error:
        raise Unreadable(f"not readable: {str(error)[:200]}") from None


def _table(schema: Any, batches: Any) -> Table:  # noqa: ANN401 - pyarrow comes late
    names = unique(schema.names)
    types = [_type(field) for field in schema]
    return Table(columns=tuple(zip(names, types, strict=True)), batches=batches)


def _type(field: Any) -> str:  # noqa: ANN401 - pyarrow comes late
    name = str(field.type)
    return _FLOATS.get(name, name) + ("" if field.nullable else " not null")


def _metadata(schema: Any) -> str:  # noqa: ANN401 - pyarrow comes late
    fields = [(field.name, field.metadata) for field in schema if field.metadata]
    return repr((schema.metadata, fields))


def _parquet_batches(path: Path) -> Iterator[Batch]:
    parquet = library("pyarrow.parquet", "parquet", "Parquet files")
    with _reading(), parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_ROWS):
            yield _batch(batch)


@contextmanager
def _ipc(path: Path, *, framed: bool) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415 - late: it costs 200 ms

    with pa.memory_map(str(path)) as source:
        opened = pa.ipc.open_file(source) if framed else pa.ipc.open_stream(source)
        with opened as reader:
            yield reader


def _ipc_batches(path: Path, *, framed: bool) -> Iterator[Batch]:
    with _reading(), _ipc(path, framed=framed) as reader:
        number = reader.num_record_batches if framed else None
        batches = iter(reader) if number is None else map(reader.get_batch, range(number))
        for batch in batches:
            # Offsets of a damaged file may point anywhere: they are checked before any is used.
            batch.validate(full=True)
            for start in range(0, batch.num_rows, _ROWS):
                yield _batch(batch.slice(start, _ROWS))


def _batch(batch: Any) -> Batch:  # noqa: ANN401 - pyarrow comes late
    return Batch(batch.num_rows, [_cells(column) for column in batch.columns])


def _cells(array: Any) -> Cells:  # noqa: ANN401 - pyarrow comes late
    """Return the values of an Arrow array: numpy where all are numbers, else a list.

    Times are text: Python's know no nanoseconds.
    """
    import pyarrow as pa  # noqa: PLC0415 - late: it costs 200 ms

    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if (pa.types.is_integer(kind) or pa.types.is_floating(kind)) and array.null_count == 0:
        return array.to_numpy(zero_copy_only=False)
    if pa.types.is_duration(kind):
        array = array.cast(pa.int64())
    elif pa.types.is_temporal(kind) or pa.types.is_decimal(kind):
        array = array.cast(pa.string())
    return array.to_pylist()
