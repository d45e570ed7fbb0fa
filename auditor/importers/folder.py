"""A run that nobody tracked: a folder, and what its owner says about it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from auditor import redaction
from auditor.errors import InputError
from auditor.importers.interface import Declared, Listed
from auditor.importers.requirements import pinned
from auditor.model.fact import Fact, declared, derived, unknown
from auditor.model.facts import Command, Coverage, Distribution, Exit, Times
from auditor.model.files import File
from auditor.model.observation import Observation

__all__ = ["FolderImporter"]

_NOT_RECORDED = "nobody recorded the run"
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist"})
_MAX_SOURCES = 5000


class FolderImporter:
    """Reads a plain folder; any folder is one, if a command is declared for it."""

    def recognises(self, source: str) -> bool:
        """Say whether ``source`` is a folder."""
        return Path(source).is_dir()

    def runs(self, source: str) -> tuple[Listed, ...]:
        """Return the one run that a folder can be."""
        return (Listed(source=source, name=Path(source).resolve().name, status="unknown"),)

    def read(self, source: str, declared: Declared) -> Observation:
        """Return what the folder and the declarations say; the rest is unknown.

        Raises ``InputError`` where no command is declared or a declared file is not there.
        """
        root = Path(source).resolve()
        if not declared.command:
            raise InputError(
                f"{source} is a plain folder, so nobody recorded its command",
                hint=f'add --command "python train.py", and --output for each result of {source}',
            )
        return _observation(root, declared, _argv(declared.command))


def _argv(command: str) -> tuple[str, ...]:
    try:
        argv = tuple(shlex.split(command))
    except ValueError as error:
        raise InputError(f"--command cannot be split into words: {error}") from None
    if not argv:
        raise InputError("--command is empty", hint='write: --command "python train.py"')
    return argv


def _observation(root: Path, said: Declared, argv: tuple[str, ...]) -> Observation:
    outputs = _declared_files(root, said.outputs, "--output")
    inputs = _declared_files(root, said.inputs, "--input")
    metrics = tuple(file.path for file in _declared_files(root, said.metrics, "--metrics"))
    log = _declared_files(root, (said.log,), "--log")[0].path if said.log else ""
    taken = {file.path for file in (*outputs, *inputs)} | set(metrics) | {log}
    return Observation(
        name=said.name,
        root=str(root),
        command=declared(Command(argv=redaction.arguments(argv)), "--command"),
        git=unknown(_NOT_RECORDED),
        source=derived(
            tuple(_sources(root, argv, taken)),
            "the folder's Python files and the files that the command names, as they are now",
        ),
        interpreter=unknown(_NOT_RECORDED),
        system=unknown(_NOT_RECORDED),
        libc=unknown(_NOT_RECORDED),
        locale=unknown(_NOT_RECORDED),
        zone=unknown(_NOT_RECORDED),
        variables=unknown(_NOT_RECORDED),
        dependencies=_dependencies(root, said.requirements),
        image=unknown(_NOT_RECORDED),
        params={key: declared(value, "--param") for key, value in said.params.items()},
        inputs=_fact(inputs, "--input", "no --input was declared, and nobody watched the run"),
        seeds=unknown(_NOT_RECORDED),
        outputs=_fact(outputs, "--output", "no --output was declared"),
        metric_files=metrics,
        stdout=_stdout(root, log),
        stderr=unknown(_NOT_RECORDED),
        exit=_exit(outputs),
        times=_times(root, outputs),
        arithmetic=unknown(_NOT_RECORDED),
        generators=unknown(_NOT_RECORDED),
        network=unknown(_NOT_RECORDED),
        processes=unknown(_NOT_RECORDED),
        uncaught=unknown(_NOT_RECORDED),
        resources=unknown(_NOT_RECORDED),
        coverage=derived(
            Coverage(
                tracer="none",
                python_processes=0,
                blind=(
                    "the run was not observed: inputs that were not declared are not known",
                    "files are as they are now, which may not be as the run left them",
                ),
            ),
            "the folder",
        ),
    )


def _fact(files: tuple[File, ...], option: str, reason: str) -> Fact[tuple[File, ...]]:
    return declared(files, option) if files else unknown(reason)


def _declared_files(root: Path, paths: Iterable[str], option: str) -> tuple[File, ...]:
    return tuple(_declared_file(root, path, option) for path in paths)


def _declared_file(root: Path, path: str, option: str) -> File:
    # A path is meant from the folder; one from where the user stands is understood as well.
    here = Path(os.path.normpath(root / path))
    if not here.is_file():
        here = Path(path).resolve()
    if not here.is_file():
        raise InputError(
            f"{option} {path}: no such file in {root}", hint="paths are relative to the folder"
        )
    name = here.relative_to(root).as_posix() if here.is_relative_to(root) else here.as_posix()
    return File(path=name, digest=None, size=None, seen="declared")


def _sources(root: Path, argv: tuple[str, ...], taken: set[str]) -> Iterator[File]:
    named = {word for word in argv if (root / word).is_file() and not Path(word).is_absolute()}
    found = sorted(named | set(_python_files(root)))
    for path in found[:_MAX_SOURCES]:
        if path not in taken:
            seen = "argv" if path in named else "scan"
            yield File(path=Path(path).as_posix(), digest=None, size=None, seen=seen)


def _python_files(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not Path(folder, name, "pyvenv.cfg").exists()
        )
        for name in files:
            if name.endswith(".py"):
                yield Path(folder, name).relative_to(root).as_posix()


def _dependencies(root: Path, requirements: str) -> Fact[tuple[Distribution, ...]]:
    if not requirements:
        return unknown("no --requirements was declared, and nobody recorded the environment")
    file = _declared_file(root, requirements, "--requirements")
    return declared(pinned(root / file.path), f"--requirements {file.path}")


def _stdout(root: Path, log: str) -> Fact[str]:
    if not log:
        return unknown("no --log was declared, and nobody recorded the run")
    return declared(str(root / log), "--log")


def _exit(outputs: tuple[File, ...]) -> Fact[Exit]:
    if not outputs:
        return unknown(_NOT_RECORDED)
    return derived(
        Exit(status="succeeded", code=0),
        "the declared outputs are there",
        reason="a failing command may have left them too; its status was not recorded",
    )


def _times(root: Path, outputs: tuple[File, ...]) -> Fact[Times]:
    if not outputs:
        return unknown(_NOT_RECORDED)
    newest = max((root / file.path).stat().st_mtime for file in outputs)
    stamp = datetime.fromtimestamp(newest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return derived(
        Times(started=stamp, finished=stamp, duration=None),
        "the modification time of the newest declared output",
        reason="when the run started was not recorded",
    )
