from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.audit import Verdict
from auditor.render import render

NAMES = ("identical", "diverged", "not-replayed", "inconclusive", "compare", "long")
VOID = {"meta", "link", "br", "col", "img", "hr", "input"}
ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """What the checks ask of a page, and whether its elements are closed in order."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(data.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module", params=NAMES)
def page(request: pytest.FixtureRequest, samples: ModuleType) -> Page:
    return Page(render(samples.SAMPLES[request.param](), ".html"))


def test_a_policy_that_allows_nothing_comes_first(page: Page) -> None:
    names = [name for name, _ in page.tags]
    first = page.tags[names.index("head") + 1]
    assert first[0] == "meta"
    assert first[1]["http-equiv"] == "Content-Security-Policy"
    assert first[1]["content"].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in first[1]["content"]


def test_the_one_style_is_the_one_that_the_policy_allows(samples: ModuleType) -> None:
    content = render(samples.identical(), ".html").decode()
    style = re.findall(r"<style>(.*?)</style>", content, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert html.escape(f"'sha256-{digest}'", quote=False) in content
    assert "{%" not in style[0]


def test_nothing_is_loaded_or_run(page: Page) -> None:
    assert not {name for name, _ in page.tags} & {
        "script", "link", "iframe", "object", "embed", "base", "form", "style2",
    }  # fmt: skip
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        assert not {"srcset", "action", "data", "style", "xlink:href"} & set(attributes)
    sources = [attributes["src"] for _, attributes in page.tags if "src" in attributes]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert all(link["href"].startswith("#") for link in page.all("a"))


def test_every_anchor_leads_somewhere_and_no_id_is_used_twice(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {link["href"][1:] for link in page.all("a")}
    targets |= {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a}
    assert targets <= set(ids)


def test_structure_for_those_who_do_not_see_it(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("nav") == [{"aria-label": "Contents"}]
    assert page.all("a")[0] == {"class": "skip", "href": "#report"}
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(head.get("scope") in {"col", "row"} for head in page.all("th"))
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch("h[1-6]", name)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_finding_has_an_anchor(samples: ModuleType) -> None:
    for audit in (samples.diverged(), samples.compare(), samples.long(600)):
        page = Page(render(audit, ".html"))
        ids = {attributes.get("id") for _, attributes in page.tags}
        assert {f"d{number}" for number in range(1, len(audit.divergences) + 1)} <= ids
        assert {f"cause-{number}" for number in range(1, len(audit.causes) + 1)} <= ids


def test_parts_come_in_their_order(page: Page) -> None:
    order = [section["id"] for section in page.all("section") if "id" in section]
    assert order == [
        "checked", "not-checked", "divergences", "results", "spread", "environment", "randomness",
        "provenance", "repeat", "method", "limits", "glossary", "appendices",
    ]  # fmt: skip


def test_hostile_names_are_shown_and_do_nothing(samples: ModuleType) -> None:
    data = render(samples.long(), ".html")
    page = Page(data)
    for name in ("<script>alert(1)</script>.csv", "<img src=x onerror=alert(1)>"):
        assert name in page.text
    assert "report_\\u202efdp.exe" in page.text
    assert "\\u001b[31mred" in page.text
    assert "tab\\there.txt" in page.text
    assert "line\\nbreak.txt" in page.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", data.decode())


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.text(min_size=1).filter(lambda name: name.encode("utf-8", "ignore").decode() == name)
)
def test_any_name_leaves_the_page_whole(samples: ModuleType, name: str) -> None:
    audit = samples.identical()
    item = msgspec.structs.replace(audit.items[0], name=name, note=name, counted=False)
    original = msgspec.structs.replace(audit.original, name=name)
    page = Page(render(msgspec.structs.replace(audit, items=(item,), original=original), ".html"))
    assert len(page.all("h1")) == 1
    assert not page.all("script")


VERDICT_WORDS: dict[Verdict, tuple[str, str]] = {
    "identical": ("The result reproduced exactly", "exactly the same result"),
    "equivalent": ("The result reproduced: every", "gave the same result"),
    "consistent": ("The result reproduced statistically", "agree statistically"),
    "diverged": ("The result did not reproduce", "different results"),
    "inconclusive": ("could not be decided", "could not be decided"),
    "not-replayed": ("could not be replayed", "could not be compared"),
}


@pytest.mark.parametrize("verdict", VERDICT_WORDS)
def test_every_verdict_has_a_plain_sentence(samples: ModuleType, verdict: Verdict) -> None:
    for kind, words in zip(("replay", "compare"), VERDICT_WORDS[verdict], strict=True):
        audit = msgspec.structs.replace(samples.compare(), kind=kind, verdict=verdict)
        assert words in Page(render(audit, ".html")).text


@pytest.mark.parametrize(
    ("integrity", "words"),
    [("unsigned", "unsigned:"), ("verified", "verified:"), ("failed", "FAILED")],
)
def test_page_one_says_whether_it_can_be_trusted(
    samples: ModuleType, integrity: str, words: str
) -> None:
    audit = msgspec.structs.replace(samples.identical(), integrity=integrity)
    assert words in Page(render(audit, ".html")).text


def test_same_audit_same_bytes_in_any_process(samples: ModuleType) -> None:
    script = (
        "import sys, samples; from auditor.render import render;"
        "sys.stdout.buffer.write(render(samples.diverged(), '.html'))"
    )
    pages = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert pages == {render(samples.diverged(), ".html")}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    lights = sorted(luminance(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_in_light_and_dark(samples: ModuleType) -> None:
    content = render(samples.identical(), ".html").decode()
    light, dark = re.findall(
        r":root\{(?:color-scheme:light dark;)?(\s*--.*?)\}", content, re.DOTALL
    )
    for scheme in (light, dark):
        colour = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", scheme))
        for ink in ("ink", "soft", "link", "good", "bad", "warn", "idle"):
            for ground in ("paper", "wash"):
                assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
        for tone in ("good", "bad", "warn", "idle"):
            assert contrast(colour[tone], colour[f"{tone}-wash"]) >= 4.5, tone
            assert contrast("#ffffff", colour[f"band-{tone}"]) >= 4.5, tone
