"""Notebooks."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from content import predictions
from pair import Pair, harmless, planted
from pictures import chart, drawn

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _notebook_harmless()
    yield from _notebook_planted()


def _stream(*texts: str) -> list[dict[str, Any]]:
    return [{"name": "stdout", "output_type": "stream", "text": [text]} for text in texts]


def _result(count: int, **data: object) -> dict[str, Any]:
    return {"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"}


def _picture(png: bytes, address: str) -> dict[str, Any]:
    data = {
        "image/png": base64.b64encode(png).decode() + "\n",
        "text/plain": [f"<matplotlib.figure.Figure at {address}>"],
    }
    return {"data": data, "metadata": {}, "output_type": "display_data"}


def _cell(number: int, count: int, source: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": f"a{number:07x}",
        "metadata": {},
        "outputs": outputs,
        "source": source.splitlines(keepends=True),
    }


def _notebook() -> dict[str, Any]:
    table = predictions(5)
    cells = [
        {"cell_type": "markdown", "id": "b0000001", "metadata": {}, "source": ["# Evaluation"]},
        _cell(1, 1, "model = fit(data, lr=0.001)", _stream("epoch 1 loss 1.1\nepoch 2 loss 0.7\n")),
        _cell(2, 2, "accuracy(model)", [_result(2, **{"text/plain": ["0.95"]})]),
        _cell(
            3,
            3,
            "table.head()",
            [
                _result(
                    3,
                    **{
                        "text/html": table.to_html().splitlines(keepends=True),
                        "text/plain": [str(table)],
                    },
                )
            ],
        ),
        _cell(4, 4, "plot(model)", [_picture(drawn(chart(), "png"), "0x7f3a1c0d2e50")]),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1) + "\n"


def _edited(edit: Callable[[list[dict[str, Any]]], object]) -> str:
    other = copy.deepcopy(_notebook())
    edit(other["cells"])
    assert other != _notebook()
    return _written(other)


def _renumbered(cells: list[dict[str, Any]]) -> None:
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number * 7919:07x}"
        if "execution_count" in cell:
            cell["execution_count"] += 12
        for output in cell.get("outputs", []):
            if "execution_count" in output:
                output["execution_count"] += 12


def _timed(cells: list[dict[str, Any]]) -> None:
    for number, cell in enumerate(cells):
        cell["metadata"]["execution"] = {
            "iopub.execute_input": f"2026-05-19T21:48:0{number}.185423Z",
            "shell.execute_reply": f"2026-05-19T21:48:0{number + 1}.902218Z",
        }


def _notebook_harmless() -> Iterator[Pair]:
    plain = _written(_notebook())
    yield harmless(
        "notebook-executed-again",
        "evaluation.ipynb",
        plain,
        _edited(_renumbered),
        "Executed again in the same kernel: other ids and execution counts.",
    )
    yield harmless(
        "notebook-times",
        "evaluation.ipynb",
        plain,
        _edited(_timed),
        "The cells say when they were executed.",
    )
    yield harmless(
        "notebook-figure-address",
        "evaluation.ipynb",
        plain,
        _edited(
            lambda cells: cells[4].update(
                outputs=[_picture(drawn(chart(), "png"), "0x7fe4b8c97b10")]
            )
        ),
        "The figure lies at another address.",
    )
    yield harmless(
        "notebook-stream-in-parts",
        "evaluation.ipynb",
        plain,
        _edited(
            lambda cells: cells[1].update(
                outputs=_stream("epoch 1 loss 1.1\n", "epoch 2 loss 0.7\n")
            )
        ),
        "The same printed lines arrived in two parts.",
    )


def _notebook_planted() -> Iterator[Pair]:
    plain = _written(_notebook())

    def change(name: str, why: str, edit: Callable[[list[dict[str, Any]]], object]) -> Pair:
        return planted(name, "evaluation.ipynb", plain, _edited(edit), why)

    def table(cells: list[dict[str, Any]]) -> None:
        data = cells[3]["outputs"][0]["data"]
        data["text/html"] = [
            re.sub(r"<td>(cat|dog|horse)</td>", "<td>cow</td>", line, count=1)
            for line in data["text/html"]
        ]

    yield change(
        "notebook-accuracy",
        "A result is another.",
        lambda cells: cells[2]["outputs"][0]["data"].update({"text/plain": ["0.94"]}),
    )
    yield change(
        "notebook-source",
        "A cell has other code.",
        lambda cells: cells[1].update(source=["model = fit(data, lr=0.002)"]),
    )
    yield change(
        "notebook-picture",
        "A bar of the figure is lower.",
        lambda cells: cells[4].update(
            outputs=[_picture(drawn(chart((0.91, 0.8, 0.97)), "png"), "0x7f3a1c0d2e50")]
        ),
    )
    yield change("notebook-table", "Labels in a table are others.", table)
    yield change(
        "notebook-output-missing",
        "A cell printed nothing.",
        lambda cells: cells[1].update(outputs=[]),
    )
