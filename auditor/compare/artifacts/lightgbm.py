"""LightGBM's text models: splits and counts exact, leaves by tolerance, parameters as text."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.lightgbm import PARAMETERS, Sections, load
from auditor.compare.values.difference import Found
from auditor.compare.values.text.masks import Masks
from auditor.model.policy import Tolerance

__all__ = ["LightGBM"]

_START = re.compile(rb"tree\r?\nversion=v")
_NUMBER = re.compile(
    r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?(?:nan|inf)", re.ASCII | re.IGNORECASE
)
_MARKS = re.compile(r"([\s\[\]:,]+)")
# Facts of the machine and the layout of the file, which a model does not depend on.
_ASIDE = {
    (PARAMETERS, "num_threads"): "the number of threads",
    (PARAMETERS, "gpu_platform_id"): "which graphics processor was used",
    (PARAMETERS, "gpu_device_id"): "which graphics processor was used",
    (PARAMETERS, "gpu_device_id_list"): "which graphics processor was used",
    ("model", "tree_sizes"): "how many characters each tree takes",
}
# LightGBM writes these with six digits, so that noise may turn the last.
_ROUNDED = {"split_gain", "internal_value", "internal_weight"}
_LAST_DIGIT = 1.1e-5


class LightGBM:
    """Compares two models key by key."""

    name = "LightGBM model"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - any name will do
        """Know what starts as a model does, by whatever name."""
        return _START.match(head) is not None

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two models. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        _Models(scope, found).compare(load(a), load(b))
        return found.result()


class _Models:
    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found
        # Of what masks hide, only a temporary path is never a setting.
        self.masks = Masks({"temporary-path"}.intersection(scope.policy.masks))

    def compare(self, a: Sections, b: Sections) -> None:
        for section in [*a, *(name for name in b if name not in a)]:
            if section not in a or section not in b:
                self._lacking(section, here=section in a)
            else:
                self._section(section, a[section], b[section])

    def _section(self, section: str, a: dict[str, str], b: dict[str, str]) -> None:
        for key in [*a, *(name for name in b if name not in a)]:
            what = _ASIDE.get((section, key))
            if what is not None:
                if a.get(key) != b.get(key):
                    self.found.note(f"set aside: {what}")
            elif key not in a or key not in b:
                self._lacking(f"{section}/{key}", here=key in a)
            else:
                self._value(section, key, a[key], b[key])

    def _lacking(self, place: str, *, here: bool) -> None:
        self.found.differ(place, *(("present", "(absent)") if here else ("(absent)", "present")))

    def _value(self, section: str, key: str, a: str, b: str) -> None:
        place = f"{section}/{key}"
        if section == PARAMETERS:
            if a != b:
                self._parameter(place, a, b)
            return
        tolerance = self._tolerance(place, key)
        left, right = _MARKS.split(a), _MARKS.split(b)
        if len(left) != len(right):
            self.found.differ(place, a, b)
            return
        for number, (one, other) in enumerate(zip_longest(left, right)):
            where = f"{place}[{number // 2}]" if len(left) > 1 else place
            if not self._same(one, other, where, tolerance):
                self.found.differ(where, one, other)

    def _parameter(self, place: str, a: str, b: str) -> None:
        (one, before), (other, after) = self.masks.hide(a), self.masks.hide(b)
        if one != other:
            self.found.differ(place, a, b)
            return
        for (rule, old), (_, new) in zip(before, after, strict=True):
            if old != new:
                self.found.mask(rule, f"{old} → {new}")

    def _same(self, a: str, b: str, where: str, tolerance: Tolerance) -> bool:
        if _NUMBER.fullmatch(a) and _NUMBER.fullmatch(b):
            return self.found.tally.written(a, b, where, tolerance)
        return a == b

    def _tolerance(self, place: str, key: str) -> Tolerance:
        tolerance = self.scope.tolerances.within(place)
        if key not in _ROUNDED or tolerance.source != "default":
            return tolerance
        return Tolerance(
            relative=max(tolerance.relative, _LAST_DIGIT),
            absolute=tolerance.absolute,
            source="written with six digits",
        )
