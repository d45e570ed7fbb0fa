"""A pair of files as the families make it, before it has its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Pair", "harmless", "planted"]

Answer = Literal["same", "different", "either"]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Contents ``a`` and ``b`` of a file that a run would call ``file``, and what is expected.

    ``decisions`` is ``None`` where nobody would expect an answer. ``hosts`` are the names of the
    machines that the two runs were on, where the contents speak of them.
    """

    name: str
    file: str
    kind: str
    effect: Literal["harmless", "planted"]
    why: str
    a: bytes
    b: bytes
    values: Answer
    decisions: Answer | None = None
    hosts: tuple[str, ...] = ()


def harmless(  # noqa: PLR0913 - the fields of a pair
    name: str,
    file: str,
    a: bytes | str,
    b: bytes | str,
    why: str,
    *,
    kind: str = "",
    values: Answer = "same",
    decisions: Answer | None = None,
    hosts: tuple[str, ...] = (),
) -> Pair:
    """Return a pair whose difference means nothing, or may be read either way."""
    return Pair(
        name=name,
        file=file,
        kind=kind or _kind(name),
        effect="harmless",
        why=why,
        a=_encoded(a),
        b=_encoded(b),
        values=values,
        decisions=decisions,
        hosts=hosts,
    )


def planted(  # noqa: PLR0913 - the fields of a pair
    name: str,
    file: str,
    a: bytes | str,
    b: bytes | str,
    why: str,
    *,
    kind: str = "",
    decisions: Answer | None = None,
) -> Pair:
    """Return a pair whose difference a careful engineer would want to know of."""
    return Pair(
        name=name,
        file=file,
        kind=kind or _kind(name),
        effect="planted",
        why=why,
        a=_encoded(a),
        b=_encoded(b),
        values="different",
        decisions=decisions,
    )


def _kind(name: str) -> str:
    return name.partition("-")[0]


def _encoded(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content
