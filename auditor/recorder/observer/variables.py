"""Environment variables: values of those that decide results, only names of all others."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Collection, Dict, List, Mapping, Tuple

__all__ = ["split", "without_userinfo"]

_PREFIXES = tuple(
    "PYTHON CUDA_ OMP_ MKL_ OPENBLAS_ NUMEXPR_ NPY_ BLIS_ VECLIB_ TORCH_ NCCL_ TF_ XLA_ JAX_ "
    "CUBLAS_ NVIDIA_ LC_ KMP_ MALLOC_ GOMP_ ONEDNN_ DNNL_ ATEN_ CUPY_".split()
)
_NAMES = frozenset(
    "LANG LANGUAGE TZ SOURCE_DATE_EPOCH GOTO_NUM_THREADS LD_LIBRARY_PATH LD_PRELOAD "
    "VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV MPLBACKEND "
    "PL_GLOBAL_SEED PL_SEED_WORKERS FLASH_ATTENTION_DETERMINISTIC ASCEND_LAUNCH_BLOCKING "
    "HCCL_DETERMINISTIC".split()
)
_SECRET = "secret token passw credential apikey api_key auth cookie session private".split()
_OWN = "AUDITOR_"


def split(
    environment: Mapping[str, str], inject: str, asked: Collection[str] = ()
) -> Tuple[Dict[str, str], List[str]]:
    """Return the variables that are allow-listed or ``asked`` for, and the names of the others.

    The recorder's own traces are left out: its variables, and ``inject`` in ``PYTHONPATH``.
    """
    values = {}
    withheld = []
    for name, value in sorted(environment.items()):
        if name.startswith(_OWN):
            continue
        if not (_allowed(name) or name in asked):
            withheld.append(name)
            continue
        text = _without(value, inject) if name == "PYTHONPATH" else value
        if text or not value:
            values[name] = without_userinfo(text)
    return values, withheld


def without_userinfo(text: str) -> str:
    """Return ``text`` with the user information of the URLs in it removed."""
    head, scheme, rest = text.partition("://")
    if not scheme:
        return text
    authority = rest
    for end in "/?# \t\n\"'":
        authority = authority.partition(end)[0]
    host = authority.rpartition("@")[2]
    return head + scheme + host + without_userinfo(rest[len(authority) :])


def _allowed(name: str) -> bool:
    if not (name in _NAMES or name.startswith(_PREFIXES)):
        return False
    lower = name.lower()
    return not any(word in lower for word in _SECRET)


def _without(path: str, inject: str) -> str:
    return ":".join(entry for entry in path.split(":") if entry != inject)
