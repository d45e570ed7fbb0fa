from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.model.policy import Policy, Rule
from auditor.pipeline.policy import load_policy


def test_the_default() -> None:
    assert load_policy(None) == Policy()


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('require = "bytes"\n[[tolerances]]\nmatch = "*.npy"\nabsolute = 0.5\n')
    policy = load_policy(file)
    assert policy.require == "bytes"
    assert policy.tolerances == (Rule(match="*.npy", absolute=0.5),)


@pytest.mark.parametrize("text", ["require = 'guesses'", "tolerance = 1", "not toml", "\xff"])
def test_what_is_no_policy_is_said_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"policy\.toml"):
        load_policy(file)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        load_policy(tmp_path / "none.toml")
