from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import xml

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare" / "svg"
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def plot(name: str) -> bytes:
    return (DATA / f"plot-{name}.svg").read_bytes()


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ('<r a="1" b="2"/>', "<r b='2' a='1'></r>", "within"),
        ("<r><x/></r>", "<r>\n  <x/>\n</r>", "within"),
        ('<r xmlns="u"/>', '<p:r xmlns:p="u"/>', "within"),
        ('<r xmlns="u"/>', '<r xmlns="v"/>', "different"),
        ("<r>0.5</r>", "<r>0.50000000001</r>", "within"),
        ("<r>0.5</r>", "<r>0.6</r>", "different"),
        ('<r x="3"/>', '<r x="4"/>', "different"),
        ("<t>2026-01-05T12:00:01</t>", "<t>2026-01-06T13:00:01</t>", "within"),
        ("<r><![CDATA[a<b]]></r>", "<r>a&lt;b</r>", "within"),
        ("<r><a/><b/></r>", "<r><b/><a/></r>", "different"),
        ("<r>a</r>", '<?xml version="1.0" encoding="latin-1"?><r>a</r>', "within"),
        (f"<r>{'x ' * 40_000}a</r>", f"<r>{'x ' * 40_000}b</r>", "different"),
    ],
)
def test_documents(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.xml", a, b).relation == relation


def test_comments_mean_nothing_and_are_noted(differ: Differ) -> None:
    found = differ("a.pmml", "<r><!-- a --></r>", "<r/>")
    assert found.relation == "within"
    assert found.notes == ("comments differ",)


@pytest.mark.parametrize("broken", ["", "<r>", "<r></s>", "text", "<r/><r/>", "\0"])
def test_what_is_no_xml_is_unreadable(differ: Differ, broken: str) -> None:
    with pytest.raises(Unreadable):
        differ("a.xml", "<r/>", broken)


def test_entities_are_never_expanded(differ: Differ) -> None:
    laughs = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>'
    outside = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>'
    for hostile in (laughs, outside):
        with pytest.raises(Undecided, match="entities"):
            differ("a.xml", hostile, "<r/>")


def test_limits(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Undecided, match="deep"):
        differ("a.xml", "<r>" * 2000, "<r/>")
    for name in ("MAX_ELEMENTS", "MAX_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(xml, name, 2)
            with pytest.raises(Undecided, match="2"):
                differ("a.xml", "<r><a/><a/></r>", "<r/>")


def test_a_plot_of_matplotlib_made_twice(differ: Differ) -> None:
    found = differ("a.svg", plot("a"), plot("b"))
    assert found.relation == "within"
    assert found.notes == (
        "generated ids differ",
        "the metadata differ, such as the date and the name of the program",
    )


def test_a_plot_of_other_values(differ: Differ) -> None:
    found = differ("a.svg", plot("a"), plot("c"))
    assert found.relation == "different"
    assert found.magnitude is not None
    assert found.magnitude.max_abs == pytest.approx(14.175)


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ('<path d="M1.5 2L3,4"/>', '<path d="M 1.5,2 L 3 4"/>', "within"),
        ('<path d="M1.5 2"/>', '<path d="M1.50000000001 2"/>', "within"),
        ('<path d="M1.5 2"/>', '<path d="M1.6 2"/>', "different"),
        ('<path d="M1.5-2"/>', '<path d="M1.5 2"/>', "different"),
        ("<text>took 3s</text>", "<text>took 4s</text>", "within"),
        (
            '<g id="p0123456789"/><g clip-path="url(#p0123456789)"/>',
            '<g id="pabcdefabcd"/><g clip-path="url(#pabcdefabcd)"/>',
            "within",
        ),
        ('<rect fill="#000000"/>', '<rect fill="#ff0000"/>', "different"),
    ],
)
def test_drawings(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.svg", SVG.format(a), SVG.format(b)).relation == relation
