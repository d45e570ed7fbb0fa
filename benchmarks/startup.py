"""How long ``auditor --version`` takes, against a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from measure import alternate, table, whole

PYTHON = sys.executable
AUDITOR = Path(PYTHON).with_name("auditor")
LIMIT = 0.1  # seconds, of the whole
RUNS = 20


def quiet(*command: str | Path) -> None:
    """Run a command to its end, its output thrown away."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Measure and print."""
    taken = alternate(
        RUNS,
        **{
            "python -c pass": lambda: quiet(PYTHON, "-c", "pass"),
            "auditor --version": lambda: quiet(AUDITOR, "--version"),
        },
    )
    print(table("Start-up", taken))
    print(whole(taken, "auditor --version", LIMIT))


if __name__ == "__main__":
    main()
