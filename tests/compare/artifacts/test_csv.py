from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import csv as module
from auditor.model.evidence import Mask
from auditor.model.policy import Policy, Rule

Differ = Callable[..., Difference]


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("x,y\n1.0,a\n", "x,y\n1.00000000001,a\n", "within"),
        ("x,y\n1.0,a\n", "x,y\n1.5,a\n", "different"),
        ("x\n1\n", "x\n2\n", "different"),
        ("x\n1\n", "x\n1.0\n", "within"),
        ("x\na\n", "x\nb\n", "different"),
        ("x\nnan\n", "x\nNaN\n", "within"),
        ("x\nnan\n", "x\n1.0\n", "different"),
        ("x\n\n", "x\n1.0\n", "different"),
        ("x\n1_000\n", "x\n1000\n", "different"),
        ("x\n1\n2\n", "x\n1\n", "different"),
        ("x,y\n1,2\n", "x,y\n1\n", "different"),
        ("x;y\n1.0;2\n", "x;y\n1.0;2\n", "within"),
        ('x\n"a, b"\n', "x\n'a, b'\n", "different"),
        ("x\r\n1.0\r\n", "x\n1.0\n", "within"),
    ],
)
def test_cells(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.csv", a, b).relation == relation


def test_evidence_names_row_and_column(differ: Differ) -> None:
    found = differ("a.tsv", "id\tscore\n1\t0.5\n", "id\tscore\n1\t0.75\n")
    assert found.evidence == ("row 2, column 'score': 0.5 → 0.75",)
    assert found.magnitude is not None
    assert found.magnitude.max_abs == 0.25


def test_missing_rows_are_counted(differ: Differ) -> None:
    found = differ("a.csv", "x\n1\n2\n3\n", "x\n1\n")
    assert found.notes == ("3 rows became 1",)
    assert found.evidence == ("rows 3-4 are missing: x 2 …",)


@pytest.mark.parametrize("broken", [b"x\n\xff\xfe\n", b'x\n"open', b"x\n" + b"9" * 200_000])
def test_what_is_no_table_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.csv", broken, broken)


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(Undecided):
        differ("a.csv", "1234", "1234")


HISTORY = [f"{epoch},{1 / (epoch + 1)},{2 / (epoch + 1)}" for epoch in range(10)]


def history(rows: list[str]) -> str:
    return "\n".join(["epoch,loss,val_loss", *rows]) + "\n"


@pytest.mark.parametrize(
    ("a", "b", "note"),
    [
        ("a,b\n1,2\n", "a;b\n1;2\n", "another delimiter: ',' became ';'"),
        ("a,b\n1,2\n", "a,b\r\n1,2\r\n", "another line end: '\\n' became '\\r\\n'"),
        ("a,b\n1,2\n", "\ufeffa,b\n1,2\n", "another byte order mark: False became True"),
        ("a,b\nx,2\n", 'a,b\n"x",2\n', "blank lines, spaces or quotes around cells differ"),
        ("a,b\nx,2\n", "a,b\n\nx,2\n\n", "blank lines, spaces or quotes around cells differ"),
        (
            "a\n1.0\n2.50\n",
            "a\n1.00\n2.5\n",
            "2 numbers are written in another way, with the same value",
        ),
    ],
)
def test_how_it_is_written_means_nothing(differ: Differ, a: str, b: str, note: str) -> None:
    found = differ("a.csv", a, b)
    assert found.relation == "within"
    assert found.notes == (note,)


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("x\n007\n", "x\n7\n", "different"),
        ("x,y\n1,2,3\n", "x,y\n1,2,4\n", "different"),
        ("1.0 2.0\n3.0 4.0\n", "1.0 2.0\n3.0 4.00000000001\n", "within"),
        ("1.0,2.0\n3.0,4.0\n", "1.00000000001,2.0\n3.0,4.0\n", "within"),
        ("1.0,2.0\n", "1.5,2.0\n", "different"),
        ("x\n1e999\n", "x\n1e998\n", "different"),
        (f"x\n{'9' * 5000}\n", f"x\n{'9' * 4999}8\n", "different"),
        ("x\n10000000000000000001\n", "x\n10000000000000000002\n", "different"),
        ("a,a\n1,2\n", "a,a\n1,3\n", "different"),
        ("", "x\n", "different"),
        ("x\n", "x\n\n", "within"),
    ],
)
def test_cells_of_odd_tables(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.csv", a, b).relation == relation


def test_columns_in_another_order_are_different(differ: Differ) -> None:
    found = differ("a.csv", "a,b\n1,2\n", "b,a\n2,1\n")
    assert found.relation == "different"
    assert found.evidence == ("columns in another order, from column 1: a → b",)


def test_a_lost_row_without_a_key_is_found(differ: Differ) -> None:
    rows = [f"{index % 7 / 10},{index * index % 11}" for index in range(300)]
    text = ["x,y", *rows]
    found = differ("a.csv", "\n".join(text), "\n".join(text[:150] + text[151:]))
    assert found.notes == ("300 rows became 299",)
    assert len(found.evidence) == 1
    assert "missing" in found.evidence[0]
    assert found.magnitude is not None
    assert found.magnitude.differing == 0


def test_rows_are_matched_in_spite_of_noise(differ: Differ) -> None:
    rows = [(f"k{index}", 1 / (index + 1)) for index in range(50)]
    a = "\n".join(["key,x", *(f"{key},{x}" for key, x in rows)])
    b = "\n".join(["key,x", *(f"{key},{x * (1 + 1e-12)}" for key, x in rows[:20] + rows[21:])])
    found = differ("a.csv", a, b)
    assert found.evidence == ("row 22 is missing: key k20",)
    assert found.magnitude is not None
    assert 0 < found.magnitude.max_abs < 1e-9


def test_many_changes_are_summed_up_by_column(differ: Differ) -> None:
    a = "\n".join(["key,x,y", *(f"k{index},{index}.5,a" for index in range(100))])
    b = "\n".join(["key,x,y", *(f"k{index},{index}.75,a" for index in range(100))])
    found = differ("a.csv", a, b)
    assert found.evidence[0] == "column 'x': 100 of 100 cells differ, first in row 2"
    assert found.evidence[1] == "row 2, column 'x': 0.5 → 0.75"
    assert found.evidence[-1].startswith("… and ")
    assert found.magnitude is not None
    assert (found.magnitude.max_abs, found.magnitude.differing) == (0.25, 100)


def test_decisions_by_name(differ: Differ) -> None:
    found = differ("a.csv", "id,pred\n1,cat\n2,dog\n", "id,pred\n1,cat\n2,cat\n")
    assert found.decisions == "different"
    assert found.notes == ("decisions in column 'pred': 1 of 2 changed, first at row 3: dog → cat",)
    assert differ("a.csv", "pred\n1.0\n0.0\n", "pred\n1\n0\n").decisions == "same"
    assert differ("a.csv", "pred\n1.25\n0.5\n", "pred\n1.25\n0.75\n").decisions is None
    assert differ("a.csv", "rank\n1\n2\n", "rank\n2\n1\n").decisions == "different"


@pytest.mark.parametrize(
    ("a", "b", "decisions"),
    [
        ("pred\n1\n0\n0\n", "pred\n0\n1\n0\n", "different"),
        ("rank\n1\n2\n3\n", "rank\n2\n1\n3\n", "different"),
        ("id,pred\na,1\nb,0\nc,0\n", "id,pred\nb,0\na,1\nc,0\n", "same"),
        ("id,pred\na,1\nb,0\nc,0\n", "id,pred\na,1\nc,0\n", "different"),
        ("id,pred\na,1\nb,0\n", "id,guess\na,1\nb,0\n", "different"),
    ],
)
def test_a_row_decides_for_its_key_else_for_its_place(
    differ: Differ, a: str, b: str, decisions: str
) -> None:
    found = differ("a.csv", a, b)
    assert (found.relation, found.decisions) == ("different", decisions)


@pytest.mark.parametrize(
    ("header", "decisions"),
    [
        ("proba_cat,proba_dog", "different"),
        ("prob_0,prob_1", "different"),
        ("p_class0,p_class1", "different"),
        ("p_value,p_adjusted", None),
        ("height,width", None),
        ("proba_cat,n", None),
    ],
)
def test_the_largest_score_decides(differ: Differ, header: str, decisions: str | None) -> None:
    a, b = "0.50000001,0.5\n0.1,0.9\n", "0.5,0.50000001\n0.1,0.9\n"
    found = differ("a.csv", f"{header}\n{a}", f"{header}\n{b}")
    assert found.relation == "within"
    assert found.decisions == decisions


def test_metrics_over_steps_are_curves(differ: Differ) -> None:
    worse = [*HISTORY[:5], *(f"{epoch},{1 / epoch},{2 / (epoch + 1)}" for epoch in range(5, 10))]
    found = differ("a.csv", history(HISTORY), history(worse))
    (curve,) = found.curves
    assert (curve.name, curve.parted, curve.total) == ("loss", 5.0, 10)
    assert found.evidence[0].startswith("loss parts at epoch 5: ")
    assert found.magnitude is not None
    assert found.magnitude.total == 30


def test_one_more_epoch_is_told(differ: Differ) -> None:
    found = differ("a.csv", history(HISTORY), history([*HISTORY, "10,0.05,0.1"]))
    assert found.evidence == ("row 12 is new: epoch 10",)
    assert {(curve.name, curve.after) for curve in found.curves} == {
        ("loss", "ended"),
        ("val_loss", "ended"),
    }


def test_epochs_counted_from_one_are_told(differ: Differ) -> None:
    later = [f"{epoch + 1},{1 / (epoch + 1)},{2 / (epoch + 1)}" for epoch in range(10)]
    found = differ("a.csv", history(HISTORY), history(later))
    assert found.relation == "different"
    assert found.notes == ("epoch is shifted by 1: rows are compared in step",)
    assert not found.curves


def test_what_a_clock_says_is_masked_by_the_name_of_its_column(differ: Differ) -> None:
    found = differ("a.csv", "mean_fit_time,score\n0.5,1\n", "mean_fit_time,score\n0.75,1\n")
    assert found.relation == "within"
    assert found.masks == (Mask(rule="duration", count=1, examples=("0.5 → 0.75",)),)
    unmasked = Policy(masks=())
    assert differ("a.csv", "fit_time\n0.5\n", "fit_time\n0.75\n", unmasked).relation == "different"


def test_a_rule_for_a_column_holds(differ: Differ) -> None:
    policy = Policy(tolerances=(Rule(match="a.csv#x", absolute=1.0),))
    assert differ("a.csv", "x,y\n1.5,2.5\n", "x,y\n2.0,2.5\n", policy).relation == "within"
    assert differ("a.csv", "x,y\n1.5,2.5\n", "x,y\n1.5,2.75\n", policy).relation == "different"


def test_a_row_that_never_ends_is_unreadable(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROW", 50)
    with pytest.raises(Unreadable, match="longer than 50"):
        differ("a.csv", 'x,y\n"a\n' + "b\n" * 40, "x,y\n")


def indexed(head: str, rows: list[str]) -> str:
    """Return a table as pandas writes it, with an index that nobody named."""
    return "\n".join([f",{head}", *(f"{index},{row}" for index, row in enumerate(rows))])


def test_an_index_without_a_name_counts_the_steps_of_a_history(differ: Differ) -> None:
    rows = [f"{0.5 + step / 20},{1 / (step + 1)}" for step in range(10)]
    worse = [*rows[:5], *(f"{0.5 + step / 20},{1 / step}" for step in range(5, 10))]
    found = differ("history.csv", *(indexed("accuracy,loss", side) for side in (rows, worse)))
    (curve,) = found.curves
    assert (curve.name, curve.parted, curve.total) == ("loss", 5.0, 10)
    assert found.evidence[0].startswith("loss parts at index 5: ")
    assert found.magnitude is not None
    assert found.magnitude.differing == 5
    backwards = "\n".join([",accuracy,loss", *indexed("", worse).split("\n")[:0:-1]])
    assert not differ("history.csv", indexed("accuracy,loss", rows), backwards).curves


@pytest.mark.parametrize("head", ["x,y", "score,loss", "pred,loss"])
def test_an_index_counts_no_steps_of_a_table_of_cases(differ: Differ, head: str) -> None:
    one, other = ([f"{case},{case + more}" for case in range(9)] for more in (0.5, 0.75))
    assert not differ("cases.csv", indexed(head, one), indexed(head, other)).curves


CASES = [f"k{case},{'abc'[case % 3]}" for case in range(10)]


def test_rows_in_another_order_decide_by_key_whether_or_not_an_index_counts_them(
    differ: Differ,
) -> None:
    plain = ["\n".join(["id,pred", *rows]) for rows in (CASES, CASES[::-1])]
    counted = [indexed("id,pred", rows) for rows in (CASES, CASES[::-1])]
    carried = [counted[0], "\n".join([",id,pred", *counted[0].split("\n")[:0:-1]])]
    for pair in (plain, counted, carried):
        found = differ("predictions.csv", *pair)
        assert found.relation == "different"
        assert found.decisions == "same"
        assert found.evidence == ("9 rows stand elsewhere, the first: row 2 → row 11",)
    note = "column '' counts the rows: it is not compared with them"
    assert note in differ("predictions.csv", *counted).notes
    assert note not in differ("predictions.csv", *carried).notes


def test_an_index_that_is_the_only_key_tells_cases_apart(differ: Differ) -> None:
    names = [row[-1] for row in CASES]
    carried = "\n".join([",pred", *indexed("", names).split("\n")[:0:-1]])
    assert differ("predictions.csv", indexed("pred", names), carried).decisions == "same"
    swapped = indexed("pred", names[::-1])
    assert differ("predictions.csv", indexed("pred", names), swapped).decisions == "different"


def test_a_lost_row_is_found_where_the_index_was_counted_anew(differ: Differ) -> None:
    found = differ(
        "predictions.csv", indexed("id,pred", CASES), indexed("id,pred", CASES[:4] + CASES[5:])
    )
    assert found.evidence == ("row 6 is missing: id k4",)
    assert found.decisions == "different"


def test_a_changed_prediction_among_moved_rows_is_found(differ: Differ) -> None:
    other = [row.replace("k4,b", "k4,c") for row in CASES[::-1]]
    found = differ("predictions.csv", indexed("id,pred", CASES), indexed("id,pred", other))
    assert found.decisions == "different"
    assert "row 6, column 'pred': b → c" in found.evidence


def test_a_lost_row_is_called_by_its_index(differ: Differ) -> None:
    rows = indexed("pred", [row[-1] for row in CASES]).split("\n")
    found = differ("predictions.csv", "\n".join(rows), "\n".join(rows[:5] + rows[6:]))
    assert found.evidence == ("row 6 is missing: index 4",)
