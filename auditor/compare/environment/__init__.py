"""What runs stood on, section by section: which subjects differ, and how much that matters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from auditor.compare.environment.changes import changed_keys
from auditor.compare.environment.hardware import HARDWARE
from auditor.compare.environment.host import HOST
from auditor.compare.environment.interface import Section, Weight
from auditor.compare.environment.many import bounded
from auditor.compare.environment.recipe import RECIPE
from auditor.compare.manifests import narrowed
from auditor.model.audit import Divergence
from auditor.model.fact import Fact
from auditor.model.files import Manifest
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.store.objects import Objects

__all__ = ["SECTIONS", "environment"]

SECTIONS: tuple[Section, ...] = (*RECIPE, *HOST, *HARDWARE)
_RANK = {"critical": 0, "major": 1, "minor": 2, "info": 3}
_UNKNOWN = "unknown"


def environment(
    original: Fingerprint, replays: tuple[Fingerprint, ...], objects: Objects
) -> tuple[tuple[Divergence, ...], tuple[Unverified, ...]]:
    """Return what differs, worst first, and what is not known on a side and so not compared.

    Long lists of files are read from ``objects`` where their roots differ. Raises ``InputError``
    where one is not there.
    """
    divergences: list[Divergence] = []
    unverified: list[Unverified] = []
    for section in SECTIONS:
        compared = _Compared(section, original, replays, objects)
        divergences += bounded(compared.divergences())
        unverified += compared.unverified()
    ordered = sorted(divergences, key=lambda one: (_RANK[one.severity], one.subject))
    return tuple(ordered), tuple(dict.fromkeys(unverified))


class _Compared:
    """One section of the original and of each replay, taken apart into subjects."""

    def __init__(
        self,
        section: Section,
        original: Fingerprint,
        replays: tuple[Fingerprint, ...],
        objects: Objects,
    ) -> None:
        self.section = section
        self.facts = _narrowed([section.fact(run) for run in (original, *replays)], objects)
        self.sides = [self._subjects(index) for index in range(len(self.facts))]
        contained = any(run.recipe.image.value is not None for run in replays)
        alone = original.recipe.image.value is None
        self.weigh = (section.contained if contained and alone else None) or section.weigh
        self._halves: set[str] = set()

    def divergences(self) -> Iterator[Divergence]:
        """Yield one divergence for each subject that differs in any replay."""
        before = self.sides[0]
        if before is None:
            return
        differing: dict[str, list[int]] = {}
        for number, after in enumerate(self.sides[1:]):
            if after is not None:
                for subject in self._changed(before, after):
                    differing.setdefault(subject, []).append(number)
        for subject, numbers in differing.items():
            yield self._divergence(subject, numbers)

    def unverified(self) -> Iterator[Unverified]:
        """Yield what is not known on a side."""
        sides: dict[str, list[str]] = {}
        for number, fact in enumerate(self.facts):
            if fact.how == "unknown":
                side = f"replay {number}" if number else "the original"
                sides.setdefault(fact.reason, []).append(side)
        for reason, names in sides.items():
            which = ", ".join(names)
            yield Unverified(subject=self.section.name, reason=f"not known of {which}: {reason}")
        for subject in sorted(self._halves):
            yield Unverified(subject=subject, reason="its digest is not known on both sides")

    def _subjects(self, index: int) -> dict[str, Any] | None:
        fact = self.facts[index]
        if fact.how == "unknown":
            return None
        return {} if fact.value is None else self.section.subjects(fact.value)

    def _changed(self, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
        for subject in changed_keys(before, after):
            one, other = before.get(subject), after.get(subject)
            known = _half_known(one, other)
            if known is not None:
                self._halves.add(subject)
            if known is not True:
                yield subject

    def _divergence(self, subject: str, numbers: list[int]) -> Divergence:
        before = (self.sides[0] or {}).get(subject)
        afters = [side if side is None else side.get(subject) for side in self.sides[1:]]
        weight = self.weigh(subject, before, afters[numbers[0]])
        values = (before, *afters)
        shown = (
            _UNKNOWN if side is None else self._show(after, values)
            for side, after in zip(self.sides[1:], afters, strict=True)
        )
        return Divergence(
            area=weight.area or self.section.area,
            subject=subject,
            change=_change(before, [afters[number] for number in numbers]),
            before=self._show(before, values),
            after=tuple(shown),
            severity=weight.severity,
            note=_scoped(weight, len(numbers), len(afters)),
        )

    def _show(self, value: Any, values: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any value
        return None if value is None else self.section.show(value, values)


def _narrowed(facts: list[Fact[Any]], objects: Objects) -> list[Fact[Any]]:
    """Return the facts; of lists of files, those files only that not all sides have alike."""
    known = [fact.value for fact in facts if isinstance(fact.value, Manifest)]
    if not known:
        return facts
    left = iter(narrowed(known, objects))
    return [
        msgspec.structs.replace(fact, value=next(left))
        if isinstance(fact.value, Manifest)
        else fact
        for fact in facts
    ]


def _change(before: Any, afters: list[Any]) -> Literal["changed", "added", "removed"]:  # noqa: ANN401
    if before is None:
        return "added"
    return "removed" if all(after is None for after in afters) else "changed"


def _scoped(weight: Weight, differing: int, replays: int) -> str:
    scope = "" if differing == replays else f" (in {differing} of {replays} replays)"
    return weight.note + scope


def _half_known(one: Any, other: Any) -> bool | None:  # noqa: ANN401 - any value of a section
    """Say whether all but a digest agree, where one side does not know it; else ``None``."""
    if not (isinstance(one, dict) and isinstance(other, dict) and "digest" in one):
        return None
    if (one["digest"] is None) == (other["digest"] is None):
        return None
    return all(one[name] == other[name] for name in one if name != "digest")
