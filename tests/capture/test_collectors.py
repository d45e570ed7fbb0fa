"""What the machine says of itself, with real files, and drivers that fail as NVML's do."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from auditor.capture import environment_of, host_facts, no_host_facts
from auditor.capture import present as presently
from auditor.capture.collectors import CPU, GPU, HOST
from auditor.capture.collectors.cpu import cpu
from auditor.capture.collectors.gpu import gpus
from auditor.errors import MachineError

ARM = """processor\t: 0
BogoMIPS\t: 50.00
Features\t: fp asimd sve
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x3
CPU part\t: 0xd0c
CPU revision\t: 1

processor\t: 1
Features\t: fp asimd sve
CPU implementer\t: 0x41
"""

INTEL = """processor\t: 0
model name\t: Intel(R) Xeon(R)
physical id\t: 0
core id\t: 0
flags\t\t: fpu avx2 sse

processor\t: 1
physical id\t: 0
core id\t: 0
flags\t\t: fpu avx2 sse
"""


@pytest.mark.parametrize("collector", [HOST, CPU, GPU])
def test_every_collector_returns_a_fact_here(collector: Any) -> None:
    fact = collector()
    assert fact.how in {"recorded", "unknown"}
    assert fact.value is not None or fact.reason


def test_this_machine() -> None:
    facts = host_facts()
    assert facts.host.value is not None
    assert facts.host.value.name == os.uname().nodename
    assert facts.cpu.value is not None
    assert facts.cpu.value.threads >= facts.cpu.value.available >= 1


def test_no_machine() -> None:
    facts = no_host_facts()
    assert {facts.host.how, facts.cpu.how, facts.gpu.how} == {"unknown"}


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    fact = HOST()
    assert fact.value is not None
    assert fact.value.user == str(os.geteuid())


def test_cpus(tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(INTEL)
    intel = cpu(path).value
    assert intel is not None
    assert (intel.model, intel.cores, intel.threads) == ("Intel(R) Xeon(R)", 1, 2)
    assert intel.flags == ("avx2", "fpu", "sse")
    path.write_text(ARM)
    arm = cpu(path).value
    assert arm is not None
    assert (arm.model, arm.cores, arm.threads) == ("ARM 0xd0c 0x3 1", None, 2)
    assert "sve" in arm.flags


def test_cpus_that_cannot_be_known(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("Hardware\t: x\n")
    assert "names no processor" in cpu(tmp_path / "empty").reason
    assert "cannot be read" in cpu(tmp_path / "absent").reason


class Driver:
    """NVML with one device, in the place of the driver's functions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch
        answers: dict[str, Any] = {
            "nvmlInit": None,
            "nvmlShutdown": None,
            "nvmlSystemGetDriverVersion": "580.65.06",
            "nvmlSystemGetCudaDriverVersion_v2": 13020,
            "nvmlDeviceGetCount": 1,
            "nvmlDeviceGetHandleByIndex": object(),
            "nvmlDeviceGetName": b"NVIDIA H200",
            "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=150_754_820_096),
            "nvmlDeviceGetCudaComputeCapability": (9, 0),
            "nvmlDeviceGetArchitecture": pynvml.NVML_DEVICE_ARCH_HOPPER,
            "nvmlDeviceGetNumGpuCores": 16896,
            "nvmlDeviceGetVbiosVersion": "96.00.CF.00.02",
            "nvmlDeviceGetEccMode": (1, 1),
            "nvmlDeviceGetMigMode": (0, 0),
            "nvmlDeviceGetBoardPartNumber": "692-2G520-0280-001",
            "nvmlDeviceGetInforomImageVersion": "G520.0280.00.05",
            "nvmlDeviceGetMaxPcieLinkGeneration": 5,
            "nvmlDeviceGetMaxPcieLinkWidth": 16,
            "nvmlDeviceGetNvLinkState": 1,
            "nvmlDeviceGetNvLinkVersion": 7,
            "nvmlDeviceGetUUID": "GPU-0",
            "nvmlDeviceGetSerial": "165",
            "nvmlDeviceGetMaxMigDeviceCount": 7,
            "nvmlDeviceGetMigDeviceHandleByIndex": object(),
        }
        for name, answer in answers.items():
            self.answers(name, answer)

    def answers(self, name: str, answer: object) -> None:
        self.patch.setattr(pynvml, name, lambda *_arguments: answer)

    def fails(self, name: str, code: int) -> None:
        def fail(*_arguments: object) -> None:
            raise pynvml.NVMLError(code)

        self.patch.setattr(pynvml, name, fail)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    return Driver(monkeypatch)


def test_a_gpu(driver: Driver) -> None:
    value = gpus(bytes).value
    assert value is not None
    assert (value.driver, value.cuda) == ("580.65.06", "13.2")
    (gpu,) = value.devices
    assert (gpu.name, gpu.capability, gpu.architecture) == ("NVIDIA H200", "9.0", "Hopper")
    assert (gpu.memory, gpu.cores, gpu.ecc, gpu.mig) == (150_754_820_096, 16896, True, False)
    assert gpu.missing == {}
    driver.answers("nvmlDeviceGetArchitecture", 4711)
    assert gpus().value is not None
    assert (gpus().value or value).devices[0].architecture == "4711"


def test_what_a_device_lacks_is_an_entry(driver: Driver) -> None:
    driver.fails("nvmlDeviceGetMigMode", pynvml.NVML_ERROR_NOT_SUPPORTED)
    driver.fails("nvmlDeviceGetNumGpuCores", pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
    driver.fails("nvmlDeviceGetArchitecture", pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
    driver.fails("nvmlSystemGetCudaDriverVersion_v2", pynvml.NVML_ERROR_UNKNOWN)
    driver.fails("nvmlShutdown", pynvml.NVML_ERROR_UNKNOWN)
    value = gpus(bytes).value
    assert value is not None
    assert value.cuda is None
    assert set(value.devices[0].missing) == {"mig", "cores", "architecture"}


def test_parts_of_a_device_that_do_not_answer(driver: Driver) -> None:
    driver.answers("nvmlDeviceGetMigMode", (1, 1))
    driver.fails("nvmlDeviceGetAttributes_v2", pynvml.NVML_ERROR_NOT_SUPPORTED)
    value = gpus(bytes).value
    assert value is not None
    assert (value.devices[0].instances, value.devices[0].missing) == (
        (),
        {"instances": "NOT_SUPPORTED (3)"},
    )
    driver.fails("nvmlDeviceGetMigDeviceHandleByIndex", 4711)
    value = gpus(bytes).value
    assert value is not None
    assert value.devices[0].missing == {"instances": "error 4711"}


def test_a_device_that_is_lost(driver: Driver) -> None:
    driver.fails("nvmlDeviceGetHandleByIndex", pynvml.NVML_ERROR_GPU_IS_LOST)
    value = gpus().value
    assert value is not None
    assert set(value.devices[0].missing) == {"handle"}


@pytest.mark.parametrize(
    ("code", "how"),
    [
        (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, "recorded"),
        (pynvml.NVML_ERROR_DRIVER_NOT_LOADED, "recorded"),
        (pynvml.NVML_ERROR_NO_PERMISSION, "unknown"),
        (pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH, "unknown"),
    ],
)
def test_no_driver_is_a_fact(driver: Driver, code: int, how: str) -> None:
    driver.fails("nvmlInit", code)
    fact = gpus()
    assert fact.how == how
    assert fact.reason
    assert (fact.value is None) == (how == "unknown")


def test_a_driver_that_fails_later(driver: Driver) -> None:
    driver.fails("nvmlDeviceGetCount", pynvml.NVML_ERROR_UNKNOWN)
    assert gpus().how == "unknown"


def test_an_interpreter_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    found = environment_of(Path(sys.executable))
    assert found.interpreter.value is not None
    assert found.interpreter.value.executable == sys.executable
    assert "numpy" in {row.name for row in found.dependencies.value or ()}

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(presently.subprocess, "run", refuse)
    with pytest.raises(MachineError, match="cannot observe"):
        environment_of(Path(sys.executable))
