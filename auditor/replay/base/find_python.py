"""The interpreter that ran, on this host."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import NotReplayedError
from auditor.model.facts import Interpreter
from auditor.model.fingerprint import Fingerprint
from auditor.replay.base.differences import same_python
from auditor.replay.base.programs import of_the_system
from auditor.replay.base.python import Python, ask
from auditor.replay.planning.command import is_python
from auditor.replay.planning.paths import inside

__all__ = ["find_python", "refuse_hidden"]


def find_python(
    fingerprint: Fingerprint, *, other_machine: bool = False, trusted: bool = False
) -> Python:
    """Return the interpreter of this host that ran, or one of the same full version.

    Each is executed, to describe itself: of those that a fingerprint names only where it is
    ``trusted``, or they are the system's. Raises ``NotReplayedError`` where there is none.
    """
    recorded = fingerprint.recipe.environment.interpreter.value
    for candidate in _candidates(recorded, fingerprint, trusted=trusted):
        python = ask(candidate) if candidate.exists() else None
        if python is None:
            continue
        if recorded is None or same_python(python, recorded, other_machine=other_machine):
            return python
    wanted = f"{recorded.implementation} {recorded.version}" if recorded else "Python"
    raise NotReplayedError(
        f"the interpreter that ran, {wanted}, is not on this machine",
        hint=f"--image python:{recorded.version if recorded else '3'} replays in an image that"
        " has it",
    )


def refuse_hidden(python: Python, root: str) -> None:
    """Refuse an interpreter within the project, which the fresh tree would hide.

    Raises ``NotReplayedError``.
    """
    if any(inside(path, root) for path in (python.executable, python.stdlib)):
        raise NotReplayedError(
            f"the interpreter that ran, {python.executable}, lies within the project {root}",
            hint="--image REF replays in an image; or record the run in a deeper folder, with a"
            " repository or .auditor of its own",
        )


def _candidates(
    recorded: Interpreter | None, fingerprint: Fingerprint, *, trusted: bool
) -> Iterator[Path]:
    if recorded is None:
        command = fingerprint.recipe.command.value
        first = command.argv[0] if command and command.argv else ""
        names = (first, "python3") if is_python(first) else ("python3",)
        yield from (Path(found) for name in names if (found := shutil.which(name)))
        yield Path(sys.executable)
        return
    minor = "python" + ".".join(recorded.version.split(".")[:2])
    names = (minor, "python3") if is_python(minor) else ("python3",)
    places = [Path(recorded.executable)]
    places += [Path(recorded.base_prefix) / "bin" / name for name in (*names, "python")]
    for place in places:
        if trusted or (is_python(place.name) and of_the_system(str(place))):
            yield place
    yield from (Path(found) for name in names if (found := shutil.which(name)))
    yield Path(sys.executable)
