"""HTML and PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import matplotlib as mpl
from content import predictions
from matplotlib.backends.backend_pdf import PdfPages
from pair import Pair, harmless, planted
from pictures import chart, curves

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _html_harmless()
    yield from _html_planted()
    yield from _pdf_harmless()
    yield from _pdf_planted()


def _styled() -> str:
    """Return a table as pandas styles it, with random ids."""
    return predictions(12).style.highlight_max(subset=["score"]).to_html()


def _page(date: str = "2026-03-02 09:22") -> str:
    rows = "".join(
        f"<tr><td>{name}</td><td>{precision}</td><td>{recall}</td></tr>\n"
        for name, precision, recall in (
            ("cat", 0.91, 0.84),
            ("dog", 0.88, 0.93),
            ("horse", 0.97, 0.79),
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><title>Evaluation</title></head>\n'
        '<body class="report">\n'
        "<h1>Evaluation</h1>\n<p>The model reaches an accuracy of <b>0.95</b>.</p>\n"
        '<table id="scores" border="1">\n'
        f"<tr><th>class</th><th>precision</th><th>recall</th></tr>\n{rows}</table>\n"
        f"<footer>Generated on {date}</footer>\n</body>\n</html>\n"
    )


def _html_harmless() -> Iterator[Pair]:
    plain = _page()
    yield harmless(
        "html-random-ids",
        "predictions.html",
        _styled(),
        _styled(),
        "pandas gives each styled table random ids.",
    )
    yield harmless(
        "html-date",
        "report.html",
        plain,
        _page("2026-05-19 21:48"),
        "The page says when it was generated.",
    )
    yield harmless(
        "html-white-space",
        "report.html",
        plain,
        plain.replace("<tr>", "  <tr>").replace("</td><td>", "</td>\n    <td>"),
        "The table is indented.",
    )
    yield harmless(
        "html-attribute-order",
        "report.html",
        plain,
        plain.replace('id="scores" border="1"', "border='1' id='scores'"),
        "Attributes stand in another order and in other quotes.",
    )


def _html_planted() -> Iterator[Pair]:
    def change(name: str, old: str, new: str, why: str) -> Pair:
        assert old in _page()
        return planted(name, "report.html", _page(), _page().replace(old, new), why)

    yield change("html-cell", "<td>0.93</td>", "<td>0.91</td>", "One cell of the table is another.")
    yield change("html-accuracy", "<b>0.95</b>", "<b>0.94</b>", "Accuracy fell by 0.01.")
    yield change(
        "html-row-dropped",
        "<tr><td>dog</td><td>0.88</td><td>0.93</td></tr>\n",
        "",
        "A row of the table is missing.",
    )
    table = predictions(12)
    label = table.predicted.where(table.index != 4, "cow")  # noqa: PLR2004 - one row
    yield planted(
        "html-styled-cell",
        "predictions.html",
        _styled(),
        table.assign(predicted=label).style.highlight_max(subset=["score"]).to_html(),
        "One label is another, in a table with random ids.",
    )


def _pdf(
    title: str = "Precision of the model",
    day: int = 2,
    *,
    level: int = 6,
    pages: int = 2,
    low: bool = False,
) -> bytes:
    """Return a report of one or two pages."""
    buffer = BytesIO()
    date = datetime(2026, 3, day, 9, 22, tzinfo=UTC)
    figures = [chart((0.91, 0.80, 0.97) if low else (0.91, 0.88, 0.97), title), curves()]
    with (
        mpl.rc_context({"pdf.compression": level}),
        PdfPages(buffer, metadata={"CreationDate": date}) as book,
    ):
        for figure in figures[:pages]:
            book.savefig(figure)
    return buffer.getvalue()


def _pdf_harmless() -> Iterator[Pair]:
    yield harmless(
        "pdf-date", "report.pdf", _pdf(), _pdf(day=19), "The document says when it was made."
    )
    yield harmless(
        "pdf-compression", "report.pdf", _pdf(), _pdf(level=1), "The same pages, compressed less."
    )


def _pdf_planted() -> Iterator[Pair]:
    def change(name: str, why: str, other: bytes) -> Pair:
        return planted(name, "report.pdf", _pdf(), other, why)

    yield change("pdf-word", "One word is another.", _pdf("Accuracy of the model"))
    yield change("pdf-bar", "A bar of the chart is lower.", _pdf(low=True))
    yield change("pdf-page-missing", "A page is missing.", _pdf(pages=1))
