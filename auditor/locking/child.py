"""Run ``index.py`` in a process of its own, with a time limit."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from auditor.errors import NotReplayedError

__all__ = ["ask"]

_SCRIPT = Path(__file__).with_name("index.py")


def ask(request: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Carry out one request, and return the answer.

    Raises ``NotReplayedError`` where the index cannot be asked at all, or takes more than
    ``timeout`` seconds.
    """
    with tempfile.TemporaryDirectory(prefix="auditor-index-") as folder:
        question, answer = Path(folder) / "request.json", Path(folder) / "answer.json"
        question.write_text(json.dumps(request), encoding="utf-8")
        # -P: a file of the project called pip.py must not be imported in the place of pip.
        argv = [sys.executable, "-P", str(_SCRIPT), str(question), str(answer)]
        try:
            done = subprocess.run(
                argv, capture_output=True, text=True, timeout=timeout, check=False, cwd=folder
            )
        except subprocess.TimeoutExpired:
            raise NotReplayedError(
                f"the package index did not answer within {timeout:.0f} s",
                hint="check the network and pip's own configuration: pip config list",
            ) from None
        if done.returncode or not answer.is_file():
            raise NotReplayedError(
                f"pip-tools failed: {_last_line(done.stderr)}",
                hint="check pip's own configuration: pip config list",
            )
        result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return result


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"
