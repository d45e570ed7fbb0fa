"""Lays out what another run drew from the system's entropy, so that each process finds its own."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

__all__ = ["lay_out"]


def lay_out(folder: str, place: str) -> List[str]:
    """Write ``FOLDER/entropy`` from the object at ``place``, if any; say why it was not possible.

    The observer's ``feed`` says how it is laid out.
    """
    if not place:
        return []
    target = os.path.join(folder, "entropy")
    try:
        with open(place, encoding="utf-8") as file:
            processes = json.load(file)["processes"]
        os.makedirs(target)
        index = []
        for number, process in enumerate(processes):
            rows = [_line(row) for row in process["draws"]]
            _write(os.path.join(target, str(number)), rows)
            index.append(_line([str(number), str(len(rows)), process["role"]]))
        _write(os.path.join(target, "index"), index)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return ["the recorded entropy could not be laid out: %s" % error]
    return []


def _line(words: List[str]) -> str:
    line = "\t".join(words)
    if "\n" in line or line.count("\t") != len(words) - 1:
        raise ValueError("a name in it is not one word")
    return line + "\n"


def _write(place: str, lines: List[str]) -> None:
    with open(place, "w", encoding="utf-8") as file:
        file.writelines(lines)
