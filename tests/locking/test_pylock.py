from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.pylock import Pylock

from auditor.locking import Target
from auditor.locking.pylock import _text, addresses, package, pylock, replaced

DIGEST = "sha256:" + "ab" * 32


def rows() -> list[dict[str, object]]:
    wheel, source = "two-1.0-py3-none-any.whl", "one-1.0.tar.gz"
    return [
        dict(package("two", "1.0", file=wheel, digest=DIGEST)),
        dict(
            package("one", "1.0", file=source, digest=DIGEST, url="https://e.org/f/one-1.0.tar.gz")
        ),
    ]


def test_it_is_what_the_standard_says(target: Target) -> None:
    text = pylock(rows(), target)
    read = Pylock.from_dict(tomllib.loads(text))
    read.validate()
    assert str(read.lock_version) == "1.0"
    assert str(read.requires_python) == "==3.11.*"
    assert read.created_by == "auditor"
    assert [(str(one.name), str(one.version)) for one in read.packages] == [
        ("one", "1.0"),
        ("two", "1.0"),
    ]
    one, two = read.packages
    assert one.sdist is not None
    assert one.sdist.url == "https://e.org/f/one-1.0.tar.gz"
    assert two.wheels is not None
    assert two.wheels[0].path == "wheels/two-1.0-py3-none-any.whl"
    assert two.wheels[0].hashes == {"sha256": "ab" * 32}
    assert read.environments is not None
    machine = {"implementation_name": "cpython", "sys_platform": "linux"}
    assert read.environments[0].evaluate(machine | {"platform_machine": "x86_64"})
    assert not read.environments[0].evaluate(machine | {"platform_machine": "aarch64"})
    assert pylock(rows()[::-1], target) == text


def test_entries_are_replaced_and_removed(target: Target) -> None:
    text = pylock(rows(), target)
    assert addresses(text) == {"one-1.0.tar.gz": "https://e.org/f/one-1.0.tar.gz"}
    kept = package("one", "1.0", file="one-1.0-py3-none-any.whl", digest=DIGEST)
    assert addresses(replaced(text, {"one": kept})) == {}
    assert [row["name"] for row in tomllib.loads(replaced(text, {"two": None}))["packages"]] == [
        "one"
    ]
    assert replaced(text, {"one": None, "two": None}) == ""
    assert replaced("", {"one": None}) == ""


@pytest.mark.parametrize(
    "text",
    ["not = toml = at all", "packages = 3", "[[packages]]\nwheels = [3]", "", 'packages = ["a"]'],
)
def test_a_lock_from_elsewhere_that_makes_no_sense_has_no_addresses(text: str) -> None:
    assert addresses(text) == {}


def test_only_what_can_be_fetched_is_an_address(target: Target) -> None:
    row = package("x", "1", file="x-1.tar.gz", digest=DIGEST, url="ssh://example.org/x-1.tar.gz")
    assert addresses(pylock([row], target)) == {}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1, alphabet='ab-é ".'), st.lists(TEXTS)), TEXTS)
def test_what_is_written_is_read_back(table: dict[str, list[str]], text: str) -> None:
    document = {"table": table, "text": text, "packages": [{"name": text, "inner": table}]}
    assert tomllib.loads(_text(document)) == document
