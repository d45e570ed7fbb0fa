"""From a fingerprint to what a replay will do. Pure: it looks at nothing but its arguments."""

from __future__ import annotations

import posixpath

from auditor.errors import InputError, NotReplayedError
from auditor.model.facts import Command, Interpreter, Stdin
from auditor.model.files import File
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Base, Limits, Lock, Plan
from auditor.replay.base.programs import folders_of
from auditor.replay.environment.dockerfile import dockerfile
from auditor.replay.options import NOBODY, Options
from auditor.replay.planning.command import ENV, mapped_argv, python_path, search_path
from auditor.replay.planning.honour import unhonoured
from auditor.replay.planning.mounts import mounts_of
from auditor.replay.planning.paths import (
    absolute,
    check_inside,
    check_outside,
    check_root,
    inside,
    refuse_overlap,
)
from auditor.replay.planning.user import person_of
from auditor.replay.planning.variables import replay_variables
from auditor.replay.tree.inputs import files_of

__all__ = ["plan"]


def plan(fingerprint: Fingerprint, lock: Lock, base: Base, options: Options) -> Plan:
    """Return the plan of a replay.

    Raises ``NotReplayedError`` where the fingerprint has no command, ``InputError`` where it
    names a path that is refused.
    """
    recipe = fingerprint.recipe
    root = check_root(recipe.root)
    command = _command(fingerprint)
    interpreter = recipe.environment.interpreter.value
    links = _links(interpreter, root)
    files = _files(fingerprint, links)
    processes = fingerprint.record.processes.value or ()
    argv = mapped_argv(command, interpreter, root, processes)
    person = person_of(fingerprint, base, options)
    variables, differing = replay_variables(
        recipe.environment,
        path=search_path(base.python, folders_of(fingerprint)),
        python_path=python_path(command, interpreter, root),
        person=person,
    )
    written = frozenset(file.path for file in files_of(fingerprint.outcome.outputs))
    # What the run removed or moved cannot be a mount point: that can be neither
    inputs = frozenset(file.path for file in files_of(recipe.inputs) if not file.gone)
    names = fingerprint.record.names.value
    return Plan(
        base=base,
        dockerfile=dockerfile(base),
        lock=lock,
        argv=argv,
        root=root,
        workdir=_workdir(command.cwd, root),
        user=options.user or NOBODY,
        variables=variables,
        files=files,
        directories=_directories(fingerprint, command.cwd),
        links=links,
        mounts=mounts_of(files, inputs, written, root, options),
        limits=_limits(options),
        names=names.digest if names is not None else None,
        stdin=recipe.stdin.value or Stdin(kind="null"),
        gpus=options.gpus,
        unhonoured=(*unhonoured(fingerprint, lock, base, options), *person.unhonoured, *differing),
    )


def _command(fingerprint: Fingerprint) -> Command:
    command = fingerprint.recipe.command.value
    if command is None or not command.argv:
        raise NotReplayedError("the fingerprint does not say which command ran")
    if any("\0" in word for word in command.argv) or not command.argv[0]:
        raise InputError("the fingerprint's command cannot be executed: it has an empty word")
    return command


def _files(fingerprint: Fingerprint, links: dict[str, str]) -> tuple[File, ...]:
    """Return inputs and source, one entry a path; inputs decide, and the environment's are left."""
    recipe = fingerprint.recipe
    found: dict[str, File] = {}
    for file in (*files_of(recipe.source.files), *files_of(recipe.inputs)):
        if file.path.startswith("/"):
            check_outside(file.path)
        else:
            check_inside(file.path)
            if any(inside(file.path, link) for link in links):
                continue
        found[file.path] = file
    refuse_overlap(found)
    return tuple(found[path] for path in sorted(found) if found[path].digest is not None)


def _links(interpreter: Interpreter | None, root: str) -> dict[str, str]:
    if interpreter is None or interpreter.prefix == interpreter.base_prefix:
        return {}
    prefix = posixpath.normpath(interpreter.prefix)
    if prefix == root or not inside(prefix, root):
        return {}
    return {check_inside(posixpath.relpath(prefix, root)): ENV}


def _workdir(cwd: str, root: str) -> str:
    place = absolute(cwd, root)
    return place if inside(place, root) else check_outside(place)


def _directories(fingerprint: Fingerprint, cwd: str) -> tuple[str, ...]:
    """Return the folders that a run found ready: its own, and those of its outputs."""
    made = fingerprint.outcome.made_directories
    wanted = set()
    if cwd != "." and not cwd.startswith("/"):
        wanted.add(check_inside(cwd))
    for file in files_of(fingerprint.outcome.outputs):
        if file.path.startswith("/"):
            continue
        parent = posixpath.dirname(check_inside(file.path))
        while parent and any(inside(parent, folder) for folder in made):
            parent = posixpath.dirname(parent)
        if parent:
            wanted.add(parent)
    return tuple(sorted(wanted))


def _limits(options: Options) -> Limits:
    return Limits(
        network=options.network,
        memory=options.memory,
        cpus=options.cpus,
        timeout=options.timeout,
        disk=options.disk,
        log=options.log,
    )
