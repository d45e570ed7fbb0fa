from __future__ import annotations

import shutil
from typing import Any, NamedTuple

import msgspec
import pytest

from auditor.errors import EngineError, MachineError
from auditor.model.fact import recorded
from auditor.model.facts import Gpu, Gpus
from auditor.model.fingerprint import Unverified
from auditor.pipeline import doctor
from auditor.pipeline import doctor_engines as engines
from auditor.replay.engines import Abilities


class Engine:
    def __init__(self, **can: Any) -> None:
        given = {"name": "Docker", "version": "1", "rootless": False, "shares_files": True}
        self.can = Abilities(**{"gpus": "", **given, **can})

    def describe(self) -> str:
        return f"{self.can.name} {self.can.version} at {self.can.place}"

    def abilities(self) -> Abilities:
        return self.can


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture(autouse=True)
def no_other_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "answering", tuple)


def _named(name: str) -> doctor.Check:
    return next(check for check in doctor.examine() if check.name == name)


def _raise(error: Exception) -> None:
    raise error


def test_everything_is_looked_at_in_a_fixed_order() -> None:
    names = [check.name for check in doctor.examine()]
    assert names[0] == "container engine"
    assert names[1:] == ["PDF libraries", "GPU driver", "uv", "git", "git-lfs", "disk"]


def test_a_missing_engine_comes_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "connect", lambda _name: _raise(EngineError("no engine answers")))
    check = _named("container engine")
    assert (check.ok, check.needed) == (False, True)
    assert "docker.io" in check.mend


def test_every_engine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = (Unverified(subject="limits.cpus", reason="rootless"),)
    first, other = Engine(place="unix:///a"), Engine(place="tcp://b", lacks=lacks, gpus="cdi")
    other.can = msgspec.structs.replace(other.can, shares_files=False, rootless=True)
    monkeypatch.setattr(engines, "connect", lambda _name: first)
    monkeypatch.setattr(
        engines, "answering", lambda: (first, other, EngineError("nobody answers at c"))
    )
    rows = list(engines.engine_checks())
    assert [(row.name, row.ok, row.needed) for row in rows] == [
        ("container engine", True, True),
        ("another engine", True, False),
        ("another engine", False, False),
    ]
    assert "rootful; sees this machine's files; no GPU runtime; enforces every" in rows[0].detail
    for word in ("tcp://b", "rootless", "carried", "CDI", "cannot enforce limits.cpus: rootless"):
        assert word in rows[1].detail
    assert rows[2].detail == "nobody answers at c"


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
