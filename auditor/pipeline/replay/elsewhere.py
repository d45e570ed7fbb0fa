"""Replays of one run by workers on other machines: a bundle goes there, its outcome comes back."""

from __future__ import annotations

import tempfile
from concurrent.futures import Future
from pathlib import Path

import msgspec

from auditor import __version__, capture
from auditor.errors import AuditorError, IntegrityError, NotReplayedError
from auditor.model.audit import Attempt
from auditor.model.canonical import canonical, decode
from auditor.model.fingerprint import Fingerprint, Unverified, identity
from auditor.model.plan import Plan
from auditor.model.policy import policy_digest
from auditor.model.record import Record
from auditor.pipeline.bundle import pack, unpack
from auditor.pipeline.refs import Original
from auditor.pipeline.replay.attempt import Made, Place, attempt
from auditor.pipeline.replay.shared import Shared, Tell
from auditor.replay import Options, fed_with_entropy, make_lock, prepare
from auditor.replay.engines import connect
from auditor.replay.running.processors import Processors, here
from auditor.store import Store
from auditor.store.lists import keep_list

__all__ = ["Elsewhere", "Job", "Returned", "replay_bundle"]


class Job(Record, frozen=True, kw_only=True):
    """What a worker is asked for besides the bundle. ``fed``: it draws what the original drew."""

    number: int
    options: Options
    version: str
    fed: bool = False


class Returned(Record, frozen=True, kw_only=True):
    """What a worker sends back: documents as they are stored, and what the replay left."""

    plan: bytes
    attempt: Attempt
    fingerprint: bytes
    objects: dict[str, bytes]
    machine: str


class Elsewhere:
    """Ready to start replays. Nothing is prepared here: each worker does that for itself."""

    def __init__(self, original: Original, shared: Shared, tell: Tell) -> None:
        self._store, self._executor = shared.store, shared.executor
        options = msgspec.structs.replace(shared.request.options, trusted=original.trusted)
        self._job = Job(number=0, options=options, version=__version__)
        self._policy = policy_digest(shared.declared.policy)
        self._plans: dict[str, Plan] = {}
        with shared.one_at_a_time:
            _ensure_lock(original, self._store, tell)
            tell("sending the run to the cluster")
            self._bundle = self._executor.share(_packed(original, self._store))

    @property
    def plan(self) -> Plan | None:
        """The plan of the first machine that returned one, and in what those of others differ."""
        machines = list(self._plans)
        if not machines:
            return None
        plan = self._plans[machines[0]]
        rows = [
            Unverified(subject="image", reason=f"{machine} replayed on {other.base.reference}")
            for machine, other in self._plans.items()
            if other.base.reference != plan.base.reference
        ]
        return msgspec.structs.replace(
            plan, policy=self._policy, unhonoured=(*plan.unhonoured, *rows)
        )

    def start(self, number: int, *, fed: bool = False) -> Future[Returned]:
        """Start replay ``number`` on some worker."""
        job = msgspec.structs.replace(self._job, number=number, fed=fed)
        return self._executor.submit(replay_bundle, self._bundle, job)

    def feed(self, number: int) -> Future[Returned]:
        """Start one that draws what the original drew."""
        return self.start(number, fed=True)

    def take(self, returned: Returned) -> Made:
        """Keep what a worker sent. Raises ``IntegrityError`` where it is not what it says."""
        for digest, data in returned.objects.items():
            if self._store.objects.put_bytes(data) != digest:
                raise IntegrityError(f"a worker sent something else than the object {digest}")
        plan = decode(returned.plan, Plan, what="a worker's plan")
        self._plans.setdefault(returned.machine, plan)
        fingerprint = decode(returned.fingerprint, Fingerprint, what="a worker's fingerprint")
        if identity(fingerprint) != returned.attempt.fingerprint:
            raise IntegrityError("a worker sent another fingerprint than that of its attempt")
        return Made(attempt=returned.attempt, fingerprint=fingerprint)


def replay_bundle(bundle: bytes, job: Job) -> Returned:
    """Replay a bundle once, on the machine of a worker; nothing of it stays but caches.

    Raises ``NotReplayedError`` as ``prepare`` and ``execute`` do.
    """
    if job.version != __version__:
        raise NotReplayedError(
            f"a worker has auditor {__version__}, and {job.version} asks",
            hint="install the same version of auditor for the workers",
        )
    with tempfile.TemporaryDirectory(prefix="auditor-worker-") as name:
        folder, store = Path(name), Store(Path(name))
        (folder / "run.zip").write_bytes(bundle)
        run = unpack(folder / "run.zip", store)
        sent = set(store.objects.digests())
        original = store.fingerprints.load(run)
        engine, host = connect(job.options.engine), capture.host_facts()
        prepared = prepare(
            original,
            store.objects,
            engine,
            job.options,
            lock=store.lock(run),
            tell=lambda _text: None,
            gpus=host.gpu.value,
        )
        if job.fed:
            prepared = fed_with_entropy(prepared, original, store.objects)
        place = Place(engine=engine, store=store, host=host, processors=_processors)
        made = attempt(original, prepared, job.number, place)
        files = keep_list(prepared.plan.files, store.objects)
        left = [digest for digest in store.objects.digests() if digest not in sent]
        return Returned(
            plan=canonical(msgspec.structs.replace(prepared.plan, files=files)),
            attempt=made.attempt,
            fingerprint=canonical(made.fingerprint),
            objects={digest: store.objects.read(digest) for digest in left},
            machine=host.host.value.name if host.host.value else "",
        )


_processors: Processors = here()  # of a worker's process: its threads share them out


def _ensure_lock(original: Original, store: Store, tell: Tell) -> None:
    if store.lock(original.id) is None:
        try:
            store.save_lock(original.id, make_lock(original.fingerprint, store.objects, tell))
        except AuditorError as error:
            tell(f"the workers make the lock: {error.message}")


def _packed(original: Original, store: Store) -> bytes:
    with tempfile.TemporaryDirectory(prefix="auditor-cluster-") as folder:
        target = Path(folder, "run.zip")
        pack(original.id, original.fingerprint, store, target)
        return target.read_bytes()
