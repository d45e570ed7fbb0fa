"""Whether a replay completed, or the recorder saw why it could not be the same run."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from auditor.model.facts import Exit, NetworkAccess, Uncaught
from auditor.model.files import File, inline
from auditor.model.fingerprint import Fingerprint

__all__ = ["completion"]

_LIMITS = {
    "out-of-memory": "out of memory",
    "timed-out": "timed out",
    "interrupted": "interrupted",
    "over-limit": "it wrote or printed more than it may",
}
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
_FULL = re.compile(r"no space left on device|file too large|disk quota exceeded", re.IGNORECASE)
_MOST_PLACES = 5
_LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|::1")
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/proc/", "/sys/", "/dev/")  # noqa: S108 - where runs leave what they make


def completion(
    original: Fingerprint, replay: Fingerprint, ended: str = "", *, offline: bool = True
) -> str:
    """Return why ``replay`` did not complete, or ``""`` where it did: then its failure counts.

    ``ended`` is what ended it from outside, as its engine says; ``offline``: it had no network.
    A replay that succeeds, or ends as the original did, completes. Raises ``InputError`` where a
    long list of the original's files is needed and was not read.
    """
    before, after = original.outcome.exit.value, replay.outcome.exit.value
    if after is None:
        return ended or f"how it ended is not known: {replay.outcome.exit.reason}"
    if after.status == "succeeded":
        return ""
    stopped = "" if before is not None and _same_end(before, after) else _stopped(after)
    if ended or stopped:
        return ended or stopped
    return _not_started(original, replay) or _cause(original, replay, offline=offline)


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


def _cause(original: Fingerprint, replay: Fingerprint, *, offline: bool) -> str:
    """Return what the replay lacked, by exceptions that the original did not have."""
    known = {(one.type, one.subject) for one in original.record.uncaught.value or ()}
    new = [
        one for one in replay.record.uncaught.value or () if (one.type, one.subject) not in known
    ]
    for one in new:
        reason = _network(one, replay, offline=offline) or _distribution(one, original)
        reason = reason or _input(one, original) or _memory(one) or _refused(one, original)
        if reason := reason or _full(one):
            return reason
    silent = not new or any(_last(one.type) == "CalledProcessError" for one in new)
    return _looked_up(replay) if silent and offline else ""


def _network(one: Uncaught, replay: Fingerprint, *, offline: bool) -> str:
    accesses = replay.record.network.value or ()
    refused = _NETWORK_TYPES.fullmatch(_last(one.type)) or _NETWORK_WORDS.search(one.message)
    if not accesses or not refused:
        return ""
    named = [access for access in accesses if access.host == one.subject]
    outside = [access for access in accesses if not _LOOPBACK.fullmatch(access.host)]
    return _unreached(named or outside or list(accesses), offline=offline)


def _looked_up(replay: Fingerprint) -> str:
    """Return what another program than Python asked for, where nothing else tells of a failure."""
    accesses = replay.record.network.value or ()
    found = [access for access in accesses if access.seen == "resolver"]
    return _unreached(found, offline=True) if found else ""


def _unreached(accesses: list[NetworkAccess], *, offline: bool) -> str:
    places = ", ".join(sorted({_place(access) for access in accesses})[:_MOST_PLACES])
    if all(_LOOPBACK.fullmatch(access.host) for access in accesses):
        return f"it tried to reach {places}, and a replay has none of its machine's services"
    if not offline:
        return f"it could not reach {places}"
    return f"it tried to reach {places}, and the replay has no network (--network bridge allows it)"


def _place(access: NetworkAccess) -> str:
    host = f"[{access.host}]" if ":" in access.host else access.host
    return host if access.port is None else f"{host}:{access.port}"


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


def _full(one: Uncaught) -> str:
    """Return that there was no room for what it wrote, in a folder or in one file."""
    if _last(one.type) != "OSError" or not _FULL.search(one.message):
        return ""
    return f"there was no room for what it wrote: {one.message}"


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
