"""One replay, from a prepared one to its fingerprint."""

from __future__ import annotations

import msgspec

from auditor import capture
from auditor.capture.said import PARAM
from auditor.errors import InputError, NotReplayedError
from auditor.judge import completion
from auditor.model.audit import Attempt
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.fingerprint import Fingerprint, as_stored, identity
from auditor.model.observation import HostFacts, Observation
from auditor.model.record import Record
from auditor.replay import Executed, Prepared, execute, keep_of, unrecorded
from auditor.replay.engines import Engine
from auditor.replay.running.processors import Processors
from auditor.store import Store

__all__ = ["Made", "Place", "attempt"]

_OTHER_LIMITS = "a replay has those of its plan, which its container sets"


class Made(Record, frozen=True, kw_only=True):
    """An attempt, and the fingerprint of the replay."""

    attempt: Attempt
    fingerprint: Fingerprint


class Place(Record, frozen=True, kw_only=True):
    """Where replays are made: an engine, a store for what they leave, and a machine."""

    engine: Engine
    store: Store
    host: HostFacts
    processors: Processors


def attempt(original: Fingerprint, prepared: Prepared, number: int, place: Place) -> Made:
    """Carry out replay ``number``, once there are processors for it.

    Raises ``EngineError`` where the engine goes away, ``NotReplayedError`` where it refuses.
    """
    objects = place.store.objects
    with (
        place.processors.taken(prepared.plan.limits.cpus) as processors,
        execute(prepared, objects, place.engine, number, processors=processors) as executed,
    ):
        host = _given(place.host, processors)
        fingerprint = _fingerprint(original, prepared, number, executed, host, place)
    offline = prepared.plan.limits.network == "none"
    reason = completion(prepared.fingerprint, fingerprint, executed.reason, offline=offline)
    reason = reason or unrecorded(prepared.plan, objects, fingerprint)
    made = Attempt(
        number=number, completed=not reason, reason=reason, fingerprint=identity(fingerprint)
    )
    return Made(attempt=made, fingerprint=fingerprint)


def _fingerprint(
    original: Fingerprint,
    prepared: Prepared,
    number: int,
    executed: Executed,
    host: HostFacts,
    place: Place,
) -> Fingerprint:
    """Return what the replay was. Raises ``NotReplayedError`` where what it left cannot be read."""
    seen = _observation(original, prepared, number, executed)
    try:
        made = capture.assemble(
            seen, host, place.store.objects, keep=keep_of(original), files_at=executed.tree
        )
        return as_stored(made)
    except InputError as error:
        raise NotReplayedError(f"what replay {number} left cannot be read: {error}") from None


def _given(host: HostFacts, processors: str) -> HostFacts:
    """Return the facts of the machine, with the processors that the replay was given of it."""
    cpu = host.cpu.value
    if cpu is None:
        return host
    value = msgspec.structs.replace(cpu, limits=unknown(_OTHER_LIMITS))
    if processors:
        given = tuple(int(one) for one in processors.split(","))
        value = msgspec.structs.replace(value, available=len(given), affinity=given)
    return msgspec.structs.replace(host, cpu=msgspec.structs.replace(host.cpu, value=value))


def _observation(
    original: Fingerprint, prepared: Prepared, number: int, executed: Executed
) -> Observation:
    """Return what was seen, with what only the outside knows."""
    observed = capture.read(executed.observation)
    seen = msgspec.structs.replace(
        observed,
        name=f"{original.name or 'replay'} #{number}",
        image=recorded(prepared.image, "container engine"),
        git=original.recipe.source.git,
        params=_params(original.recipe.params, observed.params),
    )
    if executed.exit is None:
        return seen
    ended = recorded(executed.exit, "container engine", executed.reason)
    return msgspec.structs.replace(seen, exit=ended)


def _params(original: dict[str, Fact[str]], seen: dict[str, Fact[str]]) -> dict[str, Fact[str]]:
    """Return the original's parameters, and of those that a run tells itself the replay's own."""
    given = {name: fact for name, fact in original.items() if fact.source != PARAM}
    return {**given, **{name: fact for name, fact in seen.items() if fact.source == PARAM}}
