"""How much longer commands take when auditor observes them, with and without following programs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import alternate, difference, table
from sample import AUDITOR, COMMAND, copy_of_digits, quiet

RUNS = 15

LOOP = "i=0; while [ $i -lt 500 ]; do /bin/true; i=$((i+1)); done"
THREADS = """
import threading
for _ in range(1000):
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
"""
# How many seconds more each may take: half a second, and a millisecond a process or thread
COMMANDS = {
    "the sample digits": (COMMAND, 0.5),
    "a shell loop of 500 children": (("sh", "-c", LOOP), 1.0),
    "1000 threads, one after the other": (("python", "-c", THREADS), 1.5),
}


def main() -> None:
    """Measure and print; an argument is how often each command is run."""
    runs = int(sys.argv[1]) if sys.argv[1:] else RUNS
    with tempfile.TemporaryDirectory() as name:
        folder = copy_of_digits(Path(name))
        for title, (command, limit) in COMMANDS.items():
            taken = alternate(
                runs,
                **{
                    "bare": lambda words=command: quiet(folder, *words),
                    **{
                        f"--trace {trace}": lambda words=command, trace=trace: quiet(
                            folder, AUDITOR, "run", "--trace", trace, "--", *words
                        )
                        for trace in ("python", "auto")
                    },
                },
            )
            print(table(f"Overhead of {title}", taken))
            for side in ("--trace python", "--trace auto"):
                print(f"\n`{side}`:", difference(taken, "bare", side, limit).strip())
            print()


if __name__ == "__main__":
    main()
