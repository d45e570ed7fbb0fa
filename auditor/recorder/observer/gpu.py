"""GPUs: whether this process used one, and the versions of CUDA's libraries as they were loaded."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Optional

__all__ = ["KINDS", "use", "version"]

KINDS = (
    ("libcublas.", "cublas"),
    ("libcudnn.", "cudnn"),
    ("libcudart.", "cudart"),
    ("libcudart-", "cudart"),
    ("libnccl.", "nccl"),
)
_DRIVER = "libcuda.so"
_DEVICES = ("/dev/nvidia", "/dev/dxg")
_NOT_A_DEVICE = ("/dev/nvidiactl", "/dev/nvidia-modeset", "/dev/nvidia-caps")
# From the ninth release of cuDNN and the ninth minor one of NCCL on, a part has two digits more.
_CUDNN_9 = 90_000
_NCCL_2_9 = 10_000


def use(mapped: Iterable[str]) -> str:
    """Return ``used``, ``loaded`` or ``unused``, from the paths that are in memory.

    A context maps its device. The driver's library alone only asked whether there is one.
    """
    paths = list(mapped)
    if any(_is_device(path) for path in paths) or _initialised():
        return "used"
    return "loaded" if any("/" + _DRIVER in path for path in paths) else "unused"


def version(kind: str, library: Any) -> Optional[str]:
    """Return the version that a library tells of itself; none of these calls touches a device."""
    if kind == "cudnn":
        return _cudnn(library.cudnnGetVersion())
    if kind == "nccl":
        number = _by_pointer(library.ncclGetVersion)
        return _parts(number, 10_000 if number > _NCCL_2_9 else 1000, 100)
    if kind == "cudart":
        number = _by_pointer(library.cudaRuntimeGetVersion)
        return "%d.%d" % (number // 1000, number % 1000 // 10)
    if kind == "cublas":
        parts = [_by_pointer(library.cublasGetProperty, part) for part in range(3)]
        return ".".join([str(part) for part in parts])
    return None


def _is_device(path: str) -> bool:
    return path.startswith(_DEVICES) and not path.startswith(_NOT_A_DEVICE)


def _initialised() -> bool:
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    try:
        return bool(cuda is not None and cuda.is_initialized())
    except Exception:
        return False


def _cudnn(number: int) -> str:
    return _parts(number, 10_000 if number >= _CUDNN_9 else 1000, 100)


def _parts(number: int, major: int, minor: int) -> str:
    return "%d.%d.%d" % (number // major, number % major // minor, number % minor)


def _by_pointer(function: Any, *arguments: int) -> int:
    import ctypes

    number = ctypes.c_int(0)
    function(*arguments, ctypes.byref(number))
    return number.value
