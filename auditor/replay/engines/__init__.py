"""Container engines: one file each behind ``Engine``."""

from __future__ import annotations

from collections.abc import Callable

from auditor.errors import EngineError, InputError
from auditor.replay.engines import docker
from auditor.replay.engines.interface import Container, Ended, Engine, Images

__all__ = ["ENGINES", "Container", "Ended", "Engine", "Images", "connect"]

ENGINES: dict[str, Callable[[], Engine]] = {"docker": docker.connect}


def connect(name: str = "auto") -> Engine:
    """Return the engine called ``name``, or for ``auto`` the first that answers.

    Raises ``EngineError`` where none does, ``InputError`` for an engine that is not known.
    """
    if name != "auto" and name not in ENGINES:
        raise InputError(f"no engine is called {name!r}", hint=f"known: auto, {', '.join(ENGINES)}")
    problems = []
    for candidate in ENGINES if name == "auto" else (name,):
        try:
            return ENGINES[candidate]()
        except EngineError as error:
            problems.append(error.message)
    raise EngineError("; ".join(problems), hint="auditor doctor says what to install or start")
