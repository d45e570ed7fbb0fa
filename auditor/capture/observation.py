"""From an observation folder to an ``Observation``."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from auditor.capture import activity, chance, container, ended, environment, said
from auditor.capture.entropy import drawn, entropy
from auditor.capture.files import files_of, name_in
from auditor.capture.folder import Folder, load
from auditor.capture.masking import without_secrets
from auditor.capture.names import names
from auditor.capture.params.logged import tracked
from auditor.capture.programs import programs
from auditor.capture.stdin import stdin
from auditor.model.fact import Fact, declared, recorded, unknown
from auditor.model.facts import Command
from auditor.model.files import File
from auditor.model.observation import Observation

__all__ = ["read"]

_HOOK = "audit hook, project tree"


def read(folder: Path) -> Observation:
    """Return what the recorder wrote into ``folder``, also if it was cut short.

    The repository is not looked at here. Raises
    ``InputError`` where ``folder`` is no observation folder.
    """
    loaded = load(folder)
    files = files_of(loaded)
    main = environment.main_process(loaded)
    draws = drawn(loaded)
    seen = Observation(
        name=loaded.request.name,
        root=loaded.request.root,
        command=_command(loaded),
        git=unknown("the recorder does not look at the repository", "recorder"),
        source=_files(loaded, files.source),
        interpreter=environment.interpreter(loaded, main),
        system=environment.system(loaded),
        libc=environment.libc(loaded),
        locale=environment.locale(main),
        zone=environment.zone(loaded),
        variables=environment.variables(loaded, main),
        libraries=environment.libraries(loaded, main),
        indexes=environment.indexes(loaded, main),
        dependencies=environment.dependencies(loaded, main),
        image=container.image(loaded),
        params=_params(loaded),
        inputs=_files(loaded, files.inputs),
        seeds=chance.seeds(loaded),
        outputs=recorded(files.outputs, _HOOK),
        made_directories=files.made,
        metric_files=files.metric_files,
        metrics=said.metrics(loaded),
        contents=str(folder / "contents"),
        stdin=stdin(loaded),
        stdin_copy=str(folder / "stdin"),
        names=names(loaded),
        stdout=_stream(folder / "stdout"),
        stderr=_stream(folder / "stderr"),
        exit=ended.exit_of(loaded),
        times=ended.times(loaded),
        arithmetic=ended.arithmetic(loaded, main),
        generators=chance.generators(loaded),
        generator_states=chance.states(loaded),
        derived_seeds=chance.derived(loaded),
        network=activity.network(loaded),
        processes=activity.processes(loaded),
        programs=programs(loaded),
        container=container.container(loaded),
        tracked=tracked(loaded, environment.NO_PYTHON),
        uncaught=activity.uncaught(loaded),
        resources=ended.resources(loaded),
        coverage=activity.coverage(loaded, files),
        entropy=entropy(loaded, draws),
        drawn=draws,
        masked=loaded.request.masked,
    )
    return without_secrets(seen)


def _command(folder: Folder) -> Fact[Command]:
    argv = folder.request.argv
    if not argv and folder.start is not None:
        argv = folder.start.argv
    if not argv:
        return unknown("the recorder was stopped before it could start the command", "recorder")
    cwd = name_in(folder.request.root, os.path.normpath(PurePosixPath(folder.request.cwd)))
    cwd = "." if cwd == folder.request.root else cwd
    return recorded(Command(argv=argv, cwd=cwd), "recorder")


def _params(folder: Folder) -> dict[str, Fact[str]]:
    """Return what was declared before the run, and what the run then said was in effect."""
    asked = {key: declared(value, "--param") for key, value in folder.request.params.items()}
    return {**asked, **said.params(folder)}


def _files(folder: Folder, files: tuple[File, ...]) -> Fact[tuple[File, ...]]:
    """Return what was read; without a Python process only what was named is known."""
    if folder.processes:
        return recorded(files, _HOOK)
    if files:
        return declared(files, "the command line, --input", environment.NO_PYTHON)
    return unknown(environment.NO_PYTHON, "recorder")


def _stream(path: Path) -> Fact[str]:
    if path.is_file():
        return recorded(str(path), "pipe")
    return unknown("the recorder left no copy of it", "recorder")
