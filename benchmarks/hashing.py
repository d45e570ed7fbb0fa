"""How long the digests of files take: beside ``dvc add``, and again when they are known.

The path of ``dvc`` is the argument; without one, that side is left out and the output says so.
``dvc add`` takes MD5, and here links what it adds rather than copies it, so that both sides read
each file once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import alternate, table

GB = 10**9
LARGE = 2 * GB
SMALL = 2000  # bytes
FILES = 5000
MANY = 100_000
RUNS = 3
OFTEN = 4.0  # times as fast as dvc add
LIMIT = 2.0  # seconds, for many files that are known
_PIECE = 16 * 1024**2
# In a process of its own, as dvc is.
CHILD = """
import os, sys
from pathlib import Path
from auditor.hashing import hash_files
from auditor.hashing.cache import Cache
folder, name, cache = sys.argv[1:]
files = (Path(place, file) for place, _folders, files in os.walk(folder) for file in files)
known = Cache(Path(cache)) if cache else None
count = sum(isinstance(one.digest, str) for one in hash_files(files, algorithm=name, cache=known))
if known:
    known.close()
print(count)
"""


def write(folder: Path, count: int, size: int) -> int:
    """Write files of random bytes, a hundred a folder, and return how many."""
    piece = os.urandom(min(size, _PIECE))
    for number in range(count):
        path = folder / f"{number // 100:04}" / f"{number:06}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(number.to_bytes(8, "big"))
            while file.tell() < size:
                file.write(piece[: size - file.tell()])
    return count


def hashed(folder: Path, count: int, algorithm: str = "sha256", cache: str = "") -> None:
    """Hash all files of a folder, in a process of its own."""
    command = [sys.executable, "-c", CHILD, str(folder), algorithm, cache]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    assert int(said) == count, said


def prepare(dvc: str, folder: Path) -> None:
    """Make the parent of a folder a repository of dvc without git, which links."""
    for words in (["init", "--no-scm"], ["config", "cache.type", "hardlink,symlink"]):
        subprocess.run([dvc, *words, "-q"], cwd=folder.parent, check=True)
    subprocess.run([dvc, "config", "core.analytics", "false"], cwd=folder.parent, check=True)


def added(dvc: str, folder: Path) -> float:
    """Return the seconds that ``dvc add`` takes, which then knows nothing of it any more."""
    root = folder.parent
    own = {"DVC_SITE_CACHE_DIR": str(root / "site"), "DVC_NO_ANALYTICS": "1"}
    copy = root / "added"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.rmtree(root / "site", ignore_errors=True)
    shutil.rmtree(root / ".dvc" / "cache", ignore_errors=True)
    shutil.rmtree(root / ".dvc" / "tmp", ignore_errors=True)
    (root / "added.dvc").unlink(missing_ok=True)
    shutil.copytree(folder, copy)
    started = time.perf_counter()
    subprocess.run([dvc, "add", "-q", "added"], cwd=root, env=os.environ | own, check=True)
    return time.perf_counter() - started


def beside_dvc(dvc: str, title: str, count: int, size: int) -> None:
    """Measure and print hashing beside ``dvc add``."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        write(folder, count, size)
        taken = alternate(
            RUNS,
            sha256=lambda: hashed(folder, count),
            blake3=lambda: hashed(folder, count, "blake3"),
        )
        if dvc:
            prepare(dvc, folder)
            taken["dvc add"] = [added(dvc, folder) for _ in range(RUNS)]
    print(table(title, taken))
    if dvc:
        times = min(taken["dvc add"]) / min(taken["sha256"])
        word = "within" if times >= OFTEN else "UNDER"
        print(f"\nsha256 is {times:.1f} times as fast: {word} the goal of {OFTEN:g} times\n")
    else:
        print("\ndvc add: not measured, no dvc was named\n")


def known_files() -> None:
    """Measure and print the digests of many files that are in the cache."""
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place) / "data", str(Path(place) / "digests.sqlite")
        write(folder, MANY, SMALL)
        time.sleep(2.5)  # younger files are not remembered
        hashed(folder, MANY, cache=cache)
        taken = alternate(
            RUNS,
            all_read=lambda: hashed(folder, MANY),
            known=lambda: hashed(folder, MANY, cache=cache),
        )
        size = Path(cache).stat().st_size
    print(table(f"{MANY:,} files of {SMALL} bytes", taken))
    middle = sorted(taken["known"])[RUNS // 2]
    word = "within" if middle <= LIMIT else "OVER"
    print(f"\nknown: {middle:.3f} s, {word} the limit of {LIMIT:g} s; cache {size / 1e6:.0f} MB\n")


def main(dvc: str) -> None:
    """Measure and print all."""
    beside_dvc(dvc, "Digest of a file of 2 GB", 1, LARGE)
    beside_dvc(dvc, f"Digests of {FILES} files of {SMALL} bytes", FILES, SMALL)
    known_files()


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).absolute()) if sys.argv[1:] else "")
