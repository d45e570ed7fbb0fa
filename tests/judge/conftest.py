from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.model.comparison import Compared, Relation, Relations, Side

MakeCompared = Callable[..., Compared]


def _side(value: Any) -> Side:
    if value == "absent":
        return Side(state="absent")
    if value == "unrecorded":
        return Side(state="unrecorded", reason="lost")
    return Side(state="recorded", value=value)


def _file(
    outward: list[Relation],
    inward: list[Relation] | None = None,
    *,
    known: bool = True,
    **more: Any,
) -> Compared:
    """Return a file whose values relate like this; bytes are the same or not."""

    def relations(values: Relation) -> Relations:
        raw: Relation = "different" if values == "within" else values
        return Relations(bytes=raw, values=values if known else None)

    count = len(outward)
    members: dict[str, Any] = {
        "kind": "file",
        "name": "a.json",
        "original": _side("sha256:a"),
        "replays": tuple(_side(f"sha256:{n}") for n in range(count)),
        "to_original": tuple(relations(one) for one in outward),
        "to_first": tuple(relations(one) for one in inward or ["same"] * (count - 1)),
        "known": known,
        **more,
    }
    return Compared(names=(members["name"],), **members)


@pytest.fixture(scope="session")
def make_file() -> MakeCompared:
    return _file
