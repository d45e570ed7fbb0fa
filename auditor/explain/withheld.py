"""Variables that the original read and replays did not have, for their values were not recorded."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.audit import Cause
from auditor.model.fingerprint import Fingerprint

__all__ = ["withheld"]


def withheld(original: Fingerprint, *, inside: bool) -> Iterator[Cause]:
    """Yield a candidate for each, of those read ``inside`` the user's code or by libraries."""
    variables = original.recipe.environment.variables.value
    for name, site in sorted(variables.read.items() if variables else ()):
        if bool(site) is inside:
            yield Cause(
                factor=f"environment.variable:{name}",
                group="variable",
                status="candidate",
                evidence=f"the run read {name}{f' at {site}' if site else ' in a library'}; its"
                " value was not recorded, so that a replay has none",
                fix=f"record it: auditor run --env {name} -- …",
            )
