"""A fact is a value with its provenance; "could not know" is a fact with a reason."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from auditor.model.record import Record

__all__ = ["Fact", "How", "declared", "derived", "recorded", "unknown"]

T = TypeVar("T")

How = Literal["recorded", "derived", "declared", "unknown"]


class Fact(Record, Generic[T], frozen=True, kw_only=True):
    """One thing that is known about a run, or the reason why it is not.

    ``how``: *recorded* was seen in effect; *derived* follows from something recorded;
    *declared* was said by a person or a configuration, and not seen in effect; *unknown* has no
    value and a reason. ``source`` names the system, file or call that the value comes from.
    """

    value: T | None
    how: How
    source: str = ""
    reason: str = ""


def recorded(value: T, source: str, reason: str = "") -> Fact[T]:
    """Return a fact that was seen in effect."""
    return Fact(value=value, how="recorded", source=source, reason=reason)


def derived(value: T, source: str, reason: str = "") -> Fact[T]:
    """Return a fact that follows from something recorded."""
    return Fact(value=value, how="derived", source=source, reason=reason)


def declared(value: T, source: str, reason: str = "") -> Fact[T]:
    """Return a fact that was said and not seen in effect."""
    return Fact(value=value, how="declared", source=source, reason=reason)


def unknown(reason: str, source: str = "") -> Fact[T]:
    """Return a fact whose value is not known, and why."""
    return Fact(value=None, how="unknown", source=source, reason=reason)
