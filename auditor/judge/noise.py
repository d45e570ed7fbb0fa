"""What chance explains of metrics with a margin: each interval, and Holm's correction over all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from auditor.judge.interval import Correction, Draw, Spread, draw, spread
from auditor.judge.rules import margin_of, skipped
from auditor.model.comparison import Compared
from auditor.model.policy import Policy

__all__ = ["holm", "spreads"]

_INAPPLICABLE = Spread(
    verdict="diverged",
    note="the margin does not apply: a value is missing, not finite, or too large",
)


def spreads(
    items: tuple[Compared, ...], policy: Policy, *, looks: int = 1
) -> tuple[Spread | None, ...]:
    """Return what the margin says of each item.

    ``None`` where it is no metric with a margin, or its replays are all the same. ``looks`` is
    how often the audit may be judged while replays are still being added.
    """
    margins = [margin_of(item, policy) for item in items]
    draws = {
        index: _draw(item)
        for index, item in enumerate(items)
        if margins[index] is not None and _varies(item)
    }
    # The family is fixed by values alone: a wider tolerance or margin makes no other metric's
    # interval narrower.
    family = {
        index: found
        for index, found in draws.items()
        if found is not None and not skipped(items[index], policy)
    }
    shares = holm(family, looks=looks)
    alone = Correction(looks=looks)
    return tuple(
        _spread(draws[index], margin, shares.get(index, alone))
        if margin is not None and index in draws
        else None
        for index, margin in enumerate(margins)
    )


def holm(draws: Mapping[int, Draw], *, looks: int = 1) -> dict[int, Correction]:
    """Return what each draw is held to so that any false alarm at all stays at 5 %.

    S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979):
    the least likely of k is held to 5 %/k; only once it is beyond, the next to 5 %/(k-1), and so
    on. It holds however the metrics depend on one another.
    """
    shares: dict[int, Correction] = {}
    held, stopped = len(draws), False
    for index in sorted(draws, key=lambda one: (draws[one].chance, -draws[one].distance, one)):
        share = Correction(family=len(draws), held=held, looks=looks)
        shares[index] = share
        stopped = stopped or not draws[index].beyond(share.level)
        held -= not stopped
    return shares


def _spread(found: Draw | None, margin: float, share: Correction) -> Spread:
    return _INAPPLICABLE if found is None else spread(found, margin, share)


def _varies(item: Compared) -> bool:
    known = _known(item)
    return len({(type(value), value) for value in known}) > 1 or not _numbers(known)


def _draw(item: Compared) -> Draw | None:
    known = _known(item)
    if not _numbers((item.original.value, *known)):
        return None
    return draw(float(item.original.value), tuple(float(value) for value in known))


def _known(item: Compared) -> tuple[Any, ...]:
    """Return the values of the replays, ``None`` where one has none; not the unrecorded."""
    return tuple(side.value for side in item.replays if side.state != "unrecorded")


def _numbers(values: tuple[Any, ...]) -> bool:
    return all(value is not None and math.isfinite(value) for value in values)
