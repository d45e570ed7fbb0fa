"""Answers to the pairs against what is expected, and the rates that come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pairs import LEVELS, Pair
from wilson import Rate

__all__ = ["Answers", "Outcome", "Tally", "outcomes", "table", "tallies"]

Answers = dict[str, str]
"""By level: ``same``, ``different``, ``inconclusive`` or ``crashed``."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was answered at one level of one pair.

    ``result``: ``found`` or ``missed`` where a difference was expected, ``quiet`` or ``alarm``
    where none was; ``inconclusive``, ``unanswered`` or ``crashed``; and where ``either`` was
    expected, the answer itself.
    """

    name: str
    file: str
    why: str
    level: str
    expected: str
    result: str
    note: str

    @property
    def wrong(self) -> bool:
        """It is not what was expected, and nothing said that it could not be known."""
        return self.result in {"missed", "alarm", "crashed"}

    @property
    def open(self) -> bool:
        """There was no answer."""
        return self.result in {"inconclusive", "unanswered", "crashed"}


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One level over all pairs: rates, and how many were left ``open``, which is neither."""

    level: str
    detection: Rate
    false_alarms: Rate
    open: int


def outcomes(pairs: Iterable[Pair], ask: Callable[[Pair], tuple[Answers, str]]) -> list[Outcome]:
    """Return the outcome of each level of each pair. ``ask`` answers, and adds a note."""
    return [one for pair in pairs for one in _of(pair, *ask(pair))]


def _of(pair: Pair, answers: Answers, note: str) -> list[Outcome]:
    return [
        Outcome(
            name=pair.name,
            file=pair.file,
            why=pair.why,
            level=level,
            expected=pair.expected[level],
            result=_result(pair.expected[level], answers.get(level, "unanswered")),
            note=note,
        )
        for level in LEVELS
        if level in pair.expected
    ]


def _result(expected: str, answer: str) -> str:
    if expected == "either" or answer not in {"same", "different"}:
        return answer
    if expected == "different":
        return "found" if answer == "different" else "missed"
    return "alarm" if answer == "different" else "quiet"


def tallies(results: list[Outcome]) -> list[Tally]:
    """Return the rates of each level."""
    return [_tally(level, [one for one in results if one.level == level]) for level in LEVELS]


def _tally(level: str, results: list[Outcome]) -> Tally:
    asked = Counter(one.expected for one in results)
    given = Counter((one.expected, one.result) for one in results)
    return Tally(
        level=level,
        detection=Rate(given["different", "found"], asked["different"]),
        false_alarms=Rate(given["same", "alarm"], asked["same"]),
        open=sum(one.open for one in results if one.expected != "either"),
    )


def table(rows: Iterable[tuple[str, Tally]], heading: str) -> str:
    """Return the rates, one row each under its name, as a table of Markdown."""
    lines = [f"| {heading} | found | false alarms | left open |", "|---|---|---|---|"]
    for name, row in rows:
        lines.append(f"| {name} | {row.detection} | {row.false_alarms} | {row.open} |")
    return "\n".join(lines)
