"""Which tolerance holds for which number, and who set it."""

from __future__ import annotations

import math
from fnmatch import fnmatchcase

from auditor.model.policy import Policy, Tolerance

__all__ = ["Tolerances", "close"]


def close(a: float, b: float, tolerance: Tolerance) -> bool:
    """Say whether ``|a-b| <= absolute + relative * max(|a|, |b|)``.

    NaN is close to NaN only, an infinity to itself only.
    """
    if a == b or (math.isnan(a) and math.isnan(b)):
        return True
    if not (math.isfinite(a) and math.isfinite(b)):
        return False
    allowed = tolerance.absolute + tolerance.relative * max(abs(a), abs(b))
    return abs(a - b) <= allowed


class Tolerances:
    """The tolerances of one item, which goes by ``names``; the last rule that matches one wins."""

    def __init__(self, policy: Policy, names: tuple[str, ...]) -> None:
        self.policy = policy
        self.names = names
        self._pointed: dict[str, Tolerance] = {}

    def of(self, dtype: str = "float64") -> Tolerance:
        """Return the tolerance of floats of ``dtype``; of complex ones, that of their parts."""
        return _ruled(self.policy, self.names) or self._default(dtype)

    def within(self, name: str, dtype: str = "float64") -> Tolerance:
        """Return the tolerance of the array, column or member ``name`` of the item."""
        if not self.policy.tolerances:
            return self._default(dtype)
        inside = tuple(f"{outer}#{name}" for outer in self.names)
        return _ruled(self.policy, (*self.names, *inside)) or self._default(dtype)

    def _default(self, dtype: str) -> Tolerance:
        policy = self.policy
        return {
            "float16": policy.float16,
            "bfloat16": policy.bfloat16,
            "float32": policy.float32,
            "complex64": policy.float32,
        }.get(dtype, policy.float64)

    def at(self, pointer: str) -> Tolerance:
        """Return the tolerance of the number at ``pointer`` (RFC 6901) inside the item."""
        if not self.policy.tolerances:
            return self.policy.float64
        if pointer not in self._pointed:
            inside = tuple(f"{name}#{pointer}" for name in self.names)
            ruled = _ruled(self.policy, (*self.names, *inside, pointer))
            self._pointed[pointer] = ruled or self.policy.float64
        return self._pointed[pointer]


def _ruled(policy: Policy, names: tuple[str, ...]) -> Tolerance | None:
    for rule in reversed(policy.tolerances):
        if any(fnmatchcase(name, rule.match) for name in names):
            return Tolerance(
                relative=rule.relative,
                absolute=rule.absolute,
                norm=rule.norm,
                source=f"policy: {rule.match}",
            )
    return None
