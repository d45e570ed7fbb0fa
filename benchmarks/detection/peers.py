"""The same pairs, answered by peers: equal digests, diffoscope, nbdime.

A peer that reports any difference at all says ``different``. None of them asks for decisions.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from pairs import HALVES, Pair, load
from scoring import Answers, outcomes, table, tallies

__all__ = ["main"]

Ask = Callable[[Pair], tuple[Answers, str]]


def main() -> None:
    """Print what each peer finds, and how often it raises a false alarm, over both halves."""
    arguments = _arguments()
    peers: dict[str, tuple[Ask, str]] = {"equal digests (sha256)": (_digests, "")}
    if arguments.diffoscope:
        peers["diffoscope"] = _program(arguments.diffoscope), ""
    if arguments.nbdiff:
        noise = ("--ignore-metadata", "--ignore-id", "--ignore-details")
        peers["nbdime, notebooks only"] = _program(arguments.nbdiff, *noise), ".ipynb"
    every = [pair for half in HALVES for pair in load(half)]
    rows = []
    for name, (ask, suffix) in peers.items():
        results = outcomes([pair for pair in every if pair.file.endswith(suffix)], ask)
        rows += [(name, row) for row in tallies(results) if row.level == "values"]
    print(table(rows, "peer"))


def _digests(pair: Pair) -> tuple[Answers, str]:
    a, b = (hashlib.sha256(place.read_bytes()).digest() for place in (pair.a, pair.b))
    return {"values": "same" if a == b else "different"}, ""


def _program(*command: str) -> Ask:
    """Return how to ask a program that prints differences, of files with their names in a run."""

    def ask(pair: Pair) -> tuple[Answers, str]:
        with tempfile.TemporaryDirectory() as folder:
            places = [Path(folder) / side / pair.file for side in ("original", "replay")]
            for place, content in zip(places, (pair.a, pair.b), strict=True):
                place.parent.mkdir()
                shutil.copyfile(content, place)
            ended = subprocess.run([*command, *places], capture_output=True, check=False)
        if ended.returncode not in {0, 1}:
            return {"values": "crashed"}, ended.stderr.decode(errors="replace")
        reported = ended.returncode == 1 or bool(ended.stdout.strip())
        return {"values": "different" if reported else "same"}, ""

    return ask


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--diffoscope", help="where the program is")
    parser.add_argument("--nbdiff", help="where nbdime's nbdiff is")
    return parser.parse_args()


if __name__ == "__main__":
    main()
