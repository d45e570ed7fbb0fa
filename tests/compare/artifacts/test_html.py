from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from auditor.compare.artifacts import Difference, Undecided
from auditor.compare.artifacts import html as module
from auditor.compare.readers.html import tokens

Differ = Callable[..., Difference]
PLOT = '<div id="{0}"></div><script>f("{0}")</script>'
DATA = Path(__file__).parents[2] / "data" / "compare" / "html"


def table(name: str) -> bytes:
    return (DATA / f"styler-{name}.html").read_bytes()


def test_a_table_of_pandas_whose_ids_differ(differ: Differ) -> None:
    found = differ("a.html", table("a"), table("b"))
    assert found.relation == "within"
    assert found.notes == ("generated ids differ",)


def test_a_number_in_a_table_counts(differ: Differ) -> None:
    found = differ("a.html", table("a"), table("c"))
    assert found.relation == "different"
    assert found.evidence == ("@@ table 1, row 3, column 'accuracy' @@", "-0.250000", "+0.400000")
    assert found.magnitude is not None
    assert found.magnitude.max_abs == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("table 1, row 2, column 'f1'", "<th>0</th><td>x</td><td>{}</td>"),
        ("table 1, row 2, column 'f1'", "<td colspan=2>x</td><td>{}</td>"),
        ("table 1, row 2, column 1", "<th>{}</th>"),
        ("table 1, row 2, column 5", "<td colspan=4></td><td><b>{}</b></td>"),
    ],
)
def test_a_cell_is_told_by_its_column(differ: Differ, place: str, row: str) -> None:
    text = "<table><tr><th></th><th>name</th><th> f1 </th></tr><tr>{}</tr></table>"
    found = differ("a.html", text.format(row.format(0.5)), text.format(row.format(0.6)))
    assert found.evidence == (f"@@ {place} @@", "-0.5", "+0.6")


def test_a_column_of_durations_is_masked(differ: Differ) -> None:
    text = "<table><tr><th>{}</th><th>acc</th></tr><tr><td>{}</td><td>0.9</td></tr></table>"
    found = differ("a.html", text.format("mean_fit_time", 0.5), text.format("mean_fit_time", 0.6))
    assert found.relation == "within"
    assert [mask.rule for mask in found.masks] == ["duration"]
    assert differ("a.html", text.format("f1", 0.5), text.format("f1", 0.6)).relation == "different"


def test_text_outside_of_tables_is_counted(differ: Differ) -> None:
    text = "<table><tr><td colspan=x>1</td></tr></table><p>{}</p>"
    found = differ("a.html", text.format("a"), text.format("b"))
    assert found.evidence == ("@@ tag or text 9 @@", "-a", "+b")


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ('<p class="x" id=y>', "<P ID='y' CLASS='x'>", "within"),
        ("<p>a\n  b</p>", "<p> a b </p>", "within"),
        ("<pre>a\n b</pre>", "<pre>a\nb</pre>", "different"),
        ("<td>0.5</td>", "<td>0.50000000001</td>", "within"),
        ("<td>0.5</td>", "<td>0.6</td>", "different"),
        ("<td>3</td>", "<td>4</td>", "different"),
        ("<p>took 3.2s</p>", "<p>took 3.4s</p>", "within"),
        ("<p>&lt;&eacute;</p>", "<p>&#60;é</p>", "within"),
        ("<b>x</b>", "<i>x</i>", "different"),
        ("<a href=x>", "<a href=y>", "different"),
        ("<a x=1 x=2>", "<a x=1 x=3>", "within"),
        ("<br/>", "<br>", "within"),
        ("<script>took = '3.2s'</script>", "<script>took = '3.4s'</script>", "different"),
        ("<script>x = [0.5]</script>", "<script>x = [0.50000000001]</script>", "within"),
        ("<script>if (a<b) '</p>'</script>", "<script>if (a<b) '</q>'</script>", "different"),
        ("<style>p { margin: 1px }</style>", "<style>p { margin: 2px }</style>", "different"),
        ("<title>a<b></title>", "<title>a<c></title>", "different"),
        (
            PLOT.format("3b241101-e2bb-4255-8caf-4136c566a962"),
            PLOT.format("0b241101-e2bb-4255-8caf-4136c566a960"),
            "within",
        ),
        (
            '<i id="T_aaaaa"><i id="T_bbbbb"><a href="#T_aaaaa">',
            '<i id="T_ccccc"><i id="T_ddddd"><a href="#T_ddddd">',
            "different",
        ),
        ('<i id="top">', '<i id="end">', "different"),
        ('<a href="#T_aaaaa">', '<a href="#T_bbbbb">', "different"),
    ],
)
def test_documents(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.html", a, b).relation == relation


def test_comments_mean_nothing_and_are_noted(differ: Differ) -> None:
    found = differ("a.html", "<!-- a --><p>x", "<!DOCTYPE html><p>x")
    assert found.relation == "within"
    assert found.notes == ("comments differ",)


def picture(level: int, compress: int) -> str:
    file = io.BytesIO()
    Image.new("L", (4, 4), level).save(file, "PNG", compress_level=compress)
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img src="data:image/png;base64,{data}">'


def test_embedded_pictures_are_compared_as_pictures(differ: Differ) -> None:
    assert differ("a.html", picture(7, 0), picture(7, 9)).relation == "within"
    found = differ("a.html", picture(7, 9), picture(9, 9))
    assert found.relation == "different"
    assert found.evidence[0].startswith("embedded 1.png: 16 of 16 pixels differ")
    assert found.pictures
    assert differ("a.html", picture(7, 9), "").relation == "different"


@given(st.text(alphabet="<>/!-='\" abscript&;#1\n", max_size=200))
def test_any_text_has_tokens(text: str) -> None:
    for token in tokens(text):
        assert token.kind in {"start", "end", "text", "raw", "comment"}


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<!--", "<a ", '<a x="', "<!", "<?", "</", "<script>", "&#1", "<a x=", "=<", "</b"],
)
def test_no_document_takes_long(differ: Differ, piece: str) -> None:
    assert differ("a.html", piece * 20_000, piece * 20_001).relation in {"within", "different"}


def test_references_by_long_numbers(differ: Differ) -> None:
    assert differ("a.html", f"&#{'1' * 5000};", "x").relation == "different"


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(Undecided):
        differ("a.html", "1234", "1234")
