"""Where the files of a run come from, and whether they are still what they were."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from auditor.errors import NotReplayedError
from auditor.hashing import hash_file
from auditor.model.fact import Fact
from auditor.model.files import File, Manifest, inline
from auditor.model.fingerprint import Fingerprint
from auditor.replay.names import known_names
from auditor.replay.options import Options
from auditor.replay.paths import absolute, check_inside, check_outside, check_root, mapped
from auditor.replay.stdin import check_stdin
from auditor.store.lists import with_files
from auditor.store.objects import Objects

__all__ = ["files_of", "host_place", "verified"]


def files_of(fact: Fact[Manifest]) -> tuple[File, ...]:
    """Return the files of a manifest, none where it is unknown; ``verified`` reads long ones."""
    return inline(fact.value.files) if fact.value is not None else ()


def host_place(file: File, root: str, options: Options) -> str | None:
    """Return the file of this host that may be mounted for ``file``, or ``None`` if none may.

    Only what ``--map-path`` names, or, for a run that this store's user recorded, its own place.
    """
    if (place := mapped(file.path, root, options.map_paths)) is not None:
        return str(Path(place).absolute())
    return absolute(file.path, root) if options.trusted else None


def verified(fingerprint: Fingerprint, objects: Objects, options: Options) -> Fingerprint:
    """Return the fingerprint with ``kept`` as it is true here, after checking every file's digest.

    Its long lists of files are read. Raises ``NotReplayedError`` naming every file that is missing
    or changed, or where what was read from stdin is not known; ``InputError`` for a path that is
    refused or a list that is not there, ``IntegrityError`` for a damaged object.
    """
    fingerprint = with_files(fingerprint, objects)
    check_stdin(fingerprint.recipe.stdin, objects)
    root = check_root(fingerprint.recipe.root)
    problems: list[str] = []
    source = _manifest(fingerprint.recipe.source.files, "source", root, objects, options, problems)
    inputs = _manifest(fingerprint.recipe.inputs, "input", root, objects, options, problems)
    if problems:
        unmapped = any("not kept" in problem for problem in problems)
        raise NotReplayedError(
            "; ".join(problems),
            hint="--map-path OLD=NEW says where it lies on this machine"
            if unmapped
            else "restore the file, or record the run again (--keep SIZE keeps larger inputs)",
        )
    recipe = msgspec.structs.replace(
        fingerprint.recipe,
        source=msgspec.structs.replace(fingerprint.recipe.source, files=source),
        inputs=inputs,
    )
    record = msgspec.structs.replace(
        fingerprint.record, names=known_names(fingerprint.record.names, objects)
    )
    return msgspec.structs.replace(fingerprint, recipe=recipe, record=record)


def _manifest(
    fact: Fact[Manifest],
    kind: str,
    root: str,
    objects: Objects,
    options: Options,
    problems: list[str],
) -> Fact[Manifest]:
    if fact.value is None:
        return fact
    rows = list(_rows(files_of(fact), kind, root, objects, options, problems))
    return msgspec.structs.replace(
        fact, value=msgspec.structs.replace(fact.value, files=tuple(rows))
    )


def _rows(
    files: tuple[File, ...],
    kind: str,
    root: str,
    objects: Objects,
    options: Options,
    problems: list[str],
) -> Iterator[File]:
    for file in files:
        _check_path(file.path, root)
        if file.digest is None:
            yield file
            continue
        is_kept = objects.has(file.digest)
        if is_kept:
            objects.verified(file.digest)
        elif problem := _problem(file, host_place(file, root, options)):
            problems.append(f"{kind} {file.path} {problem}")
        yield msgspec.structs.replace(file, kept=is_kept)


def _check_path(path: str, root: str) -> None:
    if path.startswith("/"):
        check_outside(path)
    else:
        check_inside(path)
        check_root(absolute(path, root))


def _problem(file: File, place: str | None) -> str:
    if place is None:
        return "was not kept, and this run was not recorded here"
    try:
        real = os.path.realpath(place, strict=True)
        check_root(real)
        digest = hash_file(Path(real))[0]
    except FileNotFoundError:
        return f"is missing: there is no {place}"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    return "" if digest == file.digest else "was changed since the run, and was not kept"
