"""Scalar results, found in JSON files by their place (RFC 6901)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from auditor.capture.contents import Keeping
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Metric
from auditor.model.files import File

__all__ = ["metrics_in", "metrics_of"]

_NAME = "metrics.json"
_MOST_BYTES = 64 * 1024 * 1024
_MOST = 10_000


def metrics_of(
    tracked: Fact[tuple[Metric, ...]] | None,
    declared: tuple[str, ...],
    outputs: tuple[File, ...],
    keeping: Keeping,
) -> Fact[tuple[Metric, ...]]:
    """Return the tracker's metrics, those of the declared files and of each ``metrics.json``."""
    by_path = {file.path: file for file in outputs}
    found = [path for path in by_path if PurePosixPath(path).name == _NAME]
    names = list(dict.fromkeys([*declared, *found]))
    metrics = list(tracked.value or ()) if tracked else []
    problems = [tracked.reason] if tracked and tracked.reason else []
    for name in names:
        try:
            metrics += metrics_in(_content(by_path.get(name), name, keeping), name)
        except (OSError, ValueError, RecursionError) as error:
            problems.append(f"{name} cannot be read: {error}")
    if problems and not metrics:
        return unknown("; ".join(problems), ", ".join(names))
    source = ", ".join([*([tracked.source] if tracked else []), *names]) or "outputs"
    reason = "; ".join(problems) or ("" if metrics else "no metrics file was written")
    return recorded(tuple(metrics), source, reason)


def metrics_in(data: bytes, file: str) -> list[Metric]:
    """Return the numbers in a JSON document by their pointers; truth values are no numbers.

    Raises ``ValueError`` where it is no JSON. NaN and infinities may be in it.
    """
    return [
        Metric(
            name=pointer,
            value=number,
            type="int" if isinstance(value, int) else "float",
            file=file,
        )
        for pointer, value, number in _numbers(json.loads(data), "")
    ][:_MOST]


def _numbers(value: Any, pointer: str) -> Iterator[tuple[str, int | float, float]]:  # noqa: ANN401
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield pointer, value, _float(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, f"{pointer}/{index}")


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _content(file: File | None, name: str, keeping: Keeping) -> bytes:
    if file is not None and file.kept and file.digest is not None:
        path: Path | None = keeping.objects.path(file.digest)
    else:
        path = keeping.path_of(name)
    if path is None:
        raise ValueError("it lies outside the tree of the replay")
    with path.open("rb") as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES} bytes")
    return data
