"""The fingerprint: recipe, outcome and record of one run, each part with its digest.

Its id is the digest of its canonical JSON as stored. An original and its replays are of this one
type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from auditor.errors import IntegrityError
from auditor.model.canonical import canonical, decode, parse
from auditor.model.digest import Digest, digest_bytes
from auditor.model.fact import Fact, unknown
from auditor.model.facts import (
    Arithmetic,
    Command,
    Container,
    Coverage,
    Cpu,
    Distribution,
    Entropy,
    Exit,
    GeneratorState,
    GeneratorUse,
    Git,
    Gpus,
    Host,
    Image,
    Interpreter,
    Locale,
    Metric,
    Names,
    NetworkAccess,
    Process,
    Programs,
    Resources,
    Seed,
    Stdin,
    Stream,
    System,
    Times,
    Tracked,
    Uncaught,
    Variables,
)
from auditor.model.files import FileList, Manifest
from auditor.model.record import Record

__all__ = [
    "SCHEMA",
    "Digests",
    "Environment",
    "Fingerprint",
    "Outcome",
    "Recipe",
    "RunRecord",
    "Source",
    "Unverified",
    "as_stored",
    "check_digests",
    "fingerprint_of",
    "identity",
    "manifests_of",
    "unknown_facts",
]

SCHEMA: Literal["auditor.fingerprint/1"] = "auditor.fingerprint/1"
_EARLIER = "it was not recorded by the version of auditor that made this fingerprint"


class Unverified(Record, frozen=True, kw_only=True):
    """Something that is not known or was not checked, and why."""

    subject: str
    reason: str


class Source(Record, frozen=True, kw_only=True):
    """The project's own code: the files that ran, and the repository they came from."""

    files: Fact[Manifest]
    git: Fact[Git]


class Environment(Record, frozen=True, kw_only=True):
    """What the code stood on, dependencies apart.

    ``libraries`` are the versions of the system libraries that the interpreter links, by name.
    ``indexes`` are the package indexes that pip and uv are set to use, without credentials.
    """

    interpreter: Fact[Interpreter]
    system: Fact[System]
    libc: Fact[str]
    locale: Fact[Locale]
    zone: Fact[str]
    variables: Fact[Variables]
    libraries: Fact[dict[str, str]] = unknown(_EARLIER)
    indexes: Fact[tuple[str, ...]] = unknown(_EARLIER)


class Recipe(Record, frozen=True, kw_only=True):
    """All that a run is made from: runs of one recipe ought to give one outcome.

    ``made_directories`` the run made itself; a replay must not make them before it.
    """

    root: str
    command: Fact[Command]
    source: Source
    environment: Environment
    dependencies: Fact[tuple[Distribution, ...]]
    image: Fact[Image]
    params: dict[str, Fact[str]]
    inputs: Fact[Manifest]
    seeds: Fact[tuple[Seed, ...]]
    stdin: Fact[Stdin] = unknown(_EARLIER)


class Outcome(Record, frozen=True, kw_only=True):
    """All that a run left."""

    outputs: Fact[Manifest]
    metrics: Fact[tuple[Metric, ...]]
    stdout: Fact[Stream]
    stderr: Fact[Stream]
    exit: Fact[Exit]
    made_directories: tuple[str, ...] = ()


class RunRecord(Record, frozen=True, kw_only=True):
    """What happened while it ran, and how well it was observed.

    ``names`` is what was there when it started; ``keep`` the size in bytes up to which contents
    were kept; ``entropy`` what its generators took from the system;
    ``derived_seeds`` counts by function those that libraries chose;
    ``programs`` what it used of the system itself; ``container`` what it was in.
    ``masked`` counts the secrets that were masked, ``unmasked`` those that kept files hold, as it
    seems, both by place and pattern.
    """

    times: Fact[Times]
    host: Fact[Host]
    cpu: Fact[Cpu]
    gpu: Fact[Gpus]
    arithmetic: Fact[Arithmetic]
    generators: Fact[tuple[GeneratorUse, ...]]
    network: Fact[tuple[NetworkAccess, ...]]
    processes: Fact[tuple[Process, ...]]
    uncaught: Fact[tuple[Uncaught, ...]]
    resources: Fact[Resources]
    coverage: Fact[Coverage]
    names: Fact[Names] = unknown(_EARLIER)
    keep: Fact[int] = unknown(_EARLIER)
    entropy: Fact[Entropy] = unknown(_EARLIER)
    programs: Fact[Programs] = unknown(_EARLIER)
    generator_states: Fact[tuple[GeneratorState, ...]] = unknown(_EARLIER)
    derived_seeds: Fact[dict[str, int]] = unknown(_EARLIER)
    container: Fact[Container] = unknown(_EARLIER)
    tracked: Fact[tuple[Tracked, ...]] = unknown(_EARLIER)
    masked: Fact[dict[str, int]] = unknown(_EARLIER)
    unmasked: Fact[dict[str, int]] = unknown(_EARLIER)


class Digests(Record, frozen=True, kw_only=True):
    """Digests of the canonical JSON of the three parts."""

    recipe: Digest
    outcome: Digest
    record: Digest


class Fingerprint(Record, frozen=True, kw_only=True):
    """One run, whole."""

    schema: Literal["auditor.fingerprint/1"] = SCHEMA
    name: str
    digests: Digests
    recipe: Recipe
    outcome: Outcome
    record: RunRecord


def fingerprint_of(name: str, recipe: Recipe, outcome: Outcome, record: RunRecord) -> Fingerprint:
    """Return the fingerprint of the three parts with their digests."""
    digests = Digests(
        recipe=digest_bytes(canonical(recipe)),
        outcome=digest_bytes(canonical(outcome)),
        record=digest_bytes(canonical(record)),
    )
    return Fingerprint(name=name, digests=digests, recipe=recipe, outcome=outcome, record=record)


def check_digests(stored: bytes) -> str:
    """Return the id of a fingerprint as stored, having checked the digests of its parts.

    Raises ``IntegrityError`` where a part does not have its digest.
    """
    document = parse(stored, what="the fingerprint")
    for part, digest in document["digests"].items():
        if digest_bytes(canonical(document.get(part))) != digest:
            raise IntegrityError(
                f"the fingerprint was changed after it was recorded: its {part} has another digest",
                hint="restore the file from a bundle or a backup",
            )
    return digest_bytes(stored)


def as_stored(fingerprint: Fingerprint) -> Fingerprint:
    """Return the fingerprint as it is read back: what is compared is what is written down."""
    return decode(canonical(fingerprint), Fingerprint, what="the fingerprint")


def identity(fingerprint: Fingerprint) -> str:
    """Return the fingerprint's id: the digest of its canonical JSON."""
    return digest_bytes(canonical(fingerprint))


def manifests_of(fingerprint: Fingerprint) -> tuple[Manifest, ...]:
    """Return the lists of source, inputs and outputs, as far as they are known."""
    recipe = fingerprint.recipe
    facts = (recipe.source.files, recipe.inputs, fingerprint.outcome.outputs)
    return tuple(fact.value for fact in facts if fact.value is not None)


def unknown_facts(document: Record) -> tuple[Unverified, ...]:
    """Return every fact in ``document`` that is unknown, by its dotted path, with its reason."""
    return tuple(_walk(document, ""))


def _walk(value: Any, path: str) -> Iterator[Unverified]:  # noqa: ANN401 - any member
    if isinstance(value, Fact) and value.how == "unknown":
        yield Unverified(subject=path, reason=value.reason)
    elif isinstance(value, Fact):
        yield from _walk(value.value, path)
    elif isinstance(value, Manifest):
        yield from _files(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}" if path else key)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _walk(getattr(value, field), f"{path}.{field}" if path else field)


def _files(manifest: Manifest, path: str) -> Iterator[Unverified]:
    if isinstance(manifest.files, FileList):
        if manifest.unread:
            why = f"{manifest.unread:,} of {manifest.count:,} were not read; the list names each"
            yield Unverified(subject=path, reason=f"{why}: {manifest.files.listed}")
        return
    for file in manifest.files:
        if file.reason:
            yield Unverified(subject=f"{path}:{file.path}", reason=file.reason)
