from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.process import supervise


@pytest.mark.parametrize(("code", "status"), [(0, 0), (1, 1), (77, 77)])
def test_the_childs_status_comes_back(code: int, status: int) -> None:
    assert supervise([sys.executable, "-c", f"raise SystemExit({code})"], stdout=None) == status


def test_a_signal_is_128_and_its_number() -> None:
    kill = "import os; os.kill(os.getpid(), 9)"
    assert supervise([sys.executable, "-c", kill], stdout=None) == 128 + 9


def test_the_signal_mask_is_left_as_it_was() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    supervise(["true"], stdout=None)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_a_termination_request_is_passed_on(tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        f"open({str(tmp_path / 'ready')!r}, 'w').close()\n"
        "time.sleep(30)\n"
    )

    # In a process of its own: pytest's other threads would take the signal.
    program = (
        "import sys, auditor.process as p; "
        f"sys.exit(p.supervise([sys.executable, '-c', {script!r}], stdout=None))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    while not (tmp_path / "ready").exists():
        time.sleep(0.01)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(20) == 7
