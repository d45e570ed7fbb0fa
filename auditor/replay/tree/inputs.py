"""Where the files of a run come from, and whether they are still what they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from auditor.locking import Progress, cache_folder
from auditor.model.fact import Fact
from auditor.model.files import File, Manifest, inline
from auditor.model.fingerprint import Fingerprint
from auditor.replay.data import (
    Context,
    Job,
    Wanted,
    cache_place,
    is_url,
    locate,
    mapped,
    refused,
    sources,
    transfer,
)
from auditor.replay.data.missing import refusal
from auditor.replay.options import Options
from auditor.replay.planning.paths import absolute, check_inside, check_outside, check_root
from auditor.replay.tree.names import known_names
from auditor.replay.tree.stdin import check_stdin
from auditor.store.lists import with_files
from auditor.store.objects import Objects

__all__ = ["files_of", "host_place", "verified"]


def files_of(fact: Fact[Manifest]) -> tuple[File, ...]:
    """Return the files of a manifest, none where it is unknown; ``verified`` reads long ones."""
    return inline(fact.value.files) if fact.value is not None else ()


def host_place(file: File, root: str, options: Options) -> str | None:
    """Return the file of this host that may be mounted for ``file``, or ``None`` if none may.

    Where ``verified`` found it; before that, what ``--map-path`` names, or, for a run that this
    store's user recorded, its own place.
    """
    if file.digest is not None and (found := options.places.get(file.digest)):
        return found
    if (place := mapped(file.path, root, options.map_paths)) is not None and not is_url(place):
        return place
    return absolute(file.path, root) if options.trusted else None


def verified(
    fingerprint: Fingerprint,
    objects: Objects,
    options: Options,
    *,
    tell: Progress = lambda _text: None,
    cache: Path | None = None,
    fetch: bool = True,
) -> tuple[Fingerprint, Options]:
    """Return the fingerprint with ``kept`` as it is true here, and the options with ``places``.

    Its long lists of files are read, and every file's digest is checked. What is elsewhere is
    fetched into ``cache``; without ``fetch`` its place is the one that it would get.
    Raises ``NotReplayedError`` naming every file that is missing or changed, or where what was
    read from stdin is not known; ``InputError`` for a path that is refused or a list that is not
    there, ``IntegrityError`` for a damaged object, ``MachineError`` where the cache is full.
    """
    fingerprint = with_files(fingerprint, objects)
    check_stdin(fingerprint.recipe.stdin, objects)
    root = check_root(fingerprint.recipe.root)
    fingerprint = _as_kept(fingerprint, root, objects)
    wanted = tuple(_wanted(fingerprint, root))
    context = Context(
        root=root,
        source=files_of(fingerprint.recipe.source.files),
        objects=objects,
        options=options,
        cache=cache or cache_folder(),
    )
    places = _found(wanted, context, tell, fetch=fetch)
    record = msgspec.structs.replace(
        fingerprint.record, names=known_names(fingerprint.record.names, objects)
    )
    return (
        msgspec.structs.replace(fingerprint, record=record),
        msgspec.structs.replace(options, places=places),
    )


def _as_kept(fingerprint: Fingerprint, root: str, objects: Objects) -> Fingerprint:
    recipe = fingerprint.recipe
    source = _files_as_kept(recipe.source.files, root, objects)
    recipe = msgspec.structs.replace(
        recipe,
        source=msgspec.structs.replace(recipe.source, files=source),
        inputs=_files_as_kept(recipe.inputs, root, objects),
    )
    return msgspec.structs.replace(fingerprint, recipe=recipe)


def _files_as_kept(fact: Fact[Manifest], root: str, objects: Objects) -> Fact[Manifest]:
    if fact.value is None:
        return fact
    rows = tuple(_rows(files_of(fact), root, objects))
    return msgspec.structs.replace(fact, value=msgspec.structs.replace(fact.value, files=rows))


def _rows(files: tuple[File, ...], root: str, objects: Objects) -> Iterator[File]:
    for file in files:
        _check_path(file.path, root)
        if file.digest is None:
            yield file
            continue
        is_kept = objects.has(file.digest)
        if is_kept:
            objects.verified(file.digest)
        yield msgspec.structs.replace(file, kept=is_kept)


def _check_path(path: str, root: str) -> None:
    if path.startswith("/"):
        check_outside(path)
    else:
        check_inside(path)
        check_root(absolute(path, root))


def _wanted(fingerprint: Fingerprint, root: str) -> Iterator[Wanted]:
    """Yield what the store does not hold, each path once; inputs decide."""
    recipe = fingerprint.recipe
    named: dict[str, Wanted] = {}
    for kind, fact in (("source", recipe.source.files), ("input", recipe.inputs)):
        for file in files_of(fact):
            if file.digest is not None and not file.kept:
                place = absolute(file.path, root)
                named[place] = Wanted(
                    kind=kind, path=file.path, place=place, digest=file.digest, size=file.size
                )
    yield from named.values()


def _found(
    wanted: tuple[Wanted, ...], context: Context, tell: Progress, *, fetch: bool
) -> dict[str, str]:
    """Return where every digest is. Raises ``NotReplayedError`` naming every file that is not."""
    if not wanted:
        return {}
    asked = sources(context)
    places: dict[str, str] = {}
    jobs: dict[str, Job] = {}
    problems: dict[Wanted, str] = {}
    for number, file in enumerate(wanted, 1):
        if file.digest in places:
            continue
        tell(f"looking for the inputs, {number:,} of {len(wanted):,}")
        found = locate(file, asked)
        if found.place:
            places[file.digest] = found.place
        elif found.urls:
            jobs[file.digest] = Job(wanted=file, urls=found.urls)
        else:
            problems[file] = found.problem
    # A file may be missing at one path, and its content be found at another
    problems = {file: why for file, why in problems.items() if file.digest not in places | jobs}
    jobs = {digest: job for digest, job in jobs.items() if digest not in places}
    if fetch:
        problems |= _failed(jobs, refused(jobs.values(), tell))
    if not problems and fetch:
        problems = _failed(jobs, transfer(jobs.values(), context.cache, tell))
    if problems:
        raise refusal(problems)
    return places | {digest: str(cache_place(context.cache, digest)) for digest in jobs}


def _failed(jobs: dict[str, Job], reasons: dict[str, str]) -> dict[Wanted, str]:
    return {jobs[digest].wanted: reason for digest, reason in reasons.items()}
