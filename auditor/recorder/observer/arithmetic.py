"""What decides the last bits: numeric libraries in memory, SIMD features, determinism flags.

Nothing is imported here that the program may not have: code that ``eval`` is given as text, such as
that of ``namedtuple``, would make Python forget that it is ending by Ctrl-C.
"""

from __future__ import annotations

import os
import sys

from . import gpu, switches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

__all__ = ["facts"]

_KINDS = (
    ("openblas", "openblas"),
    ("libmkl_rt", "mkl"),
    ("libmkl_core", "mkl"),
    ("libblis", "blis"),
    ("libgomp", "openmp"),
    ("libiomp", "openmp"),
    ("libomp", "openmp"),
    *gpu.KINDS,
)
_TEXTS = {
    "openblas": ("openblas_get_config", "openblas_get_corename"),
    "blis": ("bli_info_get_version_str", "bli_arch_string"),
}
_THREADS = {
    "openblas": "openblas_get_num_threads",
    "mkl": "MKL_Get_Max_Threads",
    "blis": "bli_thread_get_num_threads",
    "openmp": "omp_get_max_threads",
}


def facts() -> Dict[str, Any]:
    """Return what this process computed with, without loading anything."""
    mapped = _mapped()
    libraries = _libraries([path for path in mapped if ".so" in path])
    return {
        "libraries": libraries,
        "simd": _simd(),
        "flags": switches.flags(),
        "gpu": gpu.use(mapped),
    }


def _libraries(paths: List[str]) -> List[Dict[str, Any]]:
    found = []
    for path in paths:
        name = os.path.basename(path)
        kind = next((kind for mark, kind in _KINDS if mark in name), None)
        if kind is not None:
            found.append(_asked(kind, path))
    return found


def _mapped() -> List[str]:
    """Return the files in this process's memory, in the order of their addresses."""
    with open("/proc/self/maps", "rb") as file:
        rows = [line.split(None, 5) for line in file]
    paths = [os.fsdecode(row[5].strip()) for row in rows if len(row) > 5]  # noqa: PLR2004
    return list(dict.fromkeys(paths))


def _asked(kind: str, path: str) -> Dict[str, Any]:
    entry = {"kind": kind, "file": path, "version": None, "kernel": None, "threads": None}
    try:
        import ctypes

        library = ctypes.CDLL(path, mode=getattr(os, "RTLD_NOLOAD", 4))
    except (ImportError, OSError):
        return entry
    entry["version"] = _version(kind, library)
    entry["kernel"] = _text(library, _TEXTS.get(kind, ("", ""))[1])
    threads = _symbol(library, _THREADS.get(kind, ""))
    entry["threads"] = threads() if threads is not None else None
    return entry


def _version(kind: str, library: Any) -> Optional[str]:
    if kind == "mkl":
        return _mkl_version(library)
    try:
        return gpu.version(kind, library) or _text(library, _TEXTS.get(kind, ("", ""))[0])
    except (AttributeError, ValueError):  # a version of the library that lacks the function
        return None


def _symbol(library: Any, name: str) -> Any:
    """Return a function by its name, or as SciPy's OpenBLAS and 64-bit builds name it."""
    if not name:
        return None
    for prefix in ("", "scipy_"):
        for suffix in ("", "64_", "_64", "_"):
            function = getattr(library, prefix + name + suffix, None)
            if function is not None:
                return function
    return None


def _text(library: Any, name: str) -> Optional[str]:
    function = _symbol(library, name)
    if function is None or name == "bli_arch_string":
        return None if function is None else _blis_kernel(library, function)
    import ctypes

    function.restype = ctypes.c_char_p
    return _decoded(function())


def _blis_kernel(library: Any, name_of: Any) -> Optional[str]:
    import ctypes

    query = _symbol(library, "bli_arch_query_id")
    if query is None:
        return None
    name_of.restype = ctypes.c_char_p
    return _decoded(name_of(query()))


def _mkl_version(library: Any) -> Optional[str]:
    import ctypes

    function = _symbol(library, "MKL_Get_Version_String")
    if function is None:
        return None
    buffer = ctypes.create_string_buffer(256)
    function(buffer, 256)
    return _decoded(buffer.value)


def _decoded(text: Optional[bytes]) -> Optional[str]:
    return None if text is None else text.decode("ascii", "replace").strip()


def _simd() -> List[str]:
    """Return the SIMD features that NumPy was built for and has enabled on this CPU."""
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        module = sys.modules.get(name)
        if module is not None:
            enabled = getattr(module, "__cpu_features__", {})
            built = list(getattr(module, "__cpu_baseline__", []))
            built += getattr(module, "__cpu_dispatch__", [])
            return [feature for feature in dict.fromkeys(built) if enabled.get(feature)]
    return []
