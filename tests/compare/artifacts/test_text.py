from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import (
    Difference,
    Scope,
    Undecided,
    Unreadable,
    comparator_for,
    compare_parts,
)
from auditor.compare.artifacts.text import Nameless, Text
from auditor.compare.readers import plain
from auditor.compare.readers.plain import MAX_LINE
from auditor.model.evidence import Mask
from auditor.model.policy import Policy

Differ = Callable[..., Difference]


def test_only_masked_parts_differ(differ: Differ) -> None:
    found = differ("stdout", "accuracy 0.95\ntook 3.2s\n", "accuracy 0.95\ntook 4.1s\n")
    assert found.relation == "within"
    assert found.masks == (Mask(rule="duration", count=1, examples=("3.2s → 4.1s",)),)
    assert not found.evidence


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


def test_evidence_is_a_diff(differ: Differ) -> None:
    found = differ("a.log", "a\nb\nc\n", "a\nx\nc\n")
    assert found.evidence == ("@@ line 2 @@", "-b", "+x")


@pytest.mark.parametrize(
    "name", ["a.txt", "a.LOG", "a.rst", "a.err", "out/a.md", "stdout", "NOTES"]
)
def test_text_for_people_is_masked(differ: Differ, name: str) -> None:
    assert differ(name, "took 3.2s", "took 4.1s").relation == "within"


@pytest.mark.parametrize("name", ["a.py", "a.sh", "a.R", "a.ini", "a.tex", "a.dot"])
def test_text_for_programs_is_not_masked(differ: Differ, name: str) -> None:
    assert differ(name, "took 3.2s", "took 4.1s").relation == "different"
    assert differ(name, "x = 0.1\n", "x = 0.10000000001\n").relation == "within"


def test_what_nobody_knows_is_text_if_it_starts_as_text() -> None:
    for head in (b"", b"\x80\x04\x95", b"a\0b", b"\x7fELF", b"caf\xe9 au lait"):
        assert not Nameless().knows("model", head)
    assert Nameless().knows("model", "café".encode()[:-1])
    assert isinstance(comparator_for("runs/NOTES", b"text"), Nameless)
    assert isinstance(comparator_for("merges.bpe", b"h e\nl l\n"), Nameless)
    assert comparator_for("weights.bin", b"\x00\x01") is None


def test_text_of_unknown_suffix_is_not_masked(differ: Differ) -> None:
    assert differ("notes", "at 12:00:01\n", "at 12:00:02\n").relation == "within"
    found = differ("x.bpe", "at 12:00:01\n", "at 12:00:02\n")
    assert found.evidence == ("@@ line 1 @@", "-at 12:00:01", "+at 12:00:02")


def test_states_of_progress_bars_are_left_out(differ: Differ) -> None:
    end = "\r100%|████| 9/9 [00:03<00:00, 3.1it/s, loss=0.5]\ndone\n"
    a = "\r  0%|    | 0/9 [00:00<?, ?it/s]\r 50%|██  | 4/9 [00:01<00:02, 3.0it/s, loss=0.7]" + end
    b = "\r 30%|█   | 3/9 [00:01<00:02, 3.0it/s, loss=0.8]" + end.replace("3.1it", "3.4it")
    found = differ("stderr", a, b)
    assert found.relation == "within"
    (mask,) = found.masks
    assert mask.rule == "progress-bar"
    assert mask.count == 3
    assert mask.examples[0] == "00:03<00:00, 3.1it/s → 00:03<00:00, 3.4it/s"
    assert mask.examples[1].startswith("2 states, last 50%|██ | 4/9")
    assert differ("stderr", a, b.replace("loss=0.5", "loss=0.6")).relation == "different"
    assert differ("stderr", a, b.replace("100%", "99%")).relation == "different"
    without = Policy(masks=("duration",))
    assert differ("stderr", a, b, without).relation == "different"


def test_the_state_in_which_a_bar_ended_counts(differ: Differ) -> None:
    # As Lightning draws: one bar that starts again for each epoch, and one below it to validate.
    text = (
        "\rEpoch 0:  50%|█  | 1/2 [00:00<00:00, 8.1it/s]"
        "\rEpoch 0: 100%|██| 2/2 [00:00<00:00, 7.9it/s, loss=0.51]\n"
        "\rValidation:   0%|   | 0/5 [00:00<?, ?it/s]\x1b[A\n"
        "\rValidation: 100%|██| 5/5 [00:00<00:00, 80.1it/s]\x1b[A\n"
        "\r                                     \x1b[A"
        "\rEpoch 0: 100%|██| 2/2 [00:00<00:00, 6.3it/s, loss=0.51, val=0.50]"
        "\rEpoch 0:   0%|   | 0/2 [00:00<?, ?it/s, loss=0.51, val=0.50]"
        "\rEpoch 1: 100%|██| 2/2 [00:00<00:00, 6.3it/s, loss=0.41, val=0.40]\n"
    )
    passing = "\rValidation:   0%|   | 0/5 [00:00<?, ?it/s]\x1b[A\n"
    assert differ("stdout", text, text.replace(passing, "")).relation == "within"
    found = differ("stdout", text, text.replace("val=0.50", "val=0.60"))
    assert found.relation == "different"
    shown = "Epoch 0: 100%|<progress-bar>| 2/2 [<progress-bar>, loss=0.51, val=0.{}0]"
    assert found.evidence == ("@@ line 1 @@", f"-{shown.format(5)}", f"+{shown.format(6)}")


def test_bars_drawn_by_hand_end_too(differ: Differ) -> None:
    states = [f"\rEpoch {e} [{i}/3] loss {1 / (e + i):.3f}" for e in (1, 2) for i in (1, 2, 3)]
    text = f"{''.join(states)}\n"
    assert (
        differ("stdout", text, text.replace("[2/3] loss 0.333", "[2/3] loss 9")).relation
        == "within"
    )
    found = differ("stdout", text, text.replace("[3/3] loss 0.250", "[3/3] loss 9"))
    assert found.evidence == ("@@ line 1 @@", "-Epoch 1 [3/3] loss 0.250", "+Epoch 1 [3/3] loss 9")


def test_bars_that_are_cleared_leave_nothing(differ: Differ) -> None:
    bar = "\r 50%|█  | 1/2 [00:00<00:00, 8.1it/s]"
    end = "\r100%|██| 2/2 [00:00<00:00, 8.1it/s]"
    clear = f"\r{' ' * 40}\rdone\n"
    assert differ("stdout", bar + end + clear, bar + clear).relation == "within"


def test_what_was_overwritten_and_is_no_bar_counts(differ: Differ) -> None:
    assert differ("stderr", "warning: a\rend\n", "warning: b\rend\n").relation == "different"


def test_bars_of_keras(differ: Differ) -> None:
    a = "\x1b[1m1/3\x1b[0m ━━━\x1b[37m━━\x1b[0m \x1b[1m4s\x1b[0m 80ms/step - loss: 0.7\b\b\b\r"
    end = "\x1b[1m3/3\x1b[0m ━━━━━ \x1b[1m1s\x1b[0m 70ms/step - loss: 0.5\n"
    assert differ("stdout", a + end, end.replace("1s", "2s")).relation == "within"
    assert differ("stdout", a + end, end.replace("0.5", "0.6")).relation == "different"


@pytest.mark.parametrize(
    ("a", "b", "note"),
    [
        (b"a\r\nb\r\n", b"a\nb\n", "line ends differ: CRLF on one side, LF on the other"),
        (b"a\n", b"a", "the last line has a line end on one side only"),
        (b"\xef\xbb\xbfa\n", b"a\n", "the encoding differs: UTF-8 with a mark became UTF-8"),
        ("é\n".encode(), "é\n".encode("latin-1"), "the encoding differs: UTF-8 became Latin-1"),
        ("é\n".encode("utf-16"), "é\n".encode(), "the encoding differs: UTF-16 became UTF-8"),
    ],
)
def test_how_text_is_stored_means_nothing(differ: Differ, a: bytes, b: bytes, note: str) -> None:
    found = differ("a.txt", a, b)
    assert found.relation == "within"
    assert found.notes == (note,)


def test_latin_1_is_noted(differ: Differ) -> None:
    found = differ("a.txt", "é 1".encode("latin-1"), "é 2".encode("latin-1"))
    assert found.relation == "different"
    assert found.notes == ("not UTF-8: read as Latin-1",)


def test_hosts_are_hidden(tmp_path: Path) -> None:
    for name, host in (("a", "gpu-07"), ("b", "3fa2b8c7d1e0")):
        (tmp_path / name).write_text(f"running on {host}\n")
    scope = Scope(Policy(), ("stdout",), inner=compare_parts, hosts=("gpu-07", "3fa2b8c7d1e0"))
    found = Text().compare(tmp_path / "a", tmp_path / "b", scope)
    assert found.relation == "within"
    assert found.masks[0].examples == ("gpu-07 → 3fa2b8c7d1e0",)


@pytest.mark.parametrize("broken", [b"a\0b", b"\xff\x01", b"\xff\xfea", b"a" * (MAX_LINE + 1)])
def test_what_is_no_text_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.txt", broken, broken + b"b")


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MAX_BYTES", 3)
    with pytest.raises(Undecided):
        differ("a.txt", "1234", "1234")
