"""An interpreter as it is now, for a run that nobody observed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from auditor import recorder
from auditor.capture.observation import read
from auditor.errors import MachineError
from auditor.model.observation import Observation

__all__ = ["environment_of"]

_PATIENCE = 120


def environment_of(executable: Path) -> Observation:
    """Observe ``executable`` doing nothing: its interpreter, system and dependencies are known.

    Raises ``MachineError`` where the recorder cannot be run.
    """
    assert recorder.__file__ is not None
    keeper = Path(recorder.__file__).parent / "keeper.py"
    with tempfile.TemporaryDirectory(prefix="auditor-") as name:
        folder = Path(name)
        root = folder / "root"
        root.mkdir()
        request = {"schema": "auditor.observation/1", "root": str(root), "cwd": str(root)}
        (folder / "request.json").write_text(json.dumps(request))
        argv = [sys.executable, "-I", str(keeper), name, "--", str(executable), "-c", "pass"]
        try:
            subprocess.run(
                argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_PATIENCE
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MachineError(f"cannot observe {executable}: {error}") from error
        return _without_imports(read(folder))


def _without_imports(seen: Observation) -> Observation:
    """Return what is installed: doing nothing imports nothing, and tells nothing of the run."""
    rows = seen.dependencies.value
    if rows is None:
        return seen
    rows = tuple(msgspec.structs.replace(row, imported=None) for row in rows)
    fact = msgspec.structs.replace(seen.dependencies, value=rows)
    return msgspec.structs.replace(seen, dependencies=fact)
