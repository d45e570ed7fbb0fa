"""What the steps of a curve are called: epochs, iterations, rounds."""

from __future__ import annotations

import re

__all__ = ["is_step"]

_STEP = re.compile(
    r"(?:^|[/_ ])(?:global_?|train_?)?(?:step|epoch|iter|iteration|round|batch|trial)s?$",
    re.IGNORECASE,
)


def is_step(name: str) -> bool:
    """Say whether a column or key is named as steps are."""
    return _STEP.search(name) is not None
