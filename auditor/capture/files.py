"""Which files were source, inputs and outputs of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePosixPath

from auditor.capture.events import Event, Mkdir, Read, Rename, Saved, State, Write
from auditor.capture.folder import Folder, Hashed
from auditor.capture.said import declarations
from auditor.model.files import File
from auditor.model.record import Record

__all__ = ["Files", "files_of", "name_in"]

_SOURCE_SUFFIXES = frozenset(
    {
        *(".py", ".pyw", ".pyi", ".pyx", ".so", ".sh", ".bash", ".ipynb", ".jl", ".pl", ".rb"),
        *(".r", ".R", ".Rmd", ".lua", ".awk", ".sql", ".mk"),
    }
)
_PROGRAM_NAMES = frozenset({"GNUmakefile", "Makefile", "Snakefile", "makefile"})
_NAMED = frozenset({"argv", "declared", "listed"})


class Files(Record, frozen=True, kw_only=True):
    """The files of a run by what they were; ``stale`` outputs were declared and not written."""

    source: tuple[File, ...]
    inputs: tuple[File, ...]
    outputs: tuple[File, ...]
    metric_files: tuple[str, ...]
    made: tuple[str, ...]
    stale: tuple[str, ...]


class _Access(Record, frozen=True, kw_only=True):
    """First reads and first writes by absolute path, over all processes."""

    reads: dict[str, Read]
    writes: dict[str, Write]
    saved: dict[str, Saved]


def files_of(folder: Folder) -> Files:
    """Return the files of the run."""
    access = _access(folder)
    outputs = _outputs(folder, access)
    read = _read_before_written(access) - _created(folder)
    written = {*outputs, *access.writes} - read
    program = _program(folder)
    source: dict[str, File] = {}
    inputs: dict[str, File] = {}
    for path in sorted(read | _first_seen(folder) - written):
        file = _first_file(folder, access, path)
        into = source if _is_source(file, path == program) else inputs
        into[path] = file
    return Files(
        source=tuple(source.values()),
        inputs=tuple(inputs.values()),
        outputs=tuple(outputs.values()),
        metric_files=tuple(
            name_in(folder.request.root, path) for path in _declared(folder, "metrics")
        ),
        made=_made(folder),
        stale=tuple(file.path for path, file in outputs.items() if _stale(folder, access, path)),
    )


def name_in(root: str, path: str) -> str:
    """Return an absolute path as fingerprints name it: relative to ``root`` inside it."""
    below = root.rstrip("/") + "/"
    return path.removeprefix(below)


def _access(folder: Folder) -> _Access:
    reads: dict[str, Read] = {}
    writes: dict[str, Write] = {}
    saved: dict[str, Saved] = {}
    for event in sorted(_events(folder), key=lambda event: event.time):
        if isinstance(event, Read):
            reads.setdefault(event.path, event)
        elif isinstance(event, Write):
            writes.setdefault(event.path, event)
        elif isinstance(event, Saved):
            saved.setdefault(event.path, event)
        elif isinstance(event, Rename) and event.to:
            moved = Write(time=event.time, path=event.to, existed=False, inplace=False)
            writes.setdefault(event.to, moved)
    return _Access(reads=reads, writes=writes, saved=saved)


def _events(folder: Folder) -> list[Event]:
    """Return what Python processes said of themselves, and what was seen of all."""
    return [event for log in folder.processes for event in log.events] + list(folder.watched)


def _read_before_written(access: _Access) -> set[str]:
    """Return what was there before the run wrote it, if it did: what it made is no input."""
    found = {path for path, write in access.writes.items() if write.existed and write.inplace}
    for path, read in access.reads.items():
        write = access.writes.get(path)
        if write is None or read.time <= write.time:
            found.add(path)
    return found


def _created(folder: Folder) -> set[str]:
    """Return what was not there before, whoever made it: native code does so unseen."""
    root = folder.request.root.rstrip("/")
    return {f"{root}/{path}" for path in folder.tree.created}


def _first_seen(folder: Folder) -> set[str]:
    """Return what the keeper hashed although no process was seen to read it.

    The interpreter in a project's own ``.venv`` is named in argv, and is no file of the project.
    """
    interpreters = {log.start.interpreter.executable for log in folder.processes}
    named = {path for path, row in folder.first.items() if row.seen in _NAMED}
    return named - interpreters


def _program(folder: Folder) -> str:
    argv = folder.start.argv if folder.start else ()
    return os.path.normpath(PurePosixPath(folder.request.cwd) / argv[0]) if argv else ""


def _is_source(file: File, is_program: bool) -> bool:  # noqa: FBT001 - one call
    if file.path.startswith("/") or file.seen in {"declared", "listed"}:
        return False
    path = PurePosixPath(file.path)
    return is_program or path.suffix in _SOURCE_SUFFIXES or path.name in _PROGRAM_NAMES


def _first_file(folder: Folder, access: _Access, path: str) -> File:
    """Return a file with the digest that it had when it was first opened, if that is sure."""
    read = access.reads.get(path)
    row = folder.first.get(path)
    found = _as_opened(row, access.saved.get(path), read.stat if read else None)
    end = folder.end.get(path)
    changed = end is not None and found is not None and end.digest != found.digest
    return File(
        path=name_in(folder.request.root, path),
        digest=found.digest if found else None,
        size=found.size if found else None,
        executable=bool(found and found.executable),
        digest_at_end=end.digest if end is not None and changed else None,
        gone=end is not None and end.size is None,
        seen=_seen(row, read),
        reason="" if found else _why_not(row),
    )


def _as_opened(
    row: Hashed | None, saved: Saved | None, opened: State | None
) -> Hashed | Saved | None:
    """Return the digest whose file state is that at the first opening."""
    for candidate in (row, saved):
        if candidate is None or candidate.digest is None:
            continue
        if opened is None or candidate.stat == opened:
            return candidate
    return None


def _why_not(row: Hashed | None) -> str:
    if row is None:
        return "was not hashed before the recorder ended"
    return row.reason or "changed before it could be hashed"


def _seen(row: Hashed | None, read: Read | None) -> str:
    if row is not None and row.seen == "declared":
        return "declared"
    if read is not None:
        return "argv" if read.seen == "argv" else "hook"
    return row.seen if row is not None and row.seen in _NAMED else "hook"


def _outputs(folder: Folder, access: _Access) -> dict[str, File]:
    root = folder.request.root
    changed = {f"{root.rstrip('/')}/{path}" for path in folder.tree.changed}
    written = {
        path
        for path, write in access.writes.items()
        if name_in(root, path) != path
        and (path in changed or not (write.inplace and folder.tree.complete))
    }
    named = (*_declared(folder, "outputs"), *_declared(folder, "metrics"))
    declared = _expanded(folder, (*named, *declarations(folder, "output")))
    found: dict[str, File] = {}
    for path in sorted(changed | written | declared):
        seen = "declared" if path in declared else "hook" if path in access.writes else "scan"
        row = folder.end.get(path)
        missing = row is None or (row.digest is None and row.size is None)
        if not missing or path in declared or folder.exit is None:
            found[path] = _end_file(root, path, row, seen)
    return found


def _end_file(root: str, path: str, row: Hashed | None, seen: str) -> File:
    name = name_in(root, path)
    if row is None:
        reason = "was not hashed when the run ended"
        return File(path=name, digest=None, size=None, seen=seen, reason=reason)
    return File(
        path=name,
        digest=row.digest,
        size=row.size,
        executable=row.executable,
        seen=seen,
        reason="" if row.digest else f"when the run ended it {row.reason}",
    )


def _stale(folder: Folder, access: _Access, path: str) -> bool:
    relative = name_in(folder.request.root, path)
    inside = folder.tree.complete and relative != path
    row = folder.end.get(path)
    there = row is not None and row.digest is not None
    return inside and there and relative not in folder.tree.changed and path not in access.writes


def _declared(folder: Folder, kind: str) -> list[str]:
    paths: tuple[str, ...] = getattr(folder.request, kind)
    return [os.path.normpath(PurePosixPath(folder.request.cwd) / path) for path in paths]


def _expanded(folder: Folder, paths: Iterable[str]) -> set[str]:
    """Return the declared paths; for a folder the files that the keeper found below it."""
    found: set[str] = set()
    for path in paths:
        below = [known for known in folder.end if known.startswith(path + "/")]
        found.update(below or [path])
    return found


def _made(folder: Folder) -> tuple[str, ...]:
    root = folder.request.root
    made = {name_in(root, event.path) for event in _events(folder) if isinstance(event, Mkdir)}
    inside = {path for path in made if not path.startswith("/")}
    return tuple(sorted(inside | set(folder.tree.directories)))
