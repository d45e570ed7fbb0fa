"""Recorded facts that a replay does not restore, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.files import File
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Base, Lock
from auditor.replay.command import BIN
from auditor.replay.inputs import files_of
from auditor.replay.options import Options
from auditor.replay.paths import inside

__all__ = ["unhonoured"]

_PORTABLE_LOCALES = frozenset({"", "C", "POSIX", "C.UTF-8", "C.utf8"})


def unhonoured(
    fingerprint: Fingerprint, lock: Lock, base: Base, options: Options, argv: tuple[str, ...]
) -> tuple[Unverified, ...]:
    """Return the facts that are not restored, in the order of the fingerprint."""
    return tuple(
        Unverified(subject=subject, reason=reason)
        for subject, reason in _facts(fingerprint, lock, base, options, argv)
    )


def _facts(
    fingerprint: Fingerprint, lock: Lock, base: Base, options: Options, argv: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    environment = fingerprint.recipe.environment
    yield from _standard_input(fingerprint)
    if environment.interpreter.value is None:
        yield "environment.python", "which Python ran is not known; the replay took one of here"
    if base.kind == "host" and not argv[0].startswith(BIN) and "/" not in argv[0]:
        yield "command", f"the base holds Python only, so {argv[0]} must come from a package"
    locale = environment.locale.value
    if base.kind == "host" and locale and locale.category not in _PORTABLE_LOCALES:
        yield "locale", f"{locale.category} is honoured only if its files are on this machine"
    yield from _machine(fingerprint, options)
    yield from _files(fingerprint)
    yield from _names(fingerprint)
    if fingerprint.recipe.dependencies.value is None:
        yield "dependencies", "which distributions were installed is not known, so none is"
    for entry in lock.unlocked:
        yield entry.subject, f"not installed in the replay: {entry.reason}"


def _standard_input(fingerprint: Fingerprint) -> Iterator[tuple[str, str]]:
    stdin = fingerprint.recipe.stdin.value
    if stdin is None:
        yield "stdin", "what the run read from its standard input is not known; a replay has none"
    elif stdin.kind == "terminal":
        yield "stdin", "the standard input was a terminal; a replay has none"
    elif stdin.kind == "other":
        yield "stdin", "the standard input was no file and no pipe; a replay has none"


def _names(fingerprint: Fingerprint) -> Iterator[tuple[str, str]]:
    names = fingerprint.record.names.value
    if names is None:
        why = "which files were there when the run started is not known"
        yield "names", f"{why}: those that it was not seen to open are not there"
        return
    opened = (*files_of(fingerprint.recipe.source.files), *files_of(fingerprint.recipe.inputs))
    if names.files > len({file.path for file in opened}):
        yield "names", "files that the run was not seen to open are there, but not their contents"


def _machine(fingerprint: Fingerprint, options: Options) -> Iterator[tuple[str, str]]:
    gpus = fingerprint.record.gpu.value
    if gpus and gpus.devices and options.gpus is None:
        yield "hardware.gpu", "the machine of the run had GPUs; the replay has none (--gpus all)"
    if fingerprint.recipe.command.value is not None and options.network == "bridge":
        yield "network", "the replay had a network, so what it fetched may have changed"


def _files(fingerprint: Fingerprint) -> Iterator[tuple[str, str]]:
    for file in (*files_of(fingerprint.recipe.source.files), *files_of(fingerprint.recipe.inputs)):
        if file.digest is None:
            yield f"input:{file.path}", f"its content is not known ({file.reason}); it is not there"
    for file in files_of(fingerprint.outcome.outputs):
        if _unwritable(file):
            yield (
                f"output:{file.path}",
                "it lies outside the project, where a replay has no folder to write to",
            )


def _unwritable(file: File) -> bool:
    return file.path.startswith("/") and not inside(file.path, "/tmp")  # noqa: S108 - a tmpfs
