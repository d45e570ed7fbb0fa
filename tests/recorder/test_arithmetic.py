"""What a run computed with, beside what threadpoolctl says; and the switches of frameworks."""

from __future__ import annotations

import json
import sys
import types
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.recorder.observer import switches

if TYPE_CHECKING:
    from conftest import Bench

SAMPLES = Path(__file__).parents[2] / ".venv-samples" / "bin" / "python"
POOLS = """
    import json
    import numpy, sklearn.ensemble, threadpoolctl
    numpy.ones((9, 9)) @ numpy.ones((9, 9))
    print(json.dumps(threadpoolctl.threadpool_info()))
"""


@pytest.mark.slow
def test_libraries_are_those_that_threadpoolctl_finds(bench: Bench) -> None:
    bench.write("run.py", POOLS)
    observed = bench.run([str(SAMPLES), "run.py"], env={"OPENBLAS_NUM_THREADS": "1"})
    expected = {pool["filepath"]: pool for pool in json.loads(observed.stdout)}
    (end,) = observed.of("end")
    found = {library["file"]: library for library in end["arithmetic"]["libraries"]}
    assert set(found) == set(expected)
    assert {pool["user_api"] for pool in expected.values()} == {"blas", "openmp"}
    for path, pool in expected.items():
        library = found[path]
        assert library["kind"] == pool["internal_api"]
        assert library["threads"] == pool["num_threads"]
        assert library["kernel"] == pool.get("architecture")
        assert (pool["version"] or "") in (library["version"] or "")
    assert end["arithmetic"]["flags"] == {}


def module(**members: Any) -> Any:
    return types.SimpleNamespace(**members)


def test_switches_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = module(
        backends=module(
            cpu=module(get_cpu_capability=lambda: "AVX512"),
            mkldnn=module(enabled=True),
        )
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert switches.flags() == {
        "torch.backends.cpu.get_cpu_capability": "AVX512",
        "torch.backends.mkldnn.enabled": "True",
    }


def test_switches_of_tensorflow_and_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    config = module(
        is_op_determinism_enabled=lambda: True, tensor_float_32_execution_enabled=lambda: False
    )
    monkeypatch.setitem(sys.modules, "tensorflow.python.framework.config", config)
    port = module(IsMklEnabled=lambda: True)
    monkeypatch.setitem(sys.modules, "tensorflow.python.util._pywrap_util_port", port)
    jax = module(config=module(jax_enable_x64=True, jax_default_matmul_precision=None))
    monkeypatch.setitem(sys.modules, "jax", jax)
    assert switches.flags() == {
        "tensorflow.is_op_determinism_enabled": "True",
        "tensorflow.tensor_float_32_execution_enabled": "False",
        "tensorflow.IsMklEnabled": "True",
        "jax.config.jax_enable_x64": "True",
        "jax.config.jax_default_matmul_precision": "None",
    }


def test_the_run_hears_nothing_of_being_asked(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    def old() -> str:
        warnings.warn("get_num_threads is deprecated", FutureWarning, stacklevel=2)
        return "1"

    def broken() -> None:
        raise RuntimeError

    torch = module(get_num_threads=old, get_num_interop_threads=broken)
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert switches.flags() == {"torch.get_num_threads": "1"}
    assert not recwarn.list


def test_without_frameworks_there_are_none() -> None:
    assert switches.flags() == {}
