"""Recorded facts that a replay does not restore, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.files import File
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Base, Lock
from auditor.replay.options import Options
from auditor.replay.planning.paths import inside
from auditor.replay.tree.inputs import files_of

__all__ = ["unhonoured"]


def unhonoured(
    fingerprint: Fingerprint, lock: Lock, base: Base, options: Options
) -> tuple[Unverified, ...]:
    """Return the facts that are not restored, in the order of the fingerprint."""
    return tuple(
        Unverified(subject=subject, reason=reason)
        for subject, reason in _facts(fingerprint, lock, base, options)
    )


def _facts(
    fingerprint: Fingerprint, lock: Lock, base: Base, options: Options
) -> Iterator[tuple[str, str]]:
    environment = fingerprint.recipe.environment
    yield from _standard_input(fingerprint)
    if environment.interpreter.value is None:
        yield "environment.python", "which Python ran is not known; the replay took one of here"
    if base.kind == "host" and fingerprint.record.programs.value is None:
        why = "which programs the run used is not known"
        yield "programs", f"{why}: beside Python there are those that its processes named"
    yield from _host(fingerprint, options)
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


def _host(fingerprint: Fingerprint, options: Options) -> Iterator[tuple[str, str]]:
    """Yield in one row what every container has of its own, and no option restores."""
    host = fingerprint.record.host.value
    if host is None:
        return
    kept = "" if options.same_user else ", and user and home (--same-user keeps those)"
    own = f"a host name, a user number, a /tmp and process numbers of its own{kept}"
    yield "host", f"a replay has {own}; its kernel is that of the engine's machine"


def _machine(fingerprint: Fingerprint, options: Options) -> Iterator[tuple[str, str]]:
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
