"""How much longer the sample ``digits`` takes when auditor observes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import alternate, difference, table
from sample import AUDITOR, COMMAND, copy_of_digits, quiet

LIMIT = 0.5  # seconds
RUNS = 15


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = copy_of_digits(Path(name))
        taken = alternate(
            RUNS,
            **{
                "bare": lambda: quiet(folder, *COMMAND),
                "auditor run": lambda: quiet(folder, AUDITOR, "run", "--", *COMMAND),
            },
        )
    print(table("Overhead of a run", taken))
    print(difference(taken, "bare", "auditor run", LIMIT))


if __name__ == "__main__":
    main()
