"""``requirements.txt`` with hashes, as pip-tools writes it."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.locking.pins import Pin

__all__ = ["requirements"]


def requirements(rows: Iterable[tuple[Pin, Iterable[str]]]) -> str:
    """Return the text of pins, each with the digests that are accepted for it."""
    texts = []
    for pin, digests in sorted(rows, key=lambda row: row[0].name):
        hashes = "".join(f" \\\n    --hash={digest}" for digest in sorted(digests))
        texts.append(f"{pin.line()}{hashes}\n")
    return "".join(texts)
