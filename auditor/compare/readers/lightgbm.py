"""LightGBM's text models: sections of keys with values, as text.

Format: https://github.com/lightgbm-org/LightGBM/blob/v4.7.0/src/boosting/gbdt_model_text.cpp
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["PARAMETERS", "Sections", "load"]

MAX_BYTES = 256 * 1024 * 1024
PARAMETERS = "parameters"
_MODEL = "model"
_TREE = "Tree="

Sections = dict[str, dict[str, str]]


def load(path: Path) -> Sections:
    """Return the sections of a model: ``model``, ``Tree=0`` …, ``feature_importances`` and so on.

    Raises ``Unreadable``, ``Undecided``.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of model are more than the {MAX_BYTES} that are read")
    sections: Sections = {}
    try:
        for section, key, value in _entries(path.read_text("utf-8").splitlines()):
            entries = sections.setdefault(section, {})
            if key in entries:
                raise Unreadable(f"{key} stands twice in {section}")
            entries[key] = value
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: {error.reason}") from None
    if "version" not in sections.get(_MODEL, {}):
        raise Unreadable("not a model of LightGBM: it has no version")
    return sections


def _entries(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    section = _MODEL
    for line in lines:
        if line.startswith(_TREE):
            section = line
            yield section, "", ""
        elif line in {"end of trees", f"end of {PARAMETERS}"}:
            section = _MODEL
        elif line in {f"{PARAMETERS}:", "feature_importances:"}:
            section = line[:-1]
        elif line:
            yield section, *_entry(line, section)


def _entry(line: str, section: str) -> tuple[str, str]:
    if section == PARAMETERS and line.startswith("[") and line.endswith("]"):
        key, _, value = line[1:-1].partition(": ")
        return key.removesuffix(":"), value
    mark = ":" if line.startswith("pandas_categorical:") else "="
    key, _, value = line.partition(mark)
    return key, value
