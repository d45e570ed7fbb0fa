"""What was seen of a run, before its files are stored: what recorder and importers yield."""

from __future__ import annotations

import msgspec

from auditor.model.entropy import ProcessEntropy
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
    NetworkAccess,
    Process,
    Programs,
    Resources,
    Seed,
    Stdin,
    System,
    Times,
    Tracked,
    Uncaught,
    Variables,
)
from auditor.model.files import File
from auditor.model.names import Name
from auditor.model.record import Record

__all__ = ["HostFacts", "Observation"]


class HostFacts(Record, frozen=True, kw_only=True):
    """Facts of the machine, which a container shares with it."""

    host: Fact[Host]
    cpu: Fact[Cpu]
    gpu: Fact[Gpus]


class Observation(Record, frozen=True, kw_only=True):
    """One run as seen. ``root`` is the absolute folder that relative paths start from.

    ``stdout`` and ``stderr`` are paths of the captured streams. Files carry the digests taken while
    the run went on;
    ``assemble`` reads and keeps their contents. ``metric_files`` are the JSON files named by
    ``--metrics``; ``metrics`` those a tracker recorded. ``contents`` is a folder of
    contents, by the hexadecimal digits of their digest, saved before the run overwrote them;
    ``stdin_copy`` the file with what was taken from stdin. ``names`` were there when it started.
    ``masked`` counts the secrets that were masked, by place and pattern.
    ``drawn`` is the entropy that its generators took, of which ``entropy`` has no digest yet.
    """

    name: str
    root: str
    command: Fact[Command]
    git: Fact[Git]
    source: Fact[tuple[File, ...]]
    interpreter: Fact[Interpreter]
    system: Fact[System]
    libc: Fact[str]
    locale: Fact[Locale]
    zone: Fact[str]
    variables: Fact[Variables]
    libraries: Fact[dict[str, str]] = unknown("nobody recorded them")
    indexes: Fact[tuple[str, ...]] = unknown("nobody recorded them")
    dependencies: Fact[tuple[Distribution, ...]]
    image: Fact[Image]
    params: dict[str, Fact[str]]
    inputs: Fact[tuple[File, ...]]
    seeds: Fact[tuple[Seed, ...]]
    outputs: Fact[tuple[File, ...]]
    made_directories: tuple[str, ...] = ()
    metric_files: tuple[str, ...] = ()
    metrics: Fact[tuple[Metric, ...]] | None = None
    contents: str = ""
    stdin: Fact[Stdin] = unknown("nobody recorded it")
    stdin_copy: str = ""
    names: Fact[tuple[Name, ...]] = unknown("nobody recorded them")
    stdout: Fact[str]
    stderr: Fact[str]
    exit: Fact[Exit]
    times: Fact[Times]
    arithmetic: Fact[Arithmetic]
    generators: Fact[tuple[GeneratorUse, ...]]
    network: Fact[tuple[NetworkAccess, ...]]
    processes: Fact[tuple[Process, ...]]
    uncaught: Fact[tuple[Uncaught, ...]]
    resources: Fact[Resources]
    coverage: Fact[Coverage]
    entropy: Fact[Entropy] = unknown("nobody recorded it")
    programs: Fact[Programs] = unknown("nobody recorded them")
    generator_states: Fact[tuple[GeneratorState, ...]] = unknown("nobody recorded them")
    derived_seeds: Fact[dict[str, int]] = unknown("nobody recorded them")
    container: Fact[Container] = unknown("nobody recorded it")
    tracked: Fact[tuple[Tracked, ...]] = unknown("nobody recorded it")
    drawn: tuple[ProcessEntropy, ...] = ()
    masked: dict[str, int] = msgspec.field(default_factory=dict)
