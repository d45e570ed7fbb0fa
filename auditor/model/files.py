"""Files by path and digest, and manifests of them with a root digest."""

from __future__ import annotations

from auditor.model.canonical import canonical
from auditor.model.digest import Digest, digest_bytes
from auditor.model.record import Record

__all__ = ["File", "Manifest", "manifest"]


class File(Record, frozen=True, kw_only=True):
    """One file of a run.

    ``path`` is POSIX, relative to the project root, absolute outside it. ``digest`` is of the
    content when it was first opened (inputs, source) or when the run ended (outputs), ``None``
    with a ``reason`` if it could not be read. ``digest_at_end`` is set where the content had
    changed by the end of the run; ``gone``: it was not there any more by then. ``size`` is in
    bytes. ``kept``: the store holds the content.
    ``seen`` says by which means the file was noticed: ``hook``, ``scan``, ``declared``, ``argv``,
    or ``listed``: it was not seen to be opened, and its folder was listed.
    """

    path: str
    digest: Digest | None
    size: int | None
    executable: bool = False
    kept: bool = False
    digest_at_end: Digest | None = None
    gone: bool = False
    seen: str = "hook"
    reason: str = ""


class Manifest(Record, frozen=True, kw_only=True):
    """Files sorted by path, and one digest over paths, contents and execute bits."""

    root: Digest
    files: tuple[File, ...]


def manifest(files: tuple[File, ...] | list[File]) -> Manifest:
    """Return the manifest of ``files``: sorted by the UTF-8 bytes of their paths, one entry a path.

    The root is the digest of the canonical JSON of ``[path, digest, executable]`` of each, so
    that equal trees have equal roots.
    """
    by_path = {file.path: file for file in files}
    ordered = tuple(by_path[path] for path in sorted(by_path, key=_bytes))
    rows = [[file.path, file.digest, file.executable] for file in ordered]
    return Manifest(root=digest_bytes(canonical(rows)), files=ordered)


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
