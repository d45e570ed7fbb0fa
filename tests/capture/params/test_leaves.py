"""Leaves of configurations, and of what was written to do harm."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture.params.leaves import MOST_LEAVES, SUFFIXES, leaves_of

NESTED = {"/model/lr": "0.1", "/model/layers/0": "64", "/model/layers/1": "32", "/a~1b": "x"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "model:\n  lr: 0.1\n  layers: [64, 32]\na/b: x\n"),
        ("c.toml", '"a/b" = "x"\n[model]\nlr = 0.1\nlayers = [64, 32]\n'),
        ("c.json", '{"model": {"lr": 0.1, "layers": [64, 32]}, "a/b": "x"}'),
    ],
)
def test_each_leaf_has_its_pointer(name: str, text: str) -> None:
    assert dict(leaves_of(name, text.encode())) == NESTED


def test_ini_has_sections() -> None:
    found = leaves_of("c.ini", b"[train]\nLR = 0.1\nfast\n[x]\nurl = a%b\n")
    assert found == [("/train/LR", "0.1"), ("/train/fast", "null"), ("/x/url", "a%b")]


def test_plain_words_of_each_format() -> None:
    assert leaves_of("c.json", b'{"a": true, "b": null, "c": {}, "d": [], "e": NaN}') == [
        ("/a", "true"),
        ("/b", "null"),
        ("/c", "{}"),
        ("/d", "[]"),
        ("/e", "NaN"),
    ]
    assert leaves_of("c.toml", b"at = 2026-01-02") == [("/at", '"2026-01-02"')]
    assert leaves_of("c.yaml", b"a: yes\nb: {}\nc: []\n") == [
        ("/a", "yes"),
        ("/b", "{}"),
        ("/c", "[]"),
    ]
    assert leaves_of("c.yml", b"") == []


def test_yaml_merges_what_it_names_and_keeps_its_own() -> None:
    text = b"base: &b {lr: 1, n: 2}\nmine:\n  <<: *b\n  lr: 5\n"
    found = dict(leaves_of("c.yaml", text))
    assert found == {"/base/lr": "1", "/base/n": "2", "/mine/lr": "5", "/mine/n": "2"}


LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 20)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 4)}]}}\n" for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("c.yaml", LAUGHS, "has more than 500 values"),
        ("c.yaml", MERGES, "it refers to itself again and again"),
        ("c.yaml", "a: &a [*a]", "it refers to itself again and again"),
        ("c.yaml", "[" * 100_000, "it is nested more than 50 levels deep"),
        ("c.yaml", "a: b: c", "mapping values are not allowed"),
        ("c.yaml", "--- 1\n--- 2\n", "expected a single document"),
        ("c.yaml", "? [a, b]\n: 1\nc: *d", "found undefined alias"),
        ("c.json", "[" * 100_000, "it is nested too deeply"),
        ("c.json", "[" * 60 + "1" + "]" * 60, "it is nested more than 50 levels deep"),
        ("c.json", '{"a": ' + "9" * 5000 + "}", "an integer is larger"),
        ("c.json", str(list(range(501))), "has more than 500 values"),
        ("c.toml", "a = [" + "[" * 100_000, "it is nested too deeply"),
        ("c.toml", "a = ", "Invalid value"),
        ("c.ini", "no section", "File contains no section headers"),
    ],
)
def test_harm_is_a_reason(name: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        leaves_of(name, text.encode())


def test_yaml_makes_no_objects() -> None:
    found = leaves_of("c.yaml", b"a: !!python/object/apply:os.system [exit 1]\n")
    assert found == [("/a/0", "exit 1")]


@given(st.sampled_from(sorted(SUFFIXES)), st.binary(max_size=200) | st.text(max_size=200))
def test_any_content_is_read_or_has_a_reason(suffix: str, content: bytes | str) -> None:
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    with suppress(ValueError):
        assert len(leaves_of(f"c{suffix}", data)) <= MOST_LEAVES
