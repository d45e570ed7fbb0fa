"""Replays of one run on this machine: prepared once, carried out any number of times."""

from __future__ import annotations

from concurrent.futures import Future

import msgspec

from auditor.model.plan import Plan
from auditor.model.policy import policy_digest
from auditor.pipeline.refs import Original
from auditor.pipeline.replay.attempt import Made, Place, attempt
from auditor.pipeline.replay.shared import Shared, Tell
from auditor.replay import fed_with_entropy, prepare
from auditor.store.lists import keep_list

__all__ = ["Here"]


class Here:
    """Ready to start replays. Raises ``NotReplayedError`` where that cannot be."""

    def __init__(self, original: Original, shared: Shared, tell: Tell) -> None:
        store = shared.store
        options = msgspec.structs.replace(shared.request.options, trusted=original.trusted)
        with shared.one_at_a_time:  # the engine too: only one that is known can be stopped
            engine = shared.engine
            self._place = Place(
                engine=engine, store=store, host=shared.host, processors=shared.processors
            )
            self._prepared = prepare(
                original.fingerprint,
                store.objects,
                engine,
                options,
                lock=store.lock(original.id),
                tell=tell,
                gpus=shared.host.gpu.value,
            )
            store.save_lock(original.id, self._prepared.plan.lock)
        self._original = original.fingerprint
        self._submit = shared.executor.submit
        self._policy = policy_digest(shared.declared.policy)

    @property
    def plan(self) -> Plan:
        """The plan as an audit holds it."""
        plan = self._prepared.plan
        files = keep_list(plan.files, self._place.store.objects)
        return msgspec.structs.replace(plan, files=files, policy=self._policy)

    def start(self, number: int) -> Future[Made]:
        """Start replay ``number``."""
        return self._submit(attempt, self._original, self._prepared, number, self._place)

    def feed(self, number: int) -> Future[Made]:
        """Start one that draws what the original drew. Raises ``NotReplayedError``."""
        fed = fed_with_entropy(self._prepared, self._original, self._place.store.objects)
        return self._submit(attempt, self._original, fed, number, self._place)

    def take(self, made: Made) -> Made:
        """Return a result as it is to be used here."""
        return made
