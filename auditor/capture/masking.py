"""Secrets leave what was seen of a run before any of it is written down, and are counted."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from auditor import redaction
from auditor.model.fact import Fact, derived, recorded, unknown
from auditor.model.facts import Stream
from auditor.model.files import File
from auditor.model.observation import Observation
from auditor.store.objects import Objects

__all__ = ["keep_stream", "left_in", "masked_fact", "told", "without_secrets"]

_SOURCE = "names of secrets and patterns"
_TEXT = frozenset(
    {
        *(".py", ".ipynb", ".sh", ".bash", ".r", ".R", ".Rmd", ".jl", ".toml", ".yaml", ".yml"),
        *(".json", ".ini", ".cfg", ".conf", ".env", ".txt", ".md", ".log", ".properties", ".pem"),
    }
)
_LARGEST = 4 << 20
_MOST = 32 << 20  # bytes that are searched of one run: a tenth of a second or two


def told(where: str, found: Mapping[str, int]) -> Counter[str]:
    """Return counts by pattern as counts by place and pattern: ``argv: github-token``."""
    return Counter({f"{where}: {name}": count for name, count in found.items() if count})


def without_secrets(seen: Observation) -> Observation:
    """Return the observation with its secrets masked, and counted in ``masked``.

    What is masked already is not counted again.
    """
    found: Counter[str] = Counter(seen.masked)
    return msgspec.structs.replace(
        seen,
        command=_command(seen, found),
        processes=_processes(seen, found),
        variables=_variables(seen, found),
        params=_params(seen, found),
        uncaught=_uncaught(seen, found),
        masked=dict(found),
    )


def keep_stream(name: str, path: Fact[str], objects: Objects) -> tuple[Fact[Stream], Counter[str]]:
    """Keep a captured stream, its secrets masked, and return it and what was masked.

    Its digest and size are those of what is kept: an original and its replays are masked alike.
    """
    if path.value is None:
        return unknown(path.reason, path.source), Counter()
    try:
        digest, size, found = _kept(Path(path.value), objects)
    except OSError as error:
        reason = f"its copy cannot be read: {error.strerror or error}"
        return unknown(reason, path.source), Counter()
    stream = Stream(digest=digest, size=size, kept=True)
    fact = Fact(value=stream, how=path.how, source=path.source, reason=path.reason)
    return fact, told(name, found)


def _kept(path: Path, objects: Objects) -> tuple[str, int, Counter[str]]:
    with path.open("rb") as source:
        found = redaction.secrets_in(source)
    if not found:
        return *objects.put_file(path), found
    with tempfile.NamedTemporaryFile(prefix="auditor-") as target:
        with path.open("rb") as source:
            redaction.copy_masked(source, target)
        target.flush()
        return *objects.put_file(Path(target.name)), found


def masked_fact(seen: Observation) -> Fact[dict[str, int]]:
    """Return how many secrets were masked, by place and pattern."""
    reason = "" if seen.masked else "none was found"
    return recorded(dict(sorted(seen.masked.items())), _SOURCE, reason)


def left_in(files: Iterable[File], objects: Objects) -> Fact[dict[str, int]]:
    """Return what looks like a secret in kept files, which stay as they are: a replay needs them.

    Text files of up to 4 MiB are searched, for secrets of an issuer's shape.
    """
    total: Counter[str] = Counter()
    left = _MOST
    skipped = 0
    for file, place in _texts(files, objects):
        if file.size is None or file.size > left:
            skipped += 1
            continue
        left -= file.size
        try:
            with place.open("rb") as source:
                found = redaction.secrets_in(source)
        except OSError:
            skipped += 1
            continue
        shapes = {name: n for name, n in found.items() if name not in redaction.BY_NAME}
        total += told(file.path, shapes)
    reason = f"{skipped} files were not searched" if skipped else ""
    return derived(dict(sorted(total.items())), "patterns", reason=reason)


def _texts(files: Iterable[File], objects: Objects) -> Iterator[tuple[File, Path]]:
    for file in files:
        path = PurePosixPath(file.path)
        is_text = path.suffix in _TEXT or path.name.startswith(".env")
        small = file.size is not None and file.size <= _LARGEST
        if is_text and small and file.kept and file.digest and objects.has(file.digest):
            yield file, objects.path(file.digest)


def _command(seen: Observation, found: Counter[str]) -> Fact:  # type: ignore[type-arg]
    command = seen.command.value
    if command is None:
        return seen.command
    argv, here = redaction.masked_arguments(command.argv)
    found.update(told("argv", here))
    return _with(seen.command, msgspec.structs.replace(command, argv=argv))


def _processes(seen: Observation, found: Counter[str]) -> Fact:  # type: ignore[type-arg]
    if seen.processes.value is None:
        return seen.processes
    processes = []
    for process in seen.processes.value:
        argv, here = redaction.masked_arguments(process.argv)
        found.update(told("processes", here))
        processes.append(msgspec.structs.replace(process, argv=argv))
    return _with(seen.processes, tuple(processes))


def _variables(seen: Observation, found: Counter[str]) -> Fact:  # type: ignore[type-arg]
    variables = seen.variables.value
    if variables is None:
        return seen.variables
    values, here = redaction.masked_values(variables.values)
    found.update(told("variables", here))
    return _with(seen.variables, msgspec.structs.replace(variables, values=values))


def _params(seen: Observation, found: Counter[str]) -> dict[str, Fact[str]]:
    texts = {key: fact.value for key, fact in seen.params.items() if isinstance(fact.value, str)}
    values, here = redaction.masked_values(texts)
    found.update(told("params", here))
    return {
        key: _with(fact, values[key]) if key in values else fact
        for key, fact in seen.params.items()
    }


def _uncaught(seen: Observation, found: Counter[str]) -> Fact:  # type: ignore[type-arg]
    if seen.uncaught.value is None:
        return seen.uncaught
    errors = []
    for error in seen.uncaught.value:
        message, here = redaction.masked(error.message)
        found.update(told("uncaught", here))
        errors.append(msgspec.structs.replace(error, message=message))
    return _with(seen.uncaught, tuple(errors))


def _with(fact: Fact, value: object) -> Fact:  # type: ignore[type-arg]
    return fact if value == fact.value else msgspec.structs.replace(fact, value=value)
