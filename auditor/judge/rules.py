"""Which rule of the policy holds for which item: the last that matches one of its names wins."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from auditor.model.comparison import Compared
from auditor.model.fingerprint import Unverified
from auditor.model.policy import Policy, Severity

__all__ = ["margin_of", "severity_of", "skipped", "unmatched"]

_SHOWN_ONLY = "stderr is shown and not counted"


def margin_of(item: Compared, policy: Policy) -> float | None:
    """Return the margin that was declared for a metric, ``None`` where there is none."""
    if item.kind != "metric":
        return None
    found = (rule.margin for rule in reversed(policy.margins) if _any(item.names, rule.match))
    return next(found, None)


def skipped(item: Compared, policy: Policy) -> str:
    """Return why the policy does not count an item, empty where it does."""
    if item.kind == "stderr":
        return _SHOWN_ONLY
    for glob in policy.ignore:
        if _any(item.names, glob):
            return f"ignored by the policy: {glob}"
    # How the run ended counts until the policy says by name that it does not.
    named = any(_any(item.names, glob) for glob in policy.count)
    if policy.count and not named and item.kind != "exit-status":
        return f"not among what the policy counts: {', '.join(policy.count)}"
    return ""


def severity_of(names: Iterable[str], policy: Policy, default: Severity) -> Severity:
    """Return how severe a divergence is of what goes by ``names``."""
    known = tuple(names)
    found = (rule.severity for rule in reversed(policy.severities) if _any(known, rule.match))
    return next(found, default)


def unmatched(items: tuple[Compared, ...], policy: Policy) -> tuple[Unverified, ...]:
    """Return the margins and counted globs that no item goes by: most likely misspelt."""
    metrics = [item for item in items if item.kind == "metric"]
    missing = [
        (f"margin:{rule.match}", "no metric goes by this name, so the margin allows nothing")
        for rule in policy.margins
        if not any(_any(item.names, rule.match) for item in metrics)
    ]
    missing += [
        (f"count:{glob}", "nothing goes by this name, so nothing was counted for it")
        for glob in policy.count
        if not any(_any(item.names, glob) for item in items)
    ]
    return tuple(Unverified(subject=subject, reason=reason) for subject, reason in missing)


def _any(names: tuple[str, ...], glob: str) -> bool:
    return any(fnmatchcase(name, glob) for name in names)
