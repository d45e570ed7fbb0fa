from __future__ import annotations

from typing import Any

import pytest

from auditor.explain.knowledge import change_of, rule_for, rules
from auditor.model.audit import Divergence


def moved(before: Any, after: Any, subject: str = "dependency:x", change: Any = "changed") -> Any:
    return Divergence(
        area="dependency",
        subject=subject,
        change=change,
        before=before,
        after=(after,),
        severity="major",
    )


def test_every_rule_is_whole_and_none_is_out_of_reach() -> None:
    for number, rule in enumerate(rules()):
        assert 0 <= rule.likelihood <= 100
        assert rule.reason[0].isupper()
        assert rule.reason.endswith(".")
        assert rule.subject
        for subject in rule.subject:
            example = subject.replace("*", "zzz")
            for earlier in rules()[:number]:
                # A rule for any change of the same subject would hide this one.
                assert earlier.change or example not in earlier.subject


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("1.26.4", "2.0.0", "major"),
        ("2.0.0", "2.1.0", "minor"),
        ("2.1.0", "2.1.1", "patch"),
        ("2.1.0 sha256:aa", "2.1.0 sha256:bb", "build"),
        ("2.1.0", "2.1.0+cpu", "build"),
        ("CPython 3.11.7", "CPython 3.12.1", "minor"),
    ],
)
def test_a_version_moves_by_a_step(before: str, after: str, change: str) -> None:
    assert change_of(moved(before, after)) == {"changed", change}


def test_what_is_no_version_is_only_changed() -> None:
    assert change_of(moved("abc", "def")) == {"changed"}
    assert change_of(moved(None, "1.0", change="added")) == {"added"}


def test_presence_and_content_are_apart() -> None:
    added, changed = (
        rule_for(moved(None if kind == "added" else "a", "b", "input:d.csv", change=kind))
        for kind in ("added", "changed")
    )
    assert added is not None
    assert changed is not None
    assert changed.likelihood > added.likelihood


def test_an_unknown_subject_has_no_rule() -> None:
    assert rule_for(moved("a", "b", "something.else")) is None
