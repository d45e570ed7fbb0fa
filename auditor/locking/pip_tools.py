"""The backend that is always there: pip-tools, in a process of its own."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import canonicalize_name

from auditor.errors import NotReplayedError
from auditor.locking.backend import Answer, Found
from auditor.locking.child import ask
from auditor.locking.pins import Pin
from auditor.locking.selection import offered
from auditor.locking.target import Target, supported

__all__ = ["PipTools"]

_SECONDS = 120.0
_SECONDS_A_PIN = 15.0


class PipTools:
    """Looks at every file of every index, finds links too, and makes digests where none are."""

    def find(self, pins: tuple[Pin, ...], target: Target, cache: Path) -> Answer:
        """Return what was found; an index that cannot be asked is the failure of every pin."""
        request = {
            "mode": "lock",
            "pins": [pin.line() for pin in pins],
            "tags": supported(target),
            "cache": str(cache / "pip-tools"),
        }
        try:
            answer = ask(request, _SECONDS + _SECONDS_A_PIN * len(pins))
        except NotReplayedError as error:
            return Answer(failures={pin.name: error.message for pin in pins})
        failures = {str(canonicalize_name(name)): why for name, why in answer["failures"].items()}
        found = {
            str(canonicalize_name(name)): Found(
                hashes=tuple(sorted({row["digest"] for row in rows})),
                offers=tuple(offered(**row) for row in rows),
            )
            for name, rows in answer["files"].items()
            if rows
        }
        return Answer(found=found, failures=failures)
