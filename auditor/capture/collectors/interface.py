"""The plug point: a collector returns one fact and never raises."""

from __future__ import annotations

from typing import Protocol, TypeVar

from auditor.model.fact import Fact

__all__ = ["Collector"]

T = TypeVar("T")


class Collector(Protocol[T]):
    """Collects one kind of fact."""

    def __call__(self) -> Fact[T]:
        """Return the fact, unknown with its reason if need be."""
        ...
