from __future__ import annotations

import shutil
from typing import NamedTuple

import pytest

from auditor.errors import EngineError, MachineError
from auditor.model.fact import recorded
from auditor.model.facts import Gpu, Gpus
from auditor.pipeline import doctor


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def _named(name: str) -> doctor.Check:
    return next(check for check in doctor.examine() if check.name == name)


def _raise(error: Exception) -> None:
    raise error


def test_everything_is_looked_at_in_a_fixed_order() -> None:
    names = [check.name for check in doctor.examine()]
    assert names == ["container engine", "PDF libraries", "GPU driver", "git", "disk"]


def test_a_missing_engine_comes_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "connect", lambda _name: _raise(EngineError("no engine answers")))
    check = _named("container engine")
    assert (check.ok, check.needed) == (False, True)
    assert "docker.io" in check.mend


def test_missing_pdf_libraries_come_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    error = MachineError("PDF needs Pango", hint="apt-get install libpango-1.0-0")
    monkeypatch.setattr(doctor, "check_pdf", lambda: _raise(error))
    assert _named("PDF libraries").mend == "apt-get install libpango-1.0-0"


def test_git_is_good_to_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    check = _named("git")
    assert (check.ok, check.needed) == (False, False)


def test_a_full_disk_is_missing_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1, 1, 0))
    assert not _named("disk").ok


def test_a_disk_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _raise(OSError(5, "I/O error")))
    assert "I/O error" in _named("disk").detail


def test_a_gpu_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu(name="NVIDIA H200", memory=1, capability="9.0")
    gpus = Gpus(driver="580.1", cuda="13.0", devices=(gpu,))

    class Facts:
        gpu = recorded(gpus, "nvml")

    monkeypatch.setattr(doctor.capture, "host_facts", Facts)
    assert _named("GPU driver").detail == "driver 580.1: NVIDIA H200"
