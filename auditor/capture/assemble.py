"""From an observation to a fingerprint: files are kept, metrics found, digests taken."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from auditor.capture import masking
from auditor.capture.contents import Keeping
from auditor.capture.metrics import metrics_of
from auditor.capture.params import params_of
from auditor.hashing.cache import Cache
from auditor.model.entropy import entropy_of
from auditor.model.fact import Fact, declared, unknown
from auditor.model.facts import Entropy, Names, Stdin, Stream
from auditor.model.files import File
from auditor.model.fingerprint import (
    Environment,
    Fingerprint,
    Outcome,
    Recipe,
    RunRecord,
    Source,
    fingerprint_of,
)
from auditor.model.names import encode_names
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
    cache: Cache | None = None,
) -> Fingerprint:
    """Keep the run's files in ``objects`` and return its fingerprint.

    Source and streams are kept whatever their size, inputs and outputs up to ``keep`` bytes.
    ``files_at`` is where the files of the root lie now, if not at the observation's root.
    ``cache`` tells digests of files that nobody hashed yet. Raises ``MachineError`` where the store
    cannot be written.
    """
    keeping = Keeping(
        objects=objects,
        tree=files_at or Path(observation.root),
        absolute=files_at is None,
        saved=Path(observation.contents) if observation.contents else None,
        keep=keep,
        cache=cache,
    )
    seen = masking.without_secrets(_with_files(observation, keeping))
    stdout, from_stdout = masking.keep_stream("stdout", seen.stdout, objects)
    stderr, from_stderr = masking.keep_stream("stderr", seen.stderr, objects)
    found = Counter(seen.masked) + from_stdout + from_stderr
    seen = msgspec.structs.replace(seen, masked=dict(found))
    return fingerprint_of(
        seen.name,
        _recipe(seen, keeping),
        _outcome(seen, keeping, stdout, stderr),
        _record(seen, host, keeping),
    )


def _with_files(seen: Observation, keeping: Keeping) -> Observation:
    """Return the observation with its files kept, and the parameters that stand in them."""
    seen = msgspec.structs.replace(
        seen,
        source=keeping.kept(seen.source, all_sizes=True),
        inputs=keeping.kept(seen.inputs),
        outputs=keeping.kept(seen.outputs),
    )
    params = params_of(seen, seen.inputs.value or (), keeping)
    return msgspec.structs.replace(seen, params=params)


def _recipe(seen: Observation, keeping: Keeping) -> Recipe:
    environment = Environment(
        interpreter=seen.interpreter,
        system=seen.system,
        libc=seen.libc,
        locale=seen.locale,
        zone=seen.zone,
        variables=seen.variables,
        libraries=seen.libraries,
        indexes=seen.indexes,
    )
    return Recipe(
        root=seen.root,
        command=seen.command,
        source=Source(files=keeping.manifest_of(seen.source), git=seen.git),
        environment=environment,
        dependencies=seen.dependencies,
        image=seen.image,
        params=seen.params,
        inputs=keeping.manifest_of(seen.inputs),
        seeds=seen.seeds,
        stdin=_stdin(seen, keeping.objects),
    )


def _outcome(
    seen: Observation, keeping: Keeping, stdout: Fact[Stream], stderr: Fact[Stream]
) -> Outcome:
    return Outcome(
        outputs=keeping.manifest_of(seen.outputs),
        metrics=metrics_of(seen.metrics, seen.metric_files, seen.outputs.value or (), keeping),
        stdout=stdout,
        stderr=stderr,
        exit=seen.exit,
        made_directories=seen.made_directories,
    )


def _stdin(seen: Observation, objects: Objects) -> Fact[Stdin]:
    stdin = seen.stdin.value
    if stdin is None or stdin.digest is None:
        return seen.stdin
    kept = objects.has(stdin.digest) or _keep_stdin(seen, objects) == stdin.digest
    value = msgspec.structs.replace(stdin, kept=kept)
    return msgspec.structs.replace(seen.stdin, value=value)


def _keep_stdin(seen: Observation, objects: Objects) -> str | None:
    copy = Path(seen.stdin_copy)
    if not copy.is_file():  # nothing was read, or more than is kept
        return objects.put_bytes(b"")
    try:
        return objects.put_file(copy)[0]
    except OSError:
        return None


def _files(seen: Observation) -> tuple[File, ...]:
    facts = (seen.source, seen.inputs, seen.outputs)
    return tuple(file for fact in facts for file in fact.value or ())


def _names(seen: Observation, objects: Objects) -> Fact[Names]:
    names = seen.names.value
    if names is None:
        return unknown(seen.names.reason, seen.names.source)
    folders = sum(name.size is None for name in names)
    digest = objects.put_bytes(encode_names(names))
    value = Names(digest=digest, files=len(names) - folders, folders=folders)
    return Fact(value=value, how=seen.names.how, source=seen.names.source, reason=seen.names.reason)


def _entropy(seen: Observation, objects: Objects) -> Fact[Entropy]:
    value = seen.entropy.value
    if value is None or not seen.drawn:
        return seen.entropy
    digest = objects.put_bytes(entropy_of(seen.drawn))
    value = msgspec.structs.replace(value, digest=digest)
    return msgspec.structs.replace(seen.entropy, value=value)


def _record(seen: Observation, host: HostFacts, keeping: Keeping) -> RunRecord:
    return RunRecord(
        times=seen.times,
        host=host.host,
        cpu=host.cpu,
        gpu=host.gpu,
        arithmetic=seen.arithmetic,
        generators=seen.generators,
        generator_states=seen.generator_states,
        derived_seeds=seen.derived_seeds,
        network=seen.network,
        processes=seen.processes,
        programs=seen.programs,
        container=seen.container,
        tracked=seen.tracked,
        uncaught=seen.uncaught,
        resources=seen.resources,
        coverage=seen.coverage,
        names=_names(seen, keeping.objects),
        keep=declared(keeping.keep, "--keep, or its default"),
        entropy=_entropy(seen, keeping.objects),
        masked=masking.masked_fact(seen),
        unmasked=masking.left_in(_files(seen), keeping.objects),
    )
