from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.render import text

MINUS = "\N{MINUS SIGN}"


@given(st.text(st.characters()))
def test_nothing_that_hides_or_reorders_stays_in_visible_text(value: str) -> None:
    seen = text.visible(value)
    assert not any(
        unicodedata.bidirectional(c) in {"LRO", "RLO", "LRE", "RLE", "PDF"} for c in seen
    )
    assert not any(unicodedata.bidirectional(c) in {"LRI", "RLI", "FSI", "PDI"} for c in seen)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in seen if c not in "\t\n")
    seen.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])))
def test_ordinary_text_is_left_alone(value: str) -> None:
    assert text.visible(value) == value


def test_hidden_characters_become_escapes() -> None:
    assert text.visible("a\u202eb\x1b\U000e0041") == "a\\u202eb\\u001b\\U000e0041"


@given(st.floats(allow_nan=False, allow_infinity=False).filter(bool))
def test_a_number_that_is_not_zero_never_reads_as_zero(value: float) -> None:
    read = float(text.number(value).replace(",", "").replace(MINUS, "-"))
    assert read == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"),
        (True, "true"),
        (1797, "1,797"),
        (10**20, "1.00000e+20"),
        (0.97109999, "0.9711"),
        (0.0, "0"),
        (1234567.0, "1,234,567"),
        (-0.5, f"{MINUS}0.5"),
        (1e-7, f"1e{MINUS}7"),
        (1.2345e-9, f"1.2345e{MINUS}9"),
        (1e300, "1e300"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        (float("-inf"), f"{MINUS}∞"),
    ],
)
def test_numbers(value: float | None, words: str) -> None:
    assert text.number(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"),
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1.0 KiB"),
        (5 * 1024**2, "5.0 MiB"),
        (2000 * 1024**3, "2,000.0 GiB"),
    ],
)
def test_sizes(value: int | None, words: str) -> None:
    assert text.size(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "—"),
        (0.4567, "0.457 s"),
        (59.96, "60 s"),
        (725.2, "12 min 5 s"),
        (11040, "3 h 4 min"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert text.duration(seconds) == words


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        ("2026-11-21T03:58:12Z", "21 November 2026, 03:58 UTC"),
        ("2026-11-21T03:58:12+02:00", "21 November 2026, 01:58 UTC"),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_moments(stamp: str | None, words: str) -> None:
    assert text.moment(stamp) == words


def test_values_that_differ_read_differently() -> None:
    assert text.apart((0.97112345678, 0.97112345679)) == ("0.97112345678", "0.97112345679")
    assert text.apart((0.5, 0.25, None, "x", 3)) == ("0.5", "0.25", "—", "x", "3")
    assert (
        text.apart((1e300, 1e300 * (1 + 2**-52)))[0] != text.apart((1e300, 1e300 * (1 + 2**-52)))[1]
    )


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=4, unique=True)
)
def test_any_floats_that_differ_read_differently(values: list[float]) -> None:
    assert len(set(text.apart(values))) == len(values)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"),
        ("", "(empty)"),
        ("two\nlines", "two\\nlines"),
        ("sha256:" + "ab" * 32, "abababababab"),
        (["a", "b"], "a b"),
        ({"version": "1", "digest": "sha256:" + "cd" * 32}, "version: 1, digest: cdcdcdcdcdcd"),
        ({"deep": [1, {"x": 2}]}, '{"deep":[1,{"x":2}]}'),
        ("x" * 300, "x" * 240 + "… (60 more characters)"),
    ],
)
def test_any_value_on_one_line(value: object, words: str) -> None:
    assert text.shown(value) == words
