from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import text as module
from auditor.model.evidence import Mask
from auditor.model.policy import Policy

Differ = Callable[..., Difference]


def test_only_masked_parts_differ(differ: Differ) -> None:
    found = differ("stdout", "accuracy 0.95\ntook 3.2s\n", "accuracy 0.95\ntook 4.1s\n")
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.max_abs == 0.0
    assert found.masks == (Mask(rule="duration", count=1),)
    assert not found.evidence


def test_a_mask_that_applies_to_the_other_side_only_is_listed(differ: Differ) -> None:
    found = differ("stdout", "fast\n", "took 4.1s\n")
    assert found.masks == (Mask(rule="duration", count=0),)
    assert found.relation == "different"


def test_without_masks_a_duration_counts(differ: Differ) -> None:
    found = differ("stdout", "took 3.2s\n", "took 4.1s\n", Policy(masks=()))
    assert found.relation == "different"


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("loss 0.5000000001", "loss 0.5", "within"),
        ("loss=0.51", "loss=0.5", "different"),
        ("epoch 1", "epoch 2", "different"),
        ("epoch 1", "epoch 1.0", "within"),
        ("v1.2.3", "v1.2.4", "different"),
        ("model2", "model3", "different"),
        ("a\nb", "a", "different"),
        ("a", "a\n", "within"),
        ("-0.0", "0.0", "within"),
        ("x nan", "x inf", "different"),
    ],
)
def test_lines(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.txt", a, b).relation == relation


def test_evidence_is_a_unified_diff(differ: Differ) -> None:
    found = differ("a.log", "a\nb\nc\n", "a\nx\nc\n")
    assert found.evidence == ("@@ -1,3 +1,3 @@", " a", "-b", "+x", " c")


def test_large_texts_show_the_first_differences(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HUNK_BYTES", 1)
    assert differ("a.log", "a\nb\n", "a\nx\ny\n").evidence == (
        "line 2: b → x",
        "line 3: (absent) → y",
    )


def test_another_order_is_noted(differ: Differ) -> None:
    assert differ("a.md", "a\nb\n", "b\na\n").notes == ("the same lines in another order",)
    assert not differ("a.md", "a\nb\n", "b\nc\n").notes


@pytest.mark.parametrize("broken", [b"a\0b", b"\xff\xfe", b"a" * (module.MAX_LINE + 1)])
def test_what_is_no_text_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.txt", broken, broken)


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(Undecided):
        differ("a.txt", "1234", "1234")
