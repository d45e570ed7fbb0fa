"""What a report shows of a difference: tensors, curves and pictures, each bounded."""

from __future__ import annotations

from typing import Literal

from auditor.model.record import Record

__all__ = ["Curve", "Magnitude", "Mask", "Picture", "Point", "TensorDifference"]


class Magnitude(Record, frozen=True, kw_only=True):
    """How large a numeric difference is, over all numbers of an item; the worst replay.

    ``differing`` of ``total`` numbers differ; ``where`` is the place of the largest difference.
    """

    max_abs: float
    max_rel: float
    differing: int
    total: int
    where: str = ""


class Mask(Record, frozen=True, kw_only=True):
    """A rule that hid a volatile part of text.

    ``count``: how often, in lines of the original that are not the same in the other run;
    ``examples``: a few of what it hid, as ``original → other``.
    """

    rule: str
    count: int
    examples: tuple[str, ...] = ()


class TensorDifference(Record, frozen=True, kw_only=True):
    """How two arrays of one name, shape and type differ, over all of their elements.

    ``differing`` of ``total`` elements differ, ``beyond`` of them by more than the tolerance.
    Medians are over the elements that differ, from at most the first million of them. ``max_ulp``
    is in units in the last place of ``dtype``, ``None`` where it has none. ``norm`` is the
    norm-wise relative error ``|a-b| / max(|a|, |b|)`` in the Euclidean norm. ``histogram`` counts
    the elements that differ by the power of ten of their absolute error, as ``(power, count)``.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    total: int
    differing: int
    beyond: int
    max_abs: float
    median_abs: float
    max_rel: float
    median_rel: float
    max_ulp: int | None = None
    norm: float
    first: str
    worst: str
    histogram: tuple[tuple[int, int], ...] = ()


class Point(Record, frozen=True, kw_only=True):
    """One step of a curve; ``None`` where a side has no such step."""

    step: float
    original: float | None
    replay: float | None


class Curve(Record, frozen=True, kw_only=True):
    """A metric over steps, in the original and in the replay that differs most plainly.

    ``points`` are at most 200 of ``total`` steps, the one at which they part among them.
    ``parted`` is the first step out of tolerance, or that one side lacks; ``after`` says how they
    go on from there.
    """

    name: str
    points: tuple[Point, ...]
    total: int
    parted: float | None = None
    after: Literal["", "constant", "growing", "recovering", "ended"] = ""


class Picture(Record, frozen=True, kw_only=True):
    """Thumbnails side by side, each the base64 of a PNG at most 480 pixels wide.

    ``difference`` is empty where the two sides have other sizes.
    """

    caption: str
    original: str
    replay: str
    difference: str = ""
