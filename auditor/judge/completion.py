"""Whether a replay completed, or the recorder saw why it could not be the same run."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from auditor.model.facts import Exit, Uncaught
from auditor.model.files import File, inline
from auditor.model.fingerprint import Fingerprint

__all__ = ["completion"]

_LIMITS = {"out-of-memory": "out of memory", "timed-out": "timed out", "interrupted": "interrupted"}
# Signals that others send; a crash (SIGSEGV, SIGFPE, SIGILL, ...) is the run's own doing.
_KILLS = frozenset({"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGXCPU", "SIGXFSZ"})
_NETWORK_TYPES = re.compile(
    r"(?:gaierror|herror|URLError|TimeoutError|Timeout|ConnectTimeout|MaxRetryError"
    r"|ConnectError|ConnectionError|ConnectionRefusedError|ConnectionResetError"
    r"|NewConnectionError|NameResolutionError|ClientConnectorError|ClientConnectorDNSError"
    r"|EndpointConnectionError|ProxyError|SSLError|LocalEntryNotFoundError|OfflineModeIsEnabled)"
)
_NETWORK_WORDS = re.compile(
    r"network is unreachable|name resolution|name or service not known|no route to host"
    r"|connection (?:refused|timed out|error)|(?:could ?n[o']t|cannot|failed to) connect"
    r"|failed to (?:resolve|establish)|max retries exceeded|cannot assign requested address",
    re.IGNORECASE,
)
_LIBRARY = re.compile(r"(\S+): cannot open shared object file")
_REFUSED = re.compile(r"permission denied|read-only file system", re.IGNORECASE)
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/proc/", "/sys/", "/dev/")  # noqa: S108 - where runs leave what they make


def completion(original: Fingerprint, replay: Fingerprint, ended: str = "") -> str:
    """Return why ``replay`` did not complete, or ``""`` where it did: then its failure counts.

    ``ended`` is what ended it from outside, as its engine says. A replay that succeeds, or ends
    as the original did, completes. Raises ``InputError`` where a long list of the original's
    files is needed and was not read.
    """
    before, after = original.outcome.exit.value, replay.outcome.exit.value
    if after is None:
        return ended or f"how it ended is not known: {replay.outcome.exit.reason}"
    if after.status == "succeeded":
        return ""
    stopped = "" if before is not None and _same_end(before, after) else _stopped(after)
    return ended or stopped or _not_started(original, replay) or _cause(original, replay)


def _same_end(before: Exit, after: Exit) -> bool:
    return (before.status, before.code, before.signal) == (after.status, after.code, after.signal)


def _stopped(after: Exit) -> str:
    if after.status in _LIMITS:
        return _LIMITS[after.status]
    if after.signal in _KILLS:
        return f"killed by {after.signal}"
    return ""


def _not_started(original: Fingerprint, replay: Fingerprint) -> str:
    """Return why the command could not even be started, which is no outcome of the run."""
    reason = replay.outcome.exit.reason
    return reason if reason.startswith("cannot run") and not original.outcome.exit.reason else ""


def _cause(original: Fingerprint, replay: Fingerprint) -> str:
    """Return what the replay lacked, by exceptions that the original did not have."""
    known = {(one.type, one.subject) for one in original.record.uncaught.value or ()}
    for one in replay.record.uncaught.value or ():
        if (one.type, one.subject) not in known:
            reason = _network(one, replay) or _distribution(one, original)
            reason = reason or _input(one, original) or _memory(one) or _refused(one, original)
            if reason:
                return reason
    return ""


def _network(one: Uncaught, replay: Fingerprint) -> str:
    accesses = replay.record.network.value or ()
    if not accesses:
        return ""
    hosts = {access.host for access in accesses}
    refused = _NETWORK_TYPES.fullmatch(_last(one.type)) or _NETWORK_WORDS.search(one.message)
    if not refused:
        return ""
    named = one.subject if one.subject in hosts else ", ".join(sorted(hosts))
    return f"refused network access: {named} ({_last(one.type)})"


def _distribution(one: Uncaught, original: Fingerprint) -> str:
    library = _LIBRARY.search(one.message)
    if library:
        return f"missing system library: {library.group(1)}"
    if _last(one.type) not in {"ModuleNotFoundError", "PackageNotFoundError"} or not one.subject:
        return ""
    top = one.subject.partition(".")[0]
    source = original.recipe.source.files.value
    parts = {part for file in inline(source.files) for part in _modules(file)} if source else set()
    return "" if top in parts else f"missing distribution: no module named {one.subject}"


def _input(one: Uncaught, original: Fingerprint) -> str:
    if _last(one.type) != "FileNotFoundError" or not one.subject:
        return ""
    path = _relative(one.subject, original)
    outputs = original.outcome.outputs.value
    if outputs and path in {file.path for file in inline(outputs.files)}:
        return ""
    inputs = original.recipe.inputs.value
    known = inputs is not None and path in {file.path for file in inline(inputs.files)}
    outside = path.startswith("/") and not path.startswith(_TEMPORARY)
    return f"missing input: {path}" if known or outside or inputs is None else ""


def _memory(one: Uncaught) -> str:
    return "out of memory: MemoryError" if _last(one.type) == "MemoryError" else ""


def _refused(one: Uncaught, original: Fingerprint) -> str:
    """Return which file outside the project the container did not let the run write."""
    if _last(one.type) not in {"PermissionError", "OSError"} or not one.subject:
        return ""
    if not _REFUSED.search(one.message) or not _relative(one.subject, original).startswith("/"):
        return ""
    return f"a replay may not write outside the project: {one.subject}"


def _relative(subject: str, original: Fingerprint) -> str:
    """Return a path as fingerprints name it; relative ones start from the working directory."""
    command = original.recipe.command.value
    folder = PurePosixPath(original.recipe.root, command.cwd if command else ".")
    path = PurePosixPath(folder, subject)
    if path.is_relative_to(original.recipe.root):
        return path.relative_to(original.recipe.root).as_posix()
    return path.as_posix()


def _modules(file: File) -> tuple[str, ...]:
    return PurePosixPath(file.path).with_suffix("").parts


def _last(kind: str) -> str:
    return kind.rpartition(".")[2]
