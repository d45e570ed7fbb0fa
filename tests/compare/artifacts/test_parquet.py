from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from auditor.compare.artifacts import Difference, Scope, Undecided, Unreadable, compare_parts
from auditor.compare.artifacts.parquet import Feather, Parquet
from auditor.compare.readers import arrow as reader
from auditor.model.policy import Policy, Rule

DATA = Path(__file__).parents[2] / "data" / "compare" / "parquet"


def scope(policy: Policy | None = None) -> Scope:
    return Scope(policy or Policy(), ("t.parquet",), inner=compare_parts)


def compare(tmp_path: Path, a: Any, b: Any, policy: Policy | None = None) -> Difference:
    paths = (tmp_path / "a", tmp_path / "b")
    for path, table in zip(paths, (a, b), strict=True):
        pq.write_table(table, path)
    return Parquet().compare(*paths, scope(policy))


def column(values: Any, kind: Any = None, *, nullable: bool = True) -> Any:
    field = pa.field("x", kind or pa.array(values).type, nullable=nullable)
    return pa.table([pa.array(values, field.type)], schema=pa.schema([field]))


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (([1.0, 2.0], None), ([1.0, 2.0000000001], None), "within"),
        (([1.0, 2.0], pa.float32()), ([1.0, 2.000001], pa.float32()), "within"),
        (([1.0, 2.0], None), ([1.0, 2.000001], None), "different"),
        (([1.0, None], None), ([1.0, None], None), "within"),
        (([1.0, None], None), ([1.0, 0.0], None), "different"),
        (([1.0, None], None), ([1.0, float("nan")], None), "different"),
        (([float("nan")], None), ([float("nan")], None), "within"),
        (([1, 2], pa.int64()), ([1, 2], pa.int32()), "different"),
        (([2**63], pa.uint64()), ([2**63 + 1], pa.uint64()), "different"),
        (([1], pa.timestamp("ns")), ([2], pa.timestamp("ns")), "different"),
        (([1], pa.time32("s")), ([2], pa.time32("s")), "different"),
        (([1], pa.date32()), ([2], pa.date32()), "different"),
        (([[1.0, 2.0]], None), ([[1.0, 2.0000000001]], None), "within"),
        (([[1.0, 2.0]], None), ([[1.0]], None), "different"),
        (([{"a": 1}], None), ([{"a": 2}], None), "different"),
        (([True], None), ([False], None), "different"),
        (([b"a"], None), ([b"b"], None), "different"),
        (([], pa.float64()), ([], pa.float64()), "within"),
    ],
)
def test_cells(tmp_path: Path, a: Any, b: Any, relation: str) -> None:
    assert compare(tmp_path, column(*a), column(*b)).relation == relation


def test_nullability_belongs_to_the_schema(tmp_path: Path) -> None:
    found = compare(tmp_path, column([1]), column([1], nullable=False))
    assert found.evidence == ("column 'x' type: int64 → int64 not null",)


def test_a_narrower_type_is_different_and_compared_with_its_tolerance(tmp_path: Path) -> None:
    found = compare(tmp_path, column([0.1]), column([0.1], pa.float32()))
    assert found.evidence == ("column 'x' type: float64 → float32",)
    assert found.magnitude is not None
    assert 0 < found.magnitude.max_abs < 1e-8


def test_how_it_is_stored_is_noted() -> None:
    found = Parquet().compare(DATA / "predictions.parquet", DATA / "resaved.parquet", scope())
    assert found.notes == (
        "other row groups: [60] became [16, 16, 16, 12]",
        "other compression: SNAPPY became ZSTD",
    )


def test_rows_are_counted_across_batches(tmp_path: Path) -> None:
    values = list(range(40_000))
    changed = [*values]
    changed[30_001] = -1
    found = compare(tmp_path, column(values), column(changed))
    assert found.evidence == ("row 30002, column 'x': 30001 → -1",)


def test_a_rule_for_a_column_holds(tmp_path: Path) -> None:
    policy = Policy(tolerances=(Rule(match="t.parquet#x", absolute=1.0),))
    assert compare(tmp_path, column([0.5]), column([0.75]), policy).relation == "within"


def test_streams_and_dictionaries_are_read(tmp_path: Path) -> None:
    table = pa.table({"x": pa.array(["a", "b", "a"]).dictionary_encode(), "y": [1, 2, 3]})
    paths = (tmp_path / "a", tmp_path / "b")
    for path, rows in zip(paths, (table, table.slice(0, 2)), strict=True):
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(rows)
    found = Feather().compare(*paths, scope())
    assert found.evidence == ("row 3 is missing: y 3",)


def test_the_first_version_of_feather_is_undecided(tmp_path: Path) -> None:
    path = tmp_path / "a.feather"
    path.write_bytes(b"FEA1" + b"\0" * 64)
    with pytest.raises(Undecided, match="version 1"):
        Feather().compare(path, path, scope())


@pytest.mark.parametrize("kind", [Parquet(), Feather()])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"ARROW1\0\0", b"PAR1" * 20, b"\xff" * 100])
def test_what_is_no_table_is_unreadable(
    tmp_path: Path, kind: Parquet | Feather, content: bytes
) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        kind.compare(path, path, scope())


def test_what_is_too_large_is_undecided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_ROWS", 1)
    with pytest.raises(Undecided, match="2 rows"):
        compare(tmp_path, column([1, 2]), column([1, 3]))


def test_a_damaged_column_does_not_end_the_process(tmp_path: Path) -> None:
    # To ask pyarrow for the compression of this column calls std::terminate.
    content = bytearray((DATA / "nested.parquet").read_bytes())
    content[1127] = 119
    damaged = tmp_path / "a.parquet"
    damaged.write_bytes(content)
    for pair in ((DATA / "nested.parquet", damaged), (damaged, damaged)):
        with pytest.raises(Unreadable):
            Parquet().compare(*pair, scope())
