"""JSON lines: training logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from content import history
from pair import Pair, harmless, planted

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _lines()


def _jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _lines() -> Iterator[Pair]:
    rows = history().to_dict("records")
    stamped = [
        [{"time": f"2026-{month}-02T09:{14 + n}:07Z", **row} for n, row in enumerate(rows)]
        for month in ("03", "05")
    ]
    yield harmless(
        "jsonl-key-order",
        "history.jsonl",
        _jsonl(rows),
        _jsonl([dict(reversed(row.items())) for row in rows]),
        "The members of each line stand in another order.",
    )
    yield harmless(
        "jsonl-times",
        "history.jsonl",
        _jsonl(stamped[0]),
        _jsonl(stamped[1]),
        "Each line says when it was written.",
    )
    yield harmless(
        "jsonl-compact",
        "history.jsonl",
        _jsonl(rows),
        "".join(json.dumps(row, separators=(",", ":")) + "\r\n" for row in rows),
        "Lines without white space, that end as on another system.",
    )
    yield planted(
        "jsonl-line-missing",
        "history.jsonl",
        _jsonl(rows),
        _jsonl([*rows[:5], *rows[6:]]),
        "One epoch was not logged.",
    )
    yield planted(
        "jsonl-epoch-off-by-one",
        "history.jsonl",
        _jsonl(rows),
        _jsonl([{**row, "epoch": row["epoch"] - 1} for row in rows]),
        "Epochs count from 0 instead of from 1.",
    )
    yield planted(
        "jsonl-last-loss",
        "history.jsonl",
        _jsonl(rows),
        _jsonl([*rows[:-1], {**rows[-1], "val_loss": round(rows[-1]["val_loss"] + 0.004, 6)}]),
        "The last validation loss is 0.004 higher.",
    )
