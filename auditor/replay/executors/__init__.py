"""Who carries replays out: this machine, or a cluster; one file each behind ``Executor``."""

from __future__ import annotations

from collections.abc import Callable

from auditor.errors import InputError
from auditor.replay.executors import dask, local
from auditor.replay.executors.interface import Executor

__all__ = ["EXECUTORS", "Executor", "check_executor", "executor"]

EXECUTORS: dict[str, Callable[[str], Executor]] = {"local": local.connect, "dask": dask.connect}


def check_executor(name: str) -> None:
    """Refuse a name that is none. Raises ``InputError``."""
    kind, _colon, address = name.partition(":")
    if kind not in EXECUTORS or (kind == "local") == bool(address):
        raise InputError(
            f"no executor is called {name!r}",
            hint="known: local, and dask:ADDRESS, like dask:tcp://scheduler:8786",
        )


def executor(name: str) -> Executor:
    """Return the executor that ``KIND`` or ``KIND:ADDRESS`` names.

    Raises ``InputError`` for one that is not known, ``NotReplayedError`` where it does not answer.
    """
    check_executor(name)
    kind, _colon, address = name.partition(":")
    return EXECUTORS[kind](address)
