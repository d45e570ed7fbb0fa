"""How long two files of weights take to compare that differ in ten numbers, and how much memory.

At three sizes, to see that time grows with the size and memory does not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

GB = 1e9
MB = 1e6
SIZE = 2.0  # GB, of each of the two files
LIMIT = 500  # MB of memory, of the whole comparison
DIFFERING = 10
TENSOR = 4096 * 4096  # elements, 67 MB
SEED = 0
# In a process of its own, whose peak is that of the comparison alone.
CHILD = """
import json, sys, time
from pathlib import Path
from auditor.compare.artifacts import Scope, comparator_for, compare_parts
from auditor.model.policy import Policy
a, b = (Path(name) for name in sys.argv[1:])
started = time.perf_counter()
found = comparator_for(a.name, b"").compare(a, b, Scope(Policy(), (a.name,), inner=compare_parts))
seconds = time.perf_counter() - started
# The peak that getrusage knows is that of the parent too, where that was larger.
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
print(json.dumps([seconds, int(status.split()[0]) * 1024, found.magnitude.differing]))
"""

Write = Callable[[Path, int, dict[int, float]], None]


def npy(path: Path, elements: int, changes: dict[int, float]) -> None:
    """Write one array of float32."""
    shape = (elements,)
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    fill(array, changes)
    array.flush()


def safetensors(path: Path, elements: int, changes: dict[int, float]) -> None:
    """Write as many tensors of float32 as it takes."""
    starts = range(0, elements, TENSOR)
    header: dict[str, Any] = {}
    for number, start in enumerate(starts):
        stop = min(start + TENSOR, elements)
        place = {"shape": [stop - start], "data_offsets": [start * 4, stop * 4]}
        header[f"layers.{number}.weight"] = {"dtype": "F32", **place}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    with path.open("r+b") as file:
        file.truncate(8 + len(text) + elements * 4)
    array = np.memmap(path, np.float32, "r+", 8 + len(text), (elements,))
    fill(array, changes)
    array.flush()


def fill(array: np.memmap[Any, Any], changes: dict[int, float]) -> None:
    """Fill an array with numbers like weights, and change a few."""
    random = np.random.default_rng(SEED)
    for start in range(0, array.size, TENSOR):
        part = array[start : start + TENSOR]
        part[:] = random.standard_normal(part.size, dtype=np.float32)
    for index, value in changes.items():
        array[index] = value


def compared(a: Path, b: Path) -> tuple[float, float]:
    """Return the seconds and the peak memory in bytes of one comparison."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, a, b], check=True, capture_output=True, text=True
    )
    seconds, peak, differing = json.loads(done.stdout)
    if differing != DIFFERING:
        raise SystemExit(f"{differing} numbers were found to differ, not {DIFFERING}")
    return seconds, peak


def read(*paths: Path) -> float:
    """Return the seconds that it takes to read files and do nothing with them."""
    started = time.perf_counter()
    subprocess.run(["cat", *paths], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def row(write: Write, size: float) -> tuple[str, float]:
    """Measure one format at one size in GB; return a row of the table and the peak in MB."""
    elements = int(size * GB / 4)
    random = np.random.default_rng(SEED + 1)
    places = random.choice(elements, DIFFERING, replace=False).tolist()
    with tempfile.TemporaryDirectory() as name:
        a, b = (Path(name, f"{side}.{write.__name__}") for side in "ab")
        write(a, elements, {})
        write(b, elements, {place: 100.0 + n for n, place in enumerate(places)})
        bare = min(read(a, b) for _ in range(3))
        seconds, peak = min(compared(a, b) for _ in range(3))
    figures = f"{bare:.2f} | {seconds:.2f} | {seconds / size:.2f} | {peak / MB:.0f}"
    return f"| {write.__name__} | {size:g} | {figures} |", peak / MB


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=SIZE, help="of the largest file, in GB")
    size = parser.parse_args().size
    print("### Two files of weights\n")
    print(
        "| format | GB each | `cat` s | compare s | s a GB | peak MB |\n|---|---|---|---|---|---|"
    )
    peaks = []
    for write in (npy, safetensors):
        for part in (size / 4, size / 2, size):
            line, peak = row(write, part)
            peaks.append(peak)
            print(line, flush=True)
    word = "within the limit of" if max(peaks) <= LIMIT else "OVER the limit of"
    print(f"\npeak {max(peaks):.0f} MB: {word} {LIMIT} MB\n")


if __name__ == "__main__":
    main()
