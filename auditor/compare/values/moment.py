"""Dates and times of formats that tell them from text."""

from __future__ import annotations

__all__ = ["Moment"]


class Moment(str):
    """A date or time as it was written: exact as text is, and not the same as a text."""

    __slots__ = ()
