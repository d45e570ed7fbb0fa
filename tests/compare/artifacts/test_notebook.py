from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable

Differ = Callable[..., Difference]


def notebook(*cells: dict[str, Any], **metadata: Any) -> str:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def code(source: Any, *outputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "outputs": list(outputs),
        "execution_count": None,
        "metadata": {},
        **more,
    }


def stdout(text: Any) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def shows(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (code("f()"), code(["f()"]), "within"),
        (code("f()"), code("g()"), "different"),
        (code("f()"), {"cell_type": "markdown", "source": "f()", "metadata": {}}, "different"),
        (code("f()"), code("f()", execution_count=7, id="x"), "within"),
        (code("f()", stdout("a\nb\n")), code("f()", stdout(["a\n"]), stdout("b\n")), "within"),
        (code("f()", stdout("loss 0.5\n")), code("f()", stdout("loss 0.6\n")), "different"),
        (code("f()", stdout("took 1.5s\n")), code("f()", stdout("took 2.5s\n")), "within"),
        (code("f()", stdout("a\n")), code("f()"), "different"),
        (
            code("f()", shows({"application/json": {"a": 1.0, "b": 2}})),
            code("f()", shows({"application/json": {"b": 2, "a": 1.00000000001}})),
            "within",
        ),
        (
            code("f()", shows({"application/json": {"a": 1.0}})),
            code("f()", shows({"application/json": {"a": 2.0}})),
            "different",
        ),
        (
            code("f()", shows({"application/x-own": "abc"})),
            code("f()", shows({"application/x-own": "abd"})),
            "different",
        ),
    ],
)
def test_cells(differ: Differ, a: dict[str, Any], b: dict[str, Any], relation: str) -> None:
    assert differ("n.ipynb", notebook(a), notebook(b)).relation == relation


def test_what_is_set_aside_is_noted(differ: Differ) -> None:
    one = notebook(code("f()", id="a"), kernelspec={"name": "x"}, papermill={"duration": 1.5})
    other = notebook(code("f()", id="b", execution_count=3), kernelspec={"name": "y"})
    assert differ("n.ipynb", one, other).notes == (
        "kernel and language differ, and are set aside",
        "metadata of the notebook differ, and are set aside",
        "execution counts differ, and are set aside",
        "ids of cells differ, and are set aside",
    )


def test_a_cell_that_is_gone_is_told_as_one(differ: Differ) -> None:
    cells = [code(f"step({number})", stdout(f"{number}\n")) for number in range(20)]
    found = differ("n.ipynb", notebook(*cells), notebook(*cells[:7], *cells[8:]))
    assert found.evidence == ("cell 8: code: step(7) → (absent)",)


def test_tracebacks_are_read_without_colours(differ: Differ) -> None:
    def failed(line: str) -> str:
        error = {"output_type": "error", "ename": "E", "evalue": "x", "traceback": [line]}
        return notebook(code("f()", error))

    assert differ("n.ipynb", failed("\x1b[31mbad\x1b[0m"), failed("bad")).relation == "within"
    assert differ("n.ipynb", failed("bad"), failed("worse")).relation == "different"


@pytest.mark.parametrize(
    "broken",
    [
        "[]",
        "{}",
        '{"cells": 1, "nbformat": 4}',
        '{"cells": [1], "nbformat": 4}',
        '{"cells": [{"cell_type": "code"}], "nbformat": 4}',
        '{"cells": [{"cell_type": "code", "source": "", "outputs": [{}]}], "nbformat": 4}',
        '{"cells": [{"cell_type": "code", "source": "", "outputs": 5}], "nbformat": 4}',
    ],
)
def test_what_is_no_notebook_is_unreadable(differ: Differ, broken: str) -> None:
    with pytest.raises(Unreadable):
        differ("n.ipynb", broken, broken)


@pytest.mark.parametrize(
    "old", ['{"worksheets": [], "nbformat": 3}', '{"cells": [], "nbformat": 5}']
)
def test_other_formats_are_undecided(differ: Differ, old: str) -> None:
    with pytest.raises(Undecided):
        differ("n.ipynb", old, old)
