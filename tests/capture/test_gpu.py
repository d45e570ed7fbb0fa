"""GPUs through the driver's library, which a small C library stands in for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.model.canonical import decode
from auditor.model.fact import Fact
from auditor.model.facts import Gpus, GpuState, MigInstance

FAKE = Path(__file__).parents[1] / "data" / "nvml" / "fake.c"
COLLECT = """
import sys
import msgspec
from auditor.capture.collectors.gpu import gpus
key = bytes.fromhex(sys.argv[1])
sys.stdout.buffer.write(msgspec.json.encode(gpus((lambda: key) if key else None)))
"""

Driver = Callable[..., Fact[Gpus]]


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """Compiles a driver, and returns what the collector finds out from it."""

    def collect(*macros: str, key: bytes = b"") -> Fact[Gpus]:
        library = tmp_path / "libnvidia-ml.so.1"
        warnings = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter")
        options = ("-shared", "-fPIC", *warnings, *(f"-D{macro}" for macro in macros))
        subprocess.run(["gcc", *options, "-o", library, FAKE], check=True)
        done = subprocess.run(
            [sys.executable, "-c", COLLECT, key.hex()],
            env=os.environ | {"LD_LIBRARY_PATH": str(tmp_path)},
            stdout=subprocess.PIPE,
            check=True,
        )
        return decode(done.stdout, Fact[Gpus], what="what was collected")

    return collect


def found(fact: Fact[Gpus]) -> Gpus:
    assert fact.value is not None, fact.reason
    return fact.value


def test_one_gpu(driver: Driver) -> None:
    value = found(driver())
    assert (value.driver, value.cuda, value.missing) == ("580.65.06", "13.2", {})
    (gpu,) = value.devices
    assert (gpu.name, gpu.capability, gpu.architecture) == ("NVIDIA H200", "9.0", "Hopper")
    assert (gpu.memory, gpu.cores, gpu.vbios) == (150_754_820_096, 16896, "96.00.CF.00.02")
    assert (gpu.ecc, gpu.mig, gpu.instances) == (True, False, ())
    assert (gpu.part, gpu.inforom) == ("692-2G520-0280-001", "G520.0280.00.05")
    assert (gpu.pcie_generation, gpu.pcie_width) == (5, 16)
    assert (gpu.nvlinks, gpu.missing["nvlinks"]) == (None, "NOT_SUPPORTED (3)")


def test_the_state_is_apart_from_the_identity(driver: Driver) -> None:
    (state,) = found(driver()).states
    assert state == GpuState(
        temperature=34,
        clock=1980,
        memory_clock=3201,
        power_limit=700.5,
        performance="P0",
        throttled=("hw thermal slowdown", "sw power cap"),
        processes=2,
        persistence=True,
    )


@pytest.mark.slow
def test_two_gpus_are_linked_and_told_apart(driver: Driver) -> None:
    key = bytes(range(32))
    value = found(driver("DEVICES=2", key=key))
    first, second = value.devices
    assert (first.nvlinks, first.nvlink_version, first.missing) == (12, 7, {})
    assert first.uuid != second.uuid
    assert first.serial == second.serial
    assert len(value.states) == 2
    assert found(driver("DEVICES=2", key=key)).devices == value.devices
    other = found(driver("DEVICES=2", key=bytes(32))).devices
    assert other[0].uuid != first.uuid


def test_no_name_of_a_device_is_kept(driver: Driver) -> None:
    (gpu,) = found(driver(key=bytes(32))).devices
    assert "GPU-00000000" not in repr(gpu)
    assert "1652023011111" not in repr(gpu)
    assert str(gpu.uuid).startswith("hmac-sha256:")
    (gpu,) = found(driver()).devices
    assert (gpu.uuid, gpu.serial) == (None, None)
    assert gpu.missing["uuid"] == gpu.missing["serial"] == "the project's key is not here"


def test_parts_of_a_gpu(driver: Driver) -> None:
    (gpu,) = found(driver("MIG")).devices
    assert gpu.mig is True
    assert gpu.instances == (
        MigInstance(slices=3, compute_slices=3, multiprocessors=60, memory=71680 * 2**20),
        MigInstance(slices=1, compute_slices=1, multiprocessors=16, memory=18432 * 2**20),
    )


def test_calls_that_an_older_driver_lacks(driver: Driver) -> None:
    value = found(driver("OLDER"))
    code = "FUNCTION_NOT_FOUND (13)"
    assert (value.cuda, value.missing) == (None, {"cuda": code})
    gpu, state = value.devices[0], value.states[0]
    assert (gpu.architecture, gpu.cores, gpu.mig, gpu.instances) == (None, None, None, ())
    assert {name for name, said in gpu.missing.items() if said == code} == {
        "architecture",
        "cores",
        "mig",
    }
    assert gpu.vbios == "96.00.CF.00.02"
    assert (state.processes, state.missing) == (None, {"processes": code})


def test_a_gpu_that_is_lost(driver: Driver) -> None:
    first, second = found(driver("DEVICES=2", "LOST")).devices
    assert (first.name, first.missing.get("name")) == ("NVIDIA H200", None)
    assert (second.name, second.memory) == ("GPU 1", None)
    assert second.missing["name"] == second.missing["nvlinks"] == "GPU_IS_LOST (15)"


def test_a_device_that_one_may_not_ask(driver: Driver) -> None:
    value = found(driver("MUTE"))
    (gpu,) = value.devices
    assert gpu.name == "GPU 0"
    assert {*gpu.missing.values(), *value.states[0].missing.values()} == {
        "NO_PERMISSION (4)",
        "the project's key is not here",
    }


@pytest.mark.parametrize("code", ["NO_PERMISSION (4)", "LIB_RM_VERSION_MISMATCH (18)"])
def test_a_driver_that_refuses(driver: Driver, code: str) -> None:
    fact = driver(f"INIT={code.split('(')[1][:-1]}")
    assert fact.how == "unknown"
    assert fact.reason.startswith("the NVIDIA driver does not answer: ")
    assert fact.reason.endswith(code)


def test_a_driver_that_is_not_loaded(driver: Driver) -> None:
    fact = driver("INIT=9")
    assert fact.value == Gpus(driver=None, cuda=None, devices=())
    assert fact.reason.endswith("DRIVER_NOT_LOADED (9)")
