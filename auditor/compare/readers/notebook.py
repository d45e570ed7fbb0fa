"""Jupyter notebooks, format 4 (https://nbformat.readthedocs.io/en/latest/format_description.html)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.compare.readers.json import read_json
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["Cell", "Notebook", "read_notebook"]

MAX_CELLS = 10_000
_FORMAT = 4
# ECMA-48: colours and moves of the cursor.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_SUFFIXES = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/latex": ".txt",
    "application/javascript": ".txt",
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
}
_BINARY = frozenset({"image/png", "image/jpeg", "image/gif", "application/pdf"})


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: its ``outputs`` are contents by a name with the suffix of their kind.

    ``aside`` is what means nothing: counts, ids, metadata, into how many pieces a stream fell.
    """

    kind: str
    source: str
    outputs: dict[str, bytes]
    attachments: Any
    aside: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """The cells of a notebook in order; ``aside`` is what means nothing, by what it is."""

    cells: tuple[Cell, ...]
    aside: dict[str, Any]


def read_notebook(path: Path) -> Notebook:
    """Return a notebook. Raises ``Unreadable``, ``Undecided``."""
    document = read_json(path)
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        if isinstance(document, dict) and "worksheets" in document:
            raise Undecided("notebooks of format 3 and earlier are not read")
        raise Unreadable("not a notebook: it has no cells")
    if document.get("nbformat") != _FORMAT:
        raise Undecided(f"notebooks of format {document.get('nbformat')!r} are not read")
    if len(document["cells"]) > MAX_CELLS:
        raise Undecided(f"more than {MAX_CELLS} cells")
    try:
        cells = tuple(map(_cell, document["cells"]))
    except (TypeError, AttributeError, KeyError) as error:
        raise Unreadable(f"not a notebook: {str(error)[:200]}") from None
    metadata = _dict(document.get("metadata"))
    aside = {
        "kernel and language": [metadata.get("kernelspec"), metadata.get("language_info")],
        "metadata of the notebook": {
            key: value
            for key, value in metadata.items()
            if key not in {"kernelspec", "language_info"}
        },
        "minor version of the format": document.get("nbformat_minor"),
    }
    return Notebook(cells=cells, aside=aside)


def _cell(cell: dict[str, Any]) -> Cell:
    outputs = cell.get("outputs") or []
    contents: dict[str, bytes] = {}
    for name, content in _outputs(outputs):
        contents[name] = contents.get(name, b"") + content
    return Cell(
        kind=str(cell["cell_type"]),
        source=_text(cell["source"]),
        outputs=contents,
        attachments=cell.get("attachments") or {},
        aside={
            "execution counts": [cell.get("execution_count"), _counts(outputs)],
            "ids of cells": cell.get("id"),
            "metadata of cells": cell.get("metadata"),
            "metadata of outputs": [one.get("metadata") for one in outputs if one.get("metadata")],
            "pieces in which streams were written": len(
                [one for one in outputs if one.get("output_type") == "stream"]
            ),
        },
    )


def _counts(outputs: list[dict[str, Any]]) -> list[Any]:
    return [one["execution_count"] for one in outputs if "execution_count" in one]


def _outputs(outputs: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents; pieces of one stream share a name."""
    number = 0
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            # When a piece ends is chance, and so is how two streams mingle.
            yield f"{output['name']}.txt", _bytes(_text(output["text"]))
            continue
        number += 1
        if kind == "error":
            lines = [str(output.get("ename")), str(output.get("evalue"))]
            trace = _ESCAPES.sub("", "\n".join(map(str, output.get("traceback") or ())))
            yield f"error {number}.txt", _bytes("\n".join([*lines, trace]))
        else:
            for mime, data in sorted(_dict(output.get("data")).items()):
                yield _named(number, mime), _content(mime, data)


def _named(number: int, mime: str) -> str:
    suffix = ".json" if mime.endswith("json") else _SUFFIXES.get(mime, "")
    return f"output {number} {mime.replace('/', ' ')}{suffix}"


def _content(mime: str, data: Any) -> bytes:  # noqa: ANN401 - JSON
    if mime.endswith("json"):
        return _bytes(json.dumps(data))
    text = _text(data)
    if mime not in _BINARY:
        return _bytes(text)
    try:
        return base64.b64decode(text.encode("ascii", "replace"))
    except binascii.Error:
        return _bytes(text)


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return text that may stand as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _dict(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, dict) else {}
