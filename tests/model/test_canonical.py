from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.model.canonical import MAX_DEPTH, canonical, decode, parse
from auditor.model.fact import Fact, unknown

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"])).filter(lambda k: "$" not in k),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def _same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float | int):
        return (math.isnan(a) and math.isnan(b)) or a == b
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    return a == b


@given(JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    assert _same(value, parse(canonical(value), what="it"))


@given(JSON)
def test_encoding_again_gives_the_same_bytes(value: object) -> None:
    once = canonical(value)
    assert canonical(parse(once, what="it")) == once


def test_what_json_cannot_carry_is_tagged() -> None:
    assert canonical({"b": 2**53, "a": [math.nan, -math.inf]}) == (
        b'{"a":[{"$float":"nan"},{"$float":"-inf"}],"b":{"$int":"9007199254740992"}}'
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"$float": "one"}',
        '{"a": ',
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        "[" * 200_000,
        "1" * 5000,
        '{"\\ud800": 1}',
        "\xff",
    ],
)
def test_hostile_json_is_refused_with_one_line(text: str) -> None:
    with pytest.raises(InputError, match="the thing") as caught:
        parse(text.encode("latin-1"), what="the thing")
    assert "\n" not in caught.value.message


def test_brackets_in_strings_are_not_depth() -> None:
    text = json.dumps({"a": "[" * 1000 + '\\"'})
    assert parse(text.encode(), what="it") == {"a": "[" * 1000 + '\\"'}


def test_decode_names_the_wrong_member() -> None:
    with pytest.raises(InputError, match=r"how"):
        decode(b'{"value": 1, "how": "guessed"}', Fact[int], what="the fact")


def test_a_fact_round_trips() -> None:
    fact: Fact[int] = unknown("nobody looked")
    assert decode(canonical(fact), Fact[int], what="it") == fact
