"""From an observation to a fingerprint: files are kept, metrics found, digests taken."""

from __future__ import annotations

from pathlib import Path

from auditor.capture.contents import Keeping
from auditor.capture.metrics import metrics_of
from auditor.model.fact import Fact, unknown
from auditor.model.facts import Stream
from auditor.model.fingerprint import (
    Environment,
    Fingerprint,
    Outcome,
    Recipe,
    RunRecord,
    Source,
    fingerprint_of,
)
from auditor.model.observation import HostFacts, Observation
from auditor.store.objects import Objects

__all__ = ["assemble"]


def assemble(
    observation: Observation,
    host: HostFacts,
    objects: Objects,
    *,
    keep: int,
    files_at: Path | None = None,
) -> Fingerprint:
    """Keep the run's files in ``objects`` and return its fingerprint.

    Source and streams are kept whatever their size, inputs and outputs up to ``keep`` bytes.
    ``files_at`` is where the files of the root lie now, if not at the observation's root. Raises
    ``MachineError`` where the store cannot be written.
    """
    keeping = Keeping(
        objects=objects,
        tree=files_at or Path(observation.root),
        absolute=files_at is None,
        saved=Path(observation.contents) if observation.contents else None,
        keep=keep,
    )
    return fingerprint_of(
        observation.name,
        _recipe(observation, keeping),
        _outcome(observation, keeping),
        _record(observation, host),
    )


def _recipe(seen: Observation, keeping: Keeping) -> Recipe:
    environment = Environment(
        interpreter=seen.interpreter,
        system=seen.system,
        libc=seen.libc,
        locale=seen.locale,
        zone=seen.zone,
        variables=seen.variables,
    )
    return Recipe(
        root=seen.root,
        command=seen.command,
        source=Source(files=keeping.manifest_of(seen.source, all_sizes=True), git=seen.git),
        environment=environment,
        dependencies=seen.dependencies,
        image=seen.image,
        params=seen.params,
        inputs=keeping.manifest_of(seen.inputs, all_sizes=False),
        seeds=seen.seeds,
    )


def _outcome(seen: Observation, keeping: Keeping) -> Outcome:
    outputs = keeping.manifest_of(seen.outputs, all_sizes=False)
    files = outputs.value.files if outputs.value is not None else ()
    return Outcome(
        outputs=outputs,
        metrics=metrics_of(seen.metrics, seen.metric_files, files, keeping),
        stdout=_stream(seen.stdout, keeping.objects),
        stderr=_stream(seen.stderr, keeping.objects),
        exit=seen.exit,
        made_directories=seen.made_directories,
    )


def _stream(path: Fact[str], objects: Objects) -> Fact[Stream]:
    if path.value is None:
        return unknown(path.reason, path.source)
    try:
        digest, size = objects.put_file(Path(path.value))
    except OSError as error:
        return unknown(f"its copy cannot be read: {error.strerror or error}", path.source)
    stream = Stream(digest=digest, size=size, kept=True)
    return Fact(value=stream, how=path.how, source=path.source, reason=path.reason)


def _record(seen: Observation, host: HostFacts) -> RunRecord:
    return RunRecord(
        times=seen.times,
        host=host.host,
        cpu=host.cpu,
        gpu=host.gpu,
        arithmetic=seen.arithmetic,
        generators=seen.generators,
        network=seen.network,
        processes=seen.processes,
        uncaught=seen.uncaught,
        resources=seen.resources,
        coverage=seen.coverage,
    )
