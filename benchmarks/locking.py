"""How long a lock of auditor's own environment takes: pip-compile, ours with pip-tools, with uv."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import alternate, table, whole
from packaging.utils import canonicalize_name

from auditor.locking import Target, search
from auditor.locking.backend import Backend
from auditor.locking.lock import lock
from auditor.locking.pip_tools import PipTools
from auditor.locking.uv import Uv, find_uv
from auditor.model.facts import Distribution

LIMIT = 5.0  # seconds, with uv and a cold cache
RUNS = 2
TARGET = Target(
    implementation="cpython",
    version=sys.version.split()[0],
    soabi=str(sysconfig.get_config_var("SOABI")),
    platform=sysconfig.get_platform(),
    libc="glibc 2.36",
)


def environment() -> tuple[Distribution, ...]:
    """Return what is installed here, auditor itself left out."""
    found = {
        canonicalize_name(one.metadata["Name"]): one.version
        for one in importlib.metadata.distributions()
    }
    return tuple(
        Distribution(name=name, version=version, digest=None)
        for name, version in sorted(found.items())
        if name != "auditor"
    )


def pip_compile(pins: tuple[Distribution, ...], folder: Path) -> None:
    """Run pip-compile itself, with the hashes that we want and nothing resolved."""
    folder.mkdir(exist_ok=True)
    (folder / "pins.in").write_text("".join(f"{one.name}=={one.version}\n" for one in pins))
    options = ["--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-annotate"]
    options += ["--pip-args=--no-deps", "--cache-dir", str(folder / "cache"), "-o", "lock.txt"]
    argv = [sys.executable, "-m", "piptools", "compile", *options, "pins.in"]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    (folder / "lock.txt").unlink()


def ours(pins: tuple[Distribution, ...], cache: Path, *backends: Backend) -> None:
    """Make our lock with some backends, whatever answers are kept in the cache."""
    shutil.rmtree(cache / "locks", ignore_errors=True)
    search.backends = lambda: backends
    made = lock(pins, TARGET, cache, lambda _: None)
    if made.unlocked:
        raise SystemExit(f"{made.unlocked[0].subject}: {made.unlocked[0].reason}")


def fresh(call: Callable[[Path], None]) -> None:
    """Call with a cache that has nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        call(Path(folder) / "cache")


def main() -> None:
    """Measure and print."""
    pins, uv = environment(), find_uv()
    if uv is None:
        raise SystemExit("uv is not there: pip install uv")
    pip_tools, fast = PipTools(), Uv(uv)
    with tempfile.TemporaryDirectory() as name:
        kept = Path(name)
        taken = alternate(
            RUNS,
            **{
                "ours with pip-tools, cold": lambda: fresh(lambda at: ours(pins, at, pip_tools)),
                "ours with uv, cold": lambda: fresh(lambda at: ours(pins, at, fast, pip_tools)),
                "ours with pip-tools, warm": lambda: ours(pins, kept / "b", pip_tools),
                "ours with uv, warm": lambda: ours(pins, kept / "c", fast, pip_tools),
            },
        )
    started = time.perf_counter()  # once: it takes minutes
    fresh(lambda at: pip_compile(pins, at))
    taken["pip-compile, cold"] = [time.perf_counter() - started]
    print(table(f"Lock of {len(pins)} distributions", taken))
    print(whole(taken, "ours with uv, cold", LIMIT))


if __name__ == "__main__":
    main()
