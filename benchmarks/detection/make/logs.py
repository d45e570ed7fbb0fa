"""Logs and printed output."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content import history
from pair import Pair, harmless, planted

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _times()
    yield from _names_of_the_run()
    yield from _progress()
    yield from _disputed()
    yield from _changed()
    yield from _added_and_lost()


def _epochs(
    line: str = "epoch {epoch:2d}/12 loss {loss:.4f} val_accuracy {val_accuracy:.4f}",
) -> list[str]:
    return [line.format(**row) for row in history().to_dict("records")]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _times() -> Iterator[Pair]:
    lines = _epochs()
    logged = [
        _text(
            [
                f"2026-{date} {9 + n // 60:02d}:{n % 60:02d}:07,{185 + n} INFO train: {line}"
                for n, line in enumerate(lines, start)
            ]
        )
        for date, start in (("03-02", 14), ("05-19", 31))
    ]
    yield harmless(
        "text-log-times", "train.log", *logged, "Each line begins with the time it was logged."
    )
    syslog = [
        _text([f"[{day} {hour}:{n:02d}:11] {line}" for n, line in enumerate(lines)])
        for day, hour in (("Mar  2", "09"), ("May 19", "21"))
    ]
    yield harmless(
        "text-log-clock-times",
        "train.log",
        *syslog,
        "Each line begins with month, day and clock time.",
    )
    took = [
        _text(
            [
                *(f"{line} ({base + n % 3 * 0.11:.2f}s)" for n, line in enumerate(lines)),
                f"Training took {total}.",
            ]
        )
        for base, total in ((3.41, "42.1 seconds"), (3.87, "47.9 seconds"))
    ]
    yield harmless(
        "text-durations", "stdout", *took, "What each epoch and the whole training took."
    )
    keras = [
        _text(
            _epochs(
                f"Epoch {{epoch}}/12\n\x1b[1m32/32\x1b[0m - {taken}"
                " - accuracy: {accuracy:.4f} - loss: {loss:.4f}"
            )
        )
        for taken in ("1s 4ms/step", "2s 7ms/step")
    ]
    yield harmless("text-milliseconds-a-step", "stdout", *keras, "Keras prints what a step took.")
    tests = "collected 14 items\n\ntests/test_model.py ..............  [100%]\n\n"
    yield harmless(
        "text-test-summary",
        "stdout",
        tests + "============== 14 passed in 2.31s ==============\n",
        tests + "============== 14 passed in 2.87s ==============\n",
        "The tests took a little longer.",
    )
    report = "# Evaluation\n\nGenerated on {}.\n\n| class | F1 |\n|---|---|\n| cat | 0.94 |\n"
    yield harmless(
        "text-report-date",
        "report.md",
        report.format("2 March 2026 at 09:22"),
        report.format("19 May 2026 at 21:48"),
        "The report says when it was generated.",
    )


def _names_of_the_run() -> Iterator[Pair]:
    lines = _text(_epochs())
    yield harmless(
        "text-process-ids",
        "stdout",
        f"[pid 18231] loader ready\n[pid 18240] loader ready\n{lines}",
        f"[pid 412] loader ready\n[pid 423] loader ready\n{lines}",
        "The loaders ran in other processes.",
    )
    yield harmless(
        "text-addresses",
        "stdout",
        f"<model.Net object at 0x7f3a1c0d2e50>\nhook: <function log at 0x7f3a1bfe0a60>\n{lines}",
        f"<model.Net object at 0x7fe4b8c97b10>\nhook: <function log at 0x7fe4b8b04d60>\n{lines}",
        "Objects are printed with their addresses in memory.",
    )
    yield harmless(
        "text-run-id",
        "train.log",
        f"run 3f0c8a52-6d0e-4b0b-9a53-2d1f6f0a7c11 started\n{lines}",
        f"run b71de0c4-98f1-47d6-8a6e-05c3c91b2f9d started\n{lines}",
        "Each run has its own random id.",
    )
    yield harmless(
        "text-temporary-path",
        "train.log",
        f"{lines}saved /tmp/tmpx3k9_a2f/best.pt\n",
        f"{lines}saved /tmp/tmpq81mz0ci/best.pt\n",
        "The checkpoint lay in a folder with a random name.",
    )
    yield harmless(
        "text-host-names",
        "train.log",
        f"running on gpu-node-07 with 4 workers\n{lines}gpu-node-07: done\n",
        f"running on gpu-node-12 with 4 workers\n{lines}gpu-node-12: done\n",
        "The run was on another machine.",
        hosts=("gpu-node-07", "gpu-node-12"),
    )
    yield harmless(
        "text-line-ends",
        "train.log",
        lines,
        lines.replace("\n", "\r\n"),
        "The lines end as on another system.",
    )


def _bar(done: int, total: int, seconds: int, rate: float) -> str:
    filled = "█" * (10 * done // total) + " " * (10 - 10 * done // total)
    left = int((total - done) / rate)
    pace = f"[00:{seconds:02d}<00:{left:02d}, {rate:.2f}it/s]"
    return f"\r{100 * done // total:3d}%|{filled}| {done}/{total} {pace}"


def _progress() -> Iterator[Pair]:
    slow = "".join(_bar(n, 120, n // 38, 38.21 + n % 7 * 0.13) for n in range(0, 121, 12))
    fast = "".join(_bar(n, 120, n // 44, 44.07 + n % 5 * 0.21) for n in range(0, 121, 15))
    end = "\naccuracy 0.9500\n"
    yield harmless(
        "text-progress-bar",
        "stdout",
        slow + end,
        fast + end,
        "A progress bar was drawn at another pace; both reach the same end.",
    )
    yield harmless(
        "text-progress-last-line",
        "stdout",
        f"{_bar(120, 120, 3, 38.21)}{end}",
        f"{_bar(120, 120, 2, 44.07)}{end}",
        "A progress bar names another rate.",
    )


def _disputed() -> Iterator[Pair]:
    lines = _text(_epochs())
    yield harmless(
        "text-set-order",
        "stdout",
        f"labels: {{'horse', 'cat', 'dog'}}\n{lines}",
        f"labels: {{'dog', 'horse', 'cat'}}\n{lines}",
        "A set was printed in another order: no meaning to a person, other text to a program.",
        values="either",
    )
    yield harmless(
        "text-latency",
        "stdout",
        "p50 latency 11.8 ms\np95 latency 19.4 ms\n",
        "p50 latency 15.9 ms\np95 latency 26.0 ms\n",
        "Printed latencies are a result, and look like any other duration.",
        values="either",
    )
    yield harmless(
        "text-date-of-data",
        "stdout",
        f"training on data until 2026-06-30\n{lines}",
        f"training on data until 2026-05-31\n{lines}",
        "The date belongs to the data, and looks like any other date.",
        values="either",
    )
    yield harmless(
        "text-memory",
        "stdout",
        f"{lines}peak memory 812.4 MiB\n",
        f"{lines}peak memory 815.9 MiB\n",
        "Used memory is noise to most and a result to some.",
        values="either",
    )


def _changed() -> Iterator[Pair]:
    lines = _epochs()
    plain = _text(lines)

    def change(name: str, file: str, old: str, new: str, why: str) -> Pair:
        head = "lr=0.001 seed=42\ntraining on 1000 samples\n"
        text = f"{head}{plain}test accuracy: 0.9500\nModel: mlp(64, 32)\n"
        assert old in text
        return planted(name, file, text, text.replace(old, new), why)

    yield change(
        "text-accuracy",
        "train.log",
        "accuracy: 0.9500",
        "accuracy: 0.9400",
        "Accuracy fell by 0.01.",
    )
    yield change("text-samples", "stdout", "1000 samples", "999 samples", "One sample fewer.")
    yield change(
        "text-learning-rate", "train.log", "lr=0.001", "lr=0.002", "Another learning rate."
    )
    yield change("text-model", "stdout", "mlp(64, 32)", "mlp(64, 16)", "A layer has another size.")
    yield change(
        "text-loss",
        "stdout",
        lines[6],
        re.sub(r"loss \S+", "loss 0.4192", lines[6]),
        "The loss of one epoch is another.",
    )
    swapped = [*lines[:3], lines[4], lines[3], *lines[5:]]
    yield planted(
        "text-lines-swapped",
        "train.log",
        plain,
        _text(swapped),
        "Two epochs stand in another order.",
    )


def _added_and_lost() -> Iterator[Pair]:
    lines = _epochs()
    plain = _text(lines)
    yield planted(
        "text-cut-off", "train.log", plain, plain[: len(plain) // 2], "The log ends half-way."
    )
    yield planted(
        "text-epoch-missing",
        "stdout",
        plain,
        _text([*lines[:7], *lines[8:]]),
        "The line of one epoch is missing.",
    )
    yield planted(
        "text-warning",
        "train.log",
        plain,
        f"{plain}ConvergenceWarning: Maximum number of iterations reached without convergence.\n",
        "A warning was logged that was not there before.",
    )
    yield planted(
        "text-token-swapped",
        "vocab.txt",
        "[PAD]\n[UNK]\nthe\nof\nand\nmodel\ntrain\n",
        "[PAD]\n[UNK]\nof\nthe\nand\nmodel\ntrain\n",
        "Two tokens have each other's number, which is their line.",
    )
