"""Switches of frameworks that decide how they compute: determinism, precision, kernels, generators.

They are read where a framework is in memory, and nothing is imported or initialised for them.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

__all__ = ["flags"]

_TORCH = (
    "are_deterministic_algorithms_enabled",
    "is_deterministic_algorithms_warn_only_enabled",
    "get_num_threads",
    "get_num_interop_threads",
    "get_float32_matmul_precision",
    "backends.fp32_precision",
    "backends.cpu.get_cpu_capability",
    "backends.mkldnn.enabled",
    "backends.mkldnn.deterministic",
    "backends.mkldnn.allow_tf32",
    "backends.mkldnn.fp32_precision",
    "backends.cudnn.enabled",
    "backends.cudnn.deterministic",
    "backends.cudnn.benchmark",
    "backends.cudnn.benchmark_limit",
    "backends.cudnn.allow_tf32",
    "backends.cudnn.fp32_precision",
    "backends.cuda.matmul.allow_tf32",
    "backends.cuda.matmul.fp32_precision",
    "backends.cuda.matmul.allow_fp16_reduced_precision_reduction",
    "backends.cuda.matmul.allow_bf16_reduced_precision_reduction",
    "backends.cuda.matmul.allow_fp16_accumulation",
    "utils.deterministic.fill_uninitialized_memory",
    "version.cuda",
)
_JAX = (
    "config.jax_default_prng_impl",
    "config.jax_threefry_partitionable",
    "config.jax_enable_x64",
    "config.jax_default_matmul_precision",
    "config.jax_random_seed_offset",
)
# Module, the name to record under, and what to read of the module.
_SWITCHES = (
    ("torch", "torch", _TORCH),
    ("jax", "jax", _JAX),
    (
        "tensorflow.python.framework.config",
        "tensorflow",
        ("is_op_determinism_enabled", "tensor_float_32_execution_enabled"),
    ),
    ("tensorflow.python.util._pywrap_util_port", "tensorflow", ("IsMklEnabled",)),
)


def flags() -> Dict[str, str]:
    """Return the switches of the frameworks in memory, by name, as text."""
    loaded = [(sys.modules.get(module), name, paths) for module, name, paths in _SWITCHES]
    loaded = [entry for entry in loaded if entry[0] is not None]
    if not loaded:
        return {}
    import warnings  # each of them has it

    found = {}
    with warnings.catch_warnings():
        # What is said of an old name would be said in the name of the run.
        warnings.simplefilter("ignore")
        for module, name, paths in loaded:
            for path in paths:
                try:
                    found[name + "." + path] = str(_read(module, path))
                except Exception:  # noqa: S112 - a version that lacks it
                    continue
    return found


def _read(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name)
    return value() if callable(value) else value
