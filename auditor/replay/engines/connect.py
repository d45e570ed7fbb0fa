"""Find a container engine that answers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.errors import EngineError, InputError
from auditor.replay.engines.docker import Docker
from auditor.replay.engines.failures import root_cause
from auditor.replay.engines.interface import Engine
from auditor.replay.engines.places import SYSTEM, Place, client_at, places
from auditor.replay.engines.podman import Podman, is_podman
from auditor.replay.engines.service import serve

__all__ = ["ENGINES", "answering", "connect", "engine_at"]

ENGINES: dict[str, type[Docker]] = {"docker": Docker, "podman": Podman}

_DOCTOR = "auditor doctor says what to install or start"


def connect(name: str = "auto") -> Engine:
    """Return the engine called ``name``, or for ``auto`` the first that answers.

    Where none does and nothing else was chosen, an installed Podman is served for as long as this
    process lives. Raises ``EngineError`` where there is none, ``InputError`` for one not known.
    """
    if name != "auto" and name not in ENGINES:
        raise InputError(f"no engine is called {name!r}", hint=f"known: auto, {', '.join(ENGINES)}")
    problems: list[EngineError] = []
    asked = places(name)
    for place in asked:
        try:
            engine = engine_at(place)
        except EngineError as error:
            problems.append(error)
            continue
        if name in {"auto", engine.name.lower()}:
            return engine
        problems.append(EngineError(f"{engine.name} answers at {place.address}, not {name}"))
    if _may_serve(name, asked) and (own := _served()) is not None:
        return own
    told = problems or [EngineError(f"no container engine answers at {_missing(name)}: no socket")]
    raise EngineError("; ".join(problem.message for problem in told), hint=told[0].hint or _DOCTOR)


def answering() -> Iterator[Docker | EngineError]:
    """Yield every engine that there is, in the order of ``connect``, and why another is none.

    Podman is among them where it is installed, if need be served by this process.
    """
    asked = places()
    names = set()
    for place in asked:
        try:
            engine = engine_at(place)
        except EngineError as error:
            yield error
            continue
        names.add(engine.name)
        yield engine
    if Podman.name not in names and _may_serve("auto", asked):
        try:
            own = _served()
        except EngineError as error:
            yield error
            return
        if own is not None:
            yield own
        elif not asked:
            yield EngineError(f"no container engine answers at {SYSTEM}: no socket")


def engine_at(place: Place) -> Docker:
    """Return the engine that answers at a place. Raises ``EngineError``."""
    from docker.errors import DockerException  # noqa: PLC0415 - late: slow, only replays need it
    from requests import RequestException  # noqa: PLC0415 - as above

    try:
        client, version = client_at(place)
    except (DockerException, RequestException, OSError, ValueError, LookupError) as error:
        raise EngineError(
            f"no container engine answers at {place.address}: {root_cause(error)}",
            hint=_DOCTOR,
        ) from None
    kind = Podman if is_podman(version) else Docker
    return kind(client, version.get("Version", ""), place.told or place.address)


def _served() -> Docker | None:
    address = serve()
    if address is None:
        return None
    return engine_at(Place(address=address, told="a socket of auditor's own"))


def _may_serve(name: str, asked: tuple[Place, ...]) -> bool:
    return name == "podman" or (name == "auto" and not any(place.chosen for place in asked))


def _missing(name: str) -> str:
    return "podman's sockets" if name == "podman" else SYSTEM
