"""How two values relate that are not the same bytes, and what adds it up."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from auditor.compare.values.evidence import Lines
from auditor.compare.values.numbers import Tally
from auditor.model.evidence import Curve, Magnitude, Mask, Picture, TensorDifference
from auditor.model.policy import Tolerance
from auditor.model.record import Record

__all__ = ["Difference", "Found", "Undecided", "Unreadable"]

_MOST_CURVES = 12
_MOST_PICTURES = 4
_MOST_EXAMPLES = 3


class Unreadable(Exception):  # noqa: N818 - the reason why bytes decide, not an error
    """A file that is not of its kind: its bytes decide, with this note."""


class Undecided(Exception):  # noqa: N818 - the reason why nothing decides, not an error
    """A file of its kind that cannot be compared by value here: it stays open, with this note.

    It is too large, a library is missing, or reading it would mean to execute it.
    """


class Difference(Record, frozen=True, kw_only=True):
    """How two files relate whose bytes differ: their values, and the decisions in them.

    ``decisions`` is ``None`` where none were found.
    """

    relation: Literal["within", "different", "unknown"]
    decisions: Literal["same", "different"] | None = None
    magnitude: Magnitude | None = None
    tolerance: Tolerance | None = None
    masks: tuple[Mask, ...] = ()
    evidence: tuple[str, ...] = ()
    tensors: tuple[TensorDifference, ...] = ()
    curves: tuple[Curve, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


class Found:
    """What was found while two files were gone through, added up to a ``Difference``."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.evidence = Lines()
        self.different = False
        self._unknown = False
        self._decisions: Literal["same", "different"] | None = None
        self._notes: dict[str, None] = {}
        self._masks: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}
        self._tensors: list[TensorDifference] = []
        self._curves: list[Curve] = []
        self._pictures: list[Picture] = []

    def differ(self, where: str, a: Any, b: Any, *, rank: int = 0) -> None:  # noqa: ANN401 - what files hold
        """Add a difference that no tolerance covers; ``rank``: see ``Lines``."""
        self.different = True
        self.evidence.pair(where, a, b, rank)

    def unknown(self, note: str) -> None:
        """Say that a part could not be compared, and why."""
        self._unknown = True
        self.note(note)

    def note(self, text: str) -> None:
        """Add what else is to be said, once."""
        self._notes[text] = None

    def decide(self, *, same: bool) -> None:
        """Add decisions that were compared."""
        self._decisions = "same" if same and self._decisions != "different" else "different"

    def mask(self, rule: str, example: str = "", count: int = 1) -> None:
        """Count what a mask hid."""
        self._masks[rule] += count
        kept = self._examples.setdefault(rule, [])
        if example and len(kept) < _MOST_EXAMPLES:
            kept.append(example)

    def tensor(self, difference: TensorDifference) -> None:
        """Add how one array differs."""
        self._tensors.append(difference)

    def curve(self, curve: Curve) -> None:
        """Add a curve."""
        if len(self._curves) < _MOST_CURVES:
            self._curves.append(curve)

    def picture(self, picture: Picture) -> None:
        """Add a picture."""
        if len(self._pictures) < _MOST_PICTURES:
            self._pictures.append(picture)

    def add(self, name: str, part: Difference) -> None:
        """Add what was found in a part of the file, such as a member of an archive."""
        self.different |= part.relation == "different"
        self._unknown |= part.relation == "unknown"
        self.evidence.part(name, part.evidence)
        for note in part.notes:
            self.note(f"{name}: {note}")
        for mask in part.masks:
            self._masks[mask.rule] += mask.count
            for example in mask.examples:
                self.mask(mask.rule, example, count=0)
        if part.decisions is not None:
            self.decide(same=part.decisions == "same")
        self.tally.merge(part.magnitude, part.tolerance, name)
        for tensor in part.tensors:
            self.tensor(tensor)
        for curve in part.curves:
            self.curve(curve)
        for picture in part.pictures:
            self.picture(picture)

    def result(self) -> Difference:
        """Return the sum."""
        return Difference(
            relation=self._relation(),
            decisions=self._decisions,
            magnitude=self.tally.magnitude(),
            tolerance=self.tally.tolerance(),
            masks=tuple(
                Mask(rule=rule, count=count, examples=tuple(self._examples.get(rule, ())))
                for rule, count in sorted(self._masks.items())
            ),
            evidence=self.evidence.result(),
            tensors=tuple(_worst_first(self._tensors)),
            curves=tuple(self._curves),
            pictures=tuple(self._pictures),
            notes=tuple(self._notes),
        )

    def _relation(self) -> Literal["within", "different", "unknown"]:
        if self.different or self.tally.beyond:
            return "different"
        return "unknown" if self._unknown else "within"


_MOST_TENSORS = 50


def _worst_first(tensors: list[TensorDifference]) -> list[TensorDifference]:
    ordered = sorted(tensors, key=lambda one: (-one.beyond, -one.max_abs, one.name))
    return ordered[:_MOST_TENSORS]
