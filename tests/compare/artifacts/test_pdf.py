from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import pdf as module

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare" / "pdf"


def plot(name: str) -> bytes:
    return (DATA / f"plot-{name}.pdf").read_bytes()


def page(*lines: str, box: str = "0 0 300 200", extra: str = "") -> bytes:
    """Return a document of one page with lines of text."""
    shown = "".join(f"1 0 0 1 20 {160 - 20 * n} Tm ({text}) Tj " for n, text in enumerate(lines))
    content = f"BT /F 12 Tf {shown}ET {extra}".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R"
        "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def test_a_plot_made_twice(differ: Differ) -> None:
    found = differ("a.pdf", plot("a"), plot("b"))
    assert found.relation == "within"
    assert found.notes == ("what the file says of itself differs: CreationDate",)
    assert not found.pictures


def test_a_plot_of_other_values(differ: Differ) -> None:
    found = differ("a.pdf", plot("a"), plot("c"))
    assert found.relation == "different"
    assert found.evidence[0].startswith("page 1: ")
    (picture,) = found.pictures
    assert picture.caption == "page 1"
    assert picture.difference


def test_text_counts_and_is_shown(differ: Differ) -> None:
    found = differ("a.pdf", page("accuracy 0.95"), page("accuracy 0.91"))
    assert found.relation == "different"
    assert found.evidence[:3] == (
        "page 1: @@ line 1 @@",
        "page 1: -accuracy 0.95",
        "page 1: +accuracy 0.91",
    )
    assert found.pictures


def test_text_that_is_masked_is_no_picture_either(differ: Differ) -> None:
    a, b = page("on 2026-01-05", "accuracy 0.95"), page("on 2026-11-16", "accuracy 0.95")
    found = differ("a.pdf", a, b)
    assert found.relation == "within"
    assert [mask.rule for mask in found.masks] == ["date"]
    square = "200 20 30 30 re f"
    b = page("on 2026-11-16", "accuracy 0.95", extra=square)
    assert differ("a.pdf", a, b).relation == "different"


def test_sizes_and_numbers_of_pages(differ: Differ) -> None:
    found = differ("a.pdf", page("x"), page("x", box="0 0 300 220"))
    assert found.evidence[0] == "page 1 size: 300 by 200 points → 300 by 220 points"
    assert found.pictures[0].difference == ""
    writer = PdfWriter()
    for _ in range(2):
        writer.append(PdfReader(io.BytesIO(page("x"))))
    twice = io.BytesIO()
    writer.write(twice)
    assert differ("a.pdf", page("x"), twice.getvalue()).evidence == ("pages: 1 → 2",)


def written(*, title: str = "", password: str = "", compress: bool = False) -> bytes:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(page("x"))))
    if title:
        writer.add_outline_item(title=title, page_number=0)
    if compress:
        writer.pages[0].compress_content_streams()
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_how_it_is_stored_means_nothing(differ: Differ) -> None:
    found = differ("a.pdf", page("x"), written(compress=True))
    assert found.relation == "within"
    assert found.notes == ("what the file says of itself differs: Producer",)


def test_outlines_count(differ: Differ) -> None:
    assert differ("a.pdf", written(title="Loss"), written(title="Loss")).relation == "within"
    assert differ("a.pdf", written(title="Loss"), written(title="Gain")).relation == "different"


def test_what_cannot_be_compared_here(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Undecided, match="password"):
        differ("a.pdf", page("x"), written(password="secret"))
    for name in ("MAX_BYTES", "MAX_PAGES", "MAX_TEXT"):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, 0)
            with pytest.raises(Undecided, match="more than"):
                differ("a.pdf", page("x"), page("y"))
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(Undecided, match=r"auditor\[pdf\]"):
        differ("a.pdf", page("x"), page("y"))


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.4", page("x")[:60]])
def test_what_is_no_pdf_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.pdf", page("x"), broken)


def test_huge_pages_are_drawn_small(differ: Differ) -> None:
    box = "0 0 14400 14400"
    assert differ("a.pdf", page("x", box=box), page("x", box=box)).relation == "within"
