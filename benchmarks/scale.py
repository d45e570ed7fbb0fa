"""How comparing grows with what is compared: seconds, and memory at most.

First two runs with so many outputs, then two runs with one output of so many lines. Each
comparison is a process of its own, over two fingerprints in a store.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditor.compare import compare
from auditor.compare.manifests import differing
from auditor.judge import judge
from auditor.model.digest import digest_bytes
from auditor.model.fact import recorded, unknown
from auditor.model.facts import Exit
from auditor.model.files import File, Manifest, manifest
from auditor.model.fingerprint import (
    Environment,
    Fingerprint,
    Outcome,
    Recipe,
    RunRecord,
    Source,
    fingerprint_of,
)
from auditor.model.policy import Policy
from auditor.store import Store
from auditor.store.lists import keep_list

SIZES = (10_000, 100_000, 1_000_000)
LINES = (1_000, 10_000, 100_000)
KINDS: dict[str, Callable[[list[float]], str]] = {
    "csv": lambda numbers: "step,loss\n" + "".join(f"{n},{x}\n" for n, x in enumerate(numbers)),
    "json": lambda numbers: json.dumps([{"step": n, "loss": x} for n, x in enumerate(numbers)]),
    "txt": lambda numbers: "".join(f"step {n} loss {x}\n" for n, x in enumerate(numbers)),
}
DIFFERENCES = 10
FOLDERS = 20
RUNS = 3
LIMIT_APART = 3.0  # seconds, at the largest size
LIMIT_EQUAL = 0.05  # seconds
LIMIT_MEMORY = 1e9  # bytes


def filed(store: Store, count: int, other: int) -> str:
    """File the fingerprint of a run with ``count`` outputs, ``other`` of them with a mark."""
    step = count // other if other else count + 1
    files = [
        File(
            path=f"data/part-{number % FOLDERS:02}/{number:07}.png",
            digest=digest_bytes(f"{number}{'!' * (number % step == step - 1)}".encode()),
            size=100_000 + number % 1000,
            seen="scan",
        )
        for number in range(count)
    ]
    whole = manifest(files)
    outputs = Manifest(root=whole.root, files=keep_list(whole.files, store.objects))
    return store.save_fingerprint(_run(recorded(outputs, "benchmark")))[0]


def _run(outputs: object) -> Fingerprint:
    no = unknown("not of interest here")
    environment = Environment(**dict.fromkeys(Environment.__struct_fields__, no))
    recipe = Recipe(
        root="/project",
        command=no,
        source=Source(files=no, git=no),
        environment=environment,
        dependencies=no,
        image=no,
        params={},
        inputs=no,
        seeds=no,
    )
    ended = recorded(Exit(status="succeeded", code=0), "benchmark")
    outcome = Outcome(outputs=outputs, metrics=no, stdout=no, stderr=no, exit=ended)
    record = RunRecord(**dict.fromkeys(RunRecord.__struct_fields__, no))
    return fingerprint_of("benchmark", recipe, outcome, record)


def lists(store: Store, a: str, b: str) -> Callable[[], int]:
    """Return how to compare two lists of outputs, which tells how many files differ."""
    sides = [store.fingerprints.load(name).outcome.outputs.value for name in (a, b)]
    return lambda: len(differing([side for side in sides if side], store.objects)[0])


def runs(store: Store, a: str, b: str) -> Callable[[], int]:
    """Return how to compare and judge two runs, which tells how many items there are."""

    def compared() -> int:
        original, other = (store.fingerprints.load(name) for name in (a, b))
        policy = Policy()
        return len(judge(compare(original, (other,), store.objects, policy), policy).items)

    return compared


def filed_content(store: Store, kind: str, lines: int, other: int) -> str:
    """File the fingerprint of a run with one output of ``lines`` numbers, ``other`` of them off."""
    numbers = [1.0 / (n + 1) for n in range(lines)]
    for n in range(other):
        numbers[n * lines // other] += 1.0
    data = KINDS[kind](numbers).encode()
    digest = store.objects.put_bytes(data)
    file = File(path=f"out.{kind}", digest=digest, size=len(data), kept=True)
    return store.save_fingerprint(_run(recorded(manifest([file]), "benchmark")))[0]


def file_both(kind: str, folder: str, count: int) -> None:
    """File two runs and print their ids as JSON."""
    store = Store(Path(folder))
    made = [
        filed(store, count, other) if kind == "files" else filed_content(store, kind, count, other)
        for other in (0, DIFFERENCES)
    ]
    print(json.dumps(made))


def child(kind: str, folder: str, a: str, b: str) -> None:
    """Compare once and print seconds, bytes at most, and what was found, as JSON."""
    call = {"lists": lists, "runs": runs}[kind](Store(Path(folder)), a, b)
    started = time.perf_counter()
    found = call()
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps([seconds, memory, found]))


def said(*arguments: str) -> list[Any]:
    """Return what this program prints in a process of its own, which has its own memory."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return list(json.loads(done.stdout))


def measured(*arguments: str) -> tuple[float, int, int]:
    """Return the median seconds, the most bytes, and what was found, of processes of their own."""
    taken = [said(*arguments) for _ in range(RUNS + 1)][1:]  # the first warms the caches
    seconds, memory, found = zip(*taken, strict=True)
    return statistics.median(seconds), max(memory), found[0]


def main() -> None:
    """Measure and print."""
    long_lists()
    long_contents()


def long_contents() -> None:
    """Measure and print runs with one large output."""
    print("\n### Large outputs\n")
    print("| output | lines | audit, s | µs a line | memory, MB |")
    print("|---|---|---|---|---|")
    for kind in KINDS:
        for count in LINES:
            with tempfile.TemporaryDirectory() as folder:
                one, other = said("file", kind, folder, str(count))
                seconds, memory, _found = measured("runs", folder, one, other)
            print(
                f"| {kind} | {count:,} | {seconds:.3f} | {seconds / count * 1e6:.2f} "
                f"| {memory / 1e6:.0f} |"
            )


def long_lists() -> None:
    """Measure and print runs with very many outputs, and whether the limits hold."""
    print("### Long lists of files\n")
    print("| files | 10 differ, s | µs a file | memory, MB | equal roots, s | whole audit, s |")
    print("|---|---|---|---|---|---|")
    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            one, other = said("file", "files", folder, str(count))
            seconds, memory, found = measured("lists", folder, one, other)
            assert found == DIFFERENCES, found
            equal, _memory, _found = measured("runs", folder, one, one)
            audit, more, _found = measured("runs", folder, one, other)
            memory = max(memory, more)
        print(
            f"| {count:,} | {seconds:.3f} | {seconds / count * 1e6:.2f} | {memory / 1e6:.0f} "
            f"| {equal:.3f} | {audit:.3f} |"
        )
    within = seconds <= LIMIT_APART and equal <= LIMIT_EQUAL and memory <= LIMIT_MEMORY
    limits = f"{LIMIT_APART:g} s, {LIMIT_EQUAL:g} s and {LIMIT_MEMORY / 1e6:.0f} MB"
    print(f"\n{'within the limits' if within else 'OVER a limit'} of {limits}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["file", kind, folder, count]:
            file_both(kind, folder, int(count))
        case [kind, folder, a, b]:
            child(kind, folder, a, b)
