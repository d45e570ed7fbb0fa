"""Laws that hold for tables of every format, and real files of each."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import (
    Difference,
    Scope,
    Undecided,
    Unreadable,
    comparator_for,
    compare_parts,
)
from auditor.model.policy import Policy

DATA = Path(__file__).parents[2] / "data" / "compare"
Differ = Callable[..., Difference]
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)

REAL = [
    ("parquet/predictions.parquet", "parquet/resaved.parquet", "within", "same"),
    ("parquet/predictions.parquet", "parquet/noisy.parquet", "within", "same"),
    ("parquet/predictions.parquet", "parquet/decided.parquet", "different", "different"),
    ("parquet/predictions.parquet", "parquet/narrowed.parquet", "different", "same"),
    ("parquet/predictions.parquet", "parquet/shorter.parquet", "different", "different"),
    ("parquet/predictions.parquet", "parquet/shuffled.parquet", "different", "same"),
    ("parquet/predictions.parquet", "parquet/renamed.parquet", "different", "same"),
    ("parquet/nested.parquet", "parquet/nested-changed.parquet", "different", None),
    ("parquet/predictions.feather", "parquet/resaved.feather", "within", "same"),
    ("parquet/predictions.feather", "parquet/changed.feather", "different", "same"),
    ("excel/report.xlsx", "excel/resaved.xlsx", "within", "same"),
    ("excel/report.xlsx", "excel/changed.xlsx", "different", "same"),
    ("excel/report.xlsx", "excel/sheetless.xlsx", "different", "same"),
    ("excel/formula.xlsx", "excel/formula-changed.xlsx", "different", None),
    ("sqlite/runs.db", "sqlite/repaged.db", "within", None),
    ("sqlite/runs.db", "sqlite/noisy.db", "within", None),
    ("sqlite/runs.db", "sqlite/changed.db", "different", None),
    ("sqlite/runs.db", "sqlite/shorter.db", "different", None),
    ("sqlite/runs.db", "sqlite/altered.db", "different", None),
    ("sqlite/runs.db", "sqlite/typed.db", "different", None),
    ("notebook/train.ipynb", "notebook/again.ipynb", "within", None),
    ("notebook/train.ipynb", "notebook/worse.ipynb", "different", None),
    ("notebook/train.ipynb", "notebook/edited.ipynb", "different", None),
    ("notebook/train.ipynb", "notebook/repainted.ipynb", "different", None),
    ("notebook/train.ipynb", "notebook/dropped.ipynb", "different", None),
]
SEEDS = sorted({a for a, _, _, _ in REAL})


def compare(a: Path, b: Path) -> Difference:
    comparator = comparator_for(a.name, a.read_bytes()[:512])
    assert comparator is not None
    return comparator.compare(a, b, Scope(Policy(), (a.name,), inner=compare_parts))


@pytest.mark.parametrize(("a", "b", "relation", "decisions"), REAL)
def test_real_files(a: str, b: str, relation: str, decisions: str | None) -> None:
    found = compare(DATA / a, DATA / b)
    assert (found.relation, found.decisions) == (relation, decisions)
    assert bool(found.evidence) == (relation == "different")
    mirrored = compare(DATA / b, DATA / a)
    assert (mirrored.relation, mirrored.decisions) == (relation, decisions)


@pytest.mark.parametrize("name", SEEDS)
def test_a_file_has_its_own_values(name: str) -> None:
    found = compare(DATA / name, DATA / name)
    assert found.relation == "within"
    assert found.magnitude is None or found.magnitude.differing == 0


@shared
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
def test_what_is_damaged_raises_nothing_else(
    tmp_path: Path, name: str, chance: random.Random
) -> None:
    whole = DATA / name
    content = bytearray(whole.read_bytes())
    kept = 16  # with its first bytes changed, it would be of another kind
    if chance.random() < 0.3:
        del content[chance.randrange(kept, len(content)) :]
    for _ in range(chance.choice([0, 1, 3, 20])):
        if len(content) > kept:
            content[chance.randrange(kept, len(content))] = chance.randrange(256)
    damaged = tmp_path / whole.name
    damaged.write_bytes(content)
    for pair in ((whole, damaged), (damaged, whole)):
        with suppress(Unreadable, Undecided):
            compare(*pair)


cells = st.sampled_from(["cat", "dog", "1", "2", "0.5", "-1.25e3", "007", "nan", ""])
tables = st.lists(st.tuples(cells, cells), min_size=2, max_size=12)


def written(rows: list[tuple[str, str]], name: str = "b") -> str:
    return "\n".join([f"key,a,{name}", *(f"k{i},{x},{y}" for i, (x, y) in rows)]) + "\n"


@shared
@given(tables, st.data())
def test_one_lost_row_is_told_as_one(
    differ: Differ, rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    numbered = list(enumerate(rows))
    gone = data.draw(st.integers(0, len(rows) - 1))
    found = differ("t.csv", written(numbered), written(numbered[:gone] + numbered[gone + 1 :]))
    assert found.relation == "different"
    assert found.evidence == (f"row {gone + 2} is missing: key k{gone}",)


@shared
@given(tables, st.randoms(use_true_random=False))
def test_another_order_is_told_as_such(
    differ: Differ, rows: list[tuple[str, str]], chance: random.Random
) -> None:
    numbered = list(enumerate(rows))
    mixed = chance.sample(numbered, len(numbered))
    found = differ("t.csv", written(numbered), written(mixed))
    assert found.relation == ("within" if mixed == numbered else "different")
    assert ("the same rows in another order" in found.notes) == (mixed != numbered)


@shared
@given(tables)
def test_a_renamed_column_is_told_as_such(differ: Differ, rows: list[tuple[str, str]]) -> None:
    numbered = list(enumerate(rows))
    found = differ("t.csv", written(numbered), written(numbered, name="c"))
    assert found.relation == "different"
    assert found.evidence == ("column 'b' was renamed to 'c'",)


@shared
@given(tables, tables)
def test_swapping_sides_mirrors(
    differ: Differ, one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    a, b = (written(list(enumerate(rows))) for rows in (one, other))
    first, second = differ("t.csv", a, b), differ("t.csv", b, a)
    assert first.relation == second.relation
    assert first.magnitude == second.magnitude or None in (first.magnitude, second.magnitude)
