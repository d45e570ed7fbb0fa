"""Programs beside this process that give it a socket, and end with it, even where it is killed."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from auditor.errors import EngineError
from auditor.replay.running.owner import MARK, PREFIX, owner

__all__ = ["socket_of"]

_PATIENCE = 20.0  # seconds
# It ends with whoever holds the other end of its standard input: the kernel closes that one.
_SCRIPT = """
exec 3<&0
"$@" 3<&- & program=$!
(read -r _ <&3; kill "$program") & watcher=$!
wait "$program"
kill "$watcher"
"""


def socket_of(command: Callable[[str], list[str]], failing: str, hint: str) -> str:
    """Start the command that listens at a socket, wait for that, and return its address.

    Raises ``EngineError``: what is ``failing``, the last that the program said, and the ``hint``.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / MARK).write_text(owner(), encoding="utf-8")
    socket, log = folder / "engine.sock", folder / "log"
    with log.open("wb") as talk:
        program = subprocess.Popen(
            ["sh", "-c", _SCRIPT, "sh", *command(str(socket))],
            stdin=subprocess.PIPE,
            stdout=talk,
            stderr=talk,
            start_new_session=True,  # Ctrl-C is for us: we still have to remove containers
        )
    deadline = time.monotonic() + _PATIENCE
    while not socket.exists():
        if time.monotonic() > deadline or program.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace").split("\n")
            reason = next((line for line in reversed(said) if line.strip()), "no answer")
            _end(program, folder)
            raise EngineError(f"{failing}: {reason.strip()[:300]}", hint=hint)
        time.sleep(0.02)
    atexit.register(_end, program, folder)
    return f"unix://{socket}"


def _end(program: subprocess.Popen[bytes], folder: Path) -> None:
    assert program.stdin is not None, "it is a pipe"
    program.stdin.close()
    try:
        program.wait(_PATIENCE)  # it ends its requests first
    except subprocess.TimeoutExpired:
        program.kill()
    shutil.rmtree(folder, ignore_errors=True)
