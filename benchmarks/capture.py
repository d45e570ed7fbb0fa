"""What observing costs by the work that is observed, side by side with ReproZip."""

from __future__ import annotations

import argparse
import functools
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import alternate, table
from sample import AUDITOR, quiet

TRAINING = """
import time
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
features, labels = make_classification(2000, 40, random_state=0)
end = time.process_time() + {seconds}
trees = 0
while time.process_time() < end:
    RandomForestClassifier(5, random_state=trees).fit(features, labels)
    trees += 5
"""
READING = """
import os
for name in sorted(os.listdir("data")):
    with open("data/" + name, "rb") as file:
        file.read()
"""
FILES, SIZE = 5000, 2048
# How many times as long each may take: --trace auto, and --trace python
LIMITS = {"training": (1.20, 1.05), "reading": (9.0, 2.0), "long": (1.02, 1.01)}
TITLES = {
    "training": "A scikit-learn training of 2 s",
    "reading": f"{FILES} files of {SIZE} bytes read by Python",
    "long": "A training of 60 s",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--long", action="store_true", help="the training of 60 s too")
    parser.add_argument("--reprozip", type=Path, help="the program reprozip, if it is to be there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = project(Path(name))
        for work, (auto, python) in LIMITS.items():
            if work == "long" and not given.long:
                continue
            taken = alternate(given.runs, **sides(folder, f"{work}.py", given.reprozip))
            print(table(TITLES[work], taken))
            print(f"\n`--trace auto`: {ratio(taken, '--trace auto', auto)}")
            print(f"\n`--trace python`: {ratio(taken, '--trace python', python)}")
            if given.reprozip:
                print(f"\n`reprozip trace`: {ratio(taken, 'reprozip', None)}")
            print()


def project(folder: Path) -> Path:
    """Lay out the scripts and their data in a project of their own."""
    (folder / ".auditor").mkdir()
    (folder / "training.py").write_text(TRAINING.format(seconds=2))
    (folder / "long.py").write_text(TRAINING.format(seconds=60))
    (folder / "reading.py").write_text(READING)
    (folder / "data").mkdir()
    for number in range(FILES):
        content = f"{number:08d}".encode() * (SIZE // 8)
        (folder / "data" / f"{number:05d}.bin").write_bytes(content)
    return folder


def sides(folder: Path, script: str, reprozip: Path | None) -> dict[str, Callable[[], object]]:
    """Return what is to be compared."""
    command = ("python", script)
    found: dict[str, Callable[[], object]] = {"bare": functools.partial(quiet, folder, *command)}
    for trace in ("python", "auto"):
        words = (AUDITOR, "run", "--trace", trace, "--", *command)
        found[f"--trace {trace}"] = functools.partial(quiet, folder, *words)
    if reprozip is not None:
        found["reprozip"] = functools.partial(traced, folder, reprozip, command)
    return found


def traced(folder: Path, reprozip: Path, command: tuple[str, ...]) -> None:
    """Run a command under ReproZip, whose record of the last time is in its way."""
    shutil.rmtree(folder / ".reprozip-trace", ignore_errors=True)
    options = ("--dont-identify-packages", "--overwrite")
    quiet(folder, reprozip, "trace", *options, *command)


def ratio(taken: dict[str, list[float]], side: str, limit: float | None) -> str:
    """Return how many times as long as the bare command it took, by medians."""
    found = statistics.median(taken[side]) / statistics.median(taken["bare"])
    if limit is None:
        return f"{found:.2f} times"
    return f"{found:.2f} times, {'within' if found <= limit else 'OVER'} {limit}"


if __name__ == "__main__":
    main()
