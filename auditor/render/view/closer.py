"""A closer look at what differs: arrays one by one, curves, pictures, and what masks set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.audit import Audit, Item
from auditor.model.evidence import Picture, TensorDifference
from auditor.render.text import clip, count, number, one_line, plural
from auditor.render.view.blocks import (
    Block,
    Bounds,
    Cell,
    Head,
    Heading,
    Image,
    Pictures,
    Table,
    mono,
    num,
    text,
)
from auditor.render.view.curves import drawn
from auditor.render.view.words import sides

__all__ = ["closer"]

_CURVES = 6
_PICTURES = 4
_NAME = 160
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def closer(audit: Audit, bounds: Bounds) -> list[Block]:
    """Return arrays, curves and pictures of each item that has them, then the masks."""
    blocks: list[Block] = []
    for item in audit.items:
        blocks += _closer(audit, item, bounds)
    return [*blocks, *_masks(audit, bounds)]


def _closer(audit: Audit, item: Item, bounds: Bounds) -> Iterator[Block]:
    original, names = sides(audit)
    other = names[0] if len(names) == 1 else "Replay"
    name = clip(one_line(item.name), _NAME)
    if item.tensors:
        yield Heading(id=_anchor(audit, item), title=f"Arrays of {name}")
        yield _tensors(item.tensors, name, bounds)
    for curve in item.curves[:_CURVES]:
        lines = drawn(name, curve, original, other)
        if lines is not None:
            yield lines
    for picture in item.pictures[:_PICTURES]:
        images = _images(picture, original, other)
        if images:
            yield Pictures(caption=_caption(name, one_line(picture.caption)), images=images)


def _caption(name: str, caption: str) -> str:
    return name if caption in {"", name} else clip(f"{name}: {caption}", 240)


def _anchor(audit: Audit, item: Item) -> str:
    return f"arrays-{audit.items.index(item) + 1}"


def _tensors(tensors: tuple[TensorDifference, ...], name: str, bounds: Bounds) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            mono(clip(one_line(one.name or name), _NAME), f"{one.dtype} {list(one.shape)}"),
            num(f"{count(one.differing)} of {count(one.total)}", f"{count(one.beyond)} beyond"),
            num(number(one.max_abs, 3), f"median {number(one.median_abs, 3)}"),
            num(number(one.max_rel, 3), f"median {number(one.median_rel, 3)}"),
            num(number(one.norm, 3), "" if one.max_ulp is None else f"{count(one.max_ulp)} ulp"),
            mono(clip(one_line(one.worst), _NAME)),
        )
        for one in tensors[: bounds.rows]
    ]
    return Table(
        caption=f"How the arrays of {name} differ",
        heads=(
            Head(name="Array", kind="mono", width=27),
            Head(name="Elements that differ", kind="num", width=18),
            Head(name="Absolute, at most", kind="num", width=14),
            Head(name="Relative, at most", kind="num", width=14),
            Head(name="Norm-wise", kind="num", width=13),
            Head(name="Largest at", kind="mono", width=14),
        ),
        rows=tuple(rows),
        total=len(tensors),
    )


def _images(picture: Picture, original: str, other: str) -> tuple[Image, ...]:
    found = (
        (original, picture.original),
        (other, picture.replay),
        ("Difference", picture.difference),
    )
    # An audit may come from elsewhere: what is no base64 is no picture.
    return tuple(
        Image(label=label, source=f"data:image/png;base64,{data}")
        for label, data in found
        if _BASE64.fullmatch(data)
    )


def _masks(audit: Audit, bounds: Bounds) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = [
        (
            mono(clip(one_line(item.name), _NAME)),
            text(mask.rule),
            num(count(mask.count)),
            mono(*(clip(one_line(example), _NAME) for example in mask.examples)),
        )
        for item in audit.items
        for mask in item.masks
        if mask.count
    ]
    if not rows:
        return
    yield Heading(id="masks", title="What masks set aside")
    yield Table(
        caption=f"{plural(len(rows), 'rule')} hid what changes from run to run",
        heads=(
            Head(name="Item", kind="mono", width=25),
            Head(name="Rule", width=18),
            Head(name="Times", kind="num", width=10),
            Head(name="For example", kind="mono", width=47),
        ),
        rows=tuple(rows[: bounds.rows]),
        total=len(rows),
    )
