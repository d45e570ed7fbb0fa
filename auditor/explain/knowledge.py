"""A knowledge base of what can change numbers: how likely, and why, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
from packaging.version import InvalidVersion, Version

from auditor.model.audit import Divergence
from auditor.model.record import Record

__all__ = ["Change", "Rule", "change_of", "rule_for", "rules"]

Change = Literal["changed", "added", "removed", "major", "minor", "patch", "build"]


class Rule(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a difference in one of ``subject`` (globs), if it is one of ``change``.

    ``likelihood`` is that of changing numbers, 0 to 100, for ranking only: it is no probability.
    """

    subject: tuple[str, ...]
    likelihood: int
    reason: str
    change: tuple[Change, ...] = ()


class _Base(Record, frozen=True, kw_only=True):
    rule: tuple[Rule, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, the particular before the general."""
    text = files("auditor.explain").joinpath("knowledge.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Base).rule


def rule_for(divergence: Divergence) -> Rule | None:
    """Return the first rule that fits, ``None`` where nothing is known of such a difference."""
    changes = change_of(divergence)
    fitting = (
        rule
        for rule in rules()
        if any(fnmatchcase(divergence.subject, glob) for glob in rule.subject)
        and (not rule.change or changes & {*rule.change})
    )
    return next(fitting, None)


def change_of(divergence: Divergence) -> set[Change]:
    """Return what kind of change it is: of presence, of content, or of a version."""
    found: set[Change] = {divergence.change}
    if divergence.change == "changed":
        moved = {_moved(divergence.before, after) for after in divergence.after}
        found |= {one for one in moved if one is not None}
    return found


_STEPS: tuple[Change, ...] = ("major", "minor", "patch")


def _moved(before: Any, after: Any) -> Change | None:  # noqa: ANN401 - what a fingerprint holds
    one, other = _version(before), _version(after)
    if one is None or other is None:
        return None
    for step, pair in zip(_STEPS, _releases(one, other), strict=True):
        if pair[0] != pair[1]:
            return step
    return "build" if before != after else None


def _releases(a: Version, b: Version) -> Iterator[tuple[int, int]]:
    yield a.major, b.major
    yield a.minor, b.minor
    yield a.micro, b.micro


def _version(value: Any) -> Version | None:  # noqa: ANN401 - what a fingerprint holds
    # "1.26.4", "CPython 3.11.7", or a version and what tells two of them apart.
    for word in str(value).split():
        try:
            return Version(word)
        except InvalidVersion:
            continue
    return None
