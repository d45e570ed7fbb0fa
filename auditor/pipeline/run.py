"""``auditor run``: observe a command and file its fingerprint."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

import auditor
from auditor import capture, git, process, redaction
from auditor.capture.container import HANDED_IN, handed_in
from auditor.errors import AuditorError, InputError, MachineError
from auditor.model.canonical import canonical, parse
from auditor.model.fact import Fact
from auditor.model.facts import Git
from auditor.model.fingerprint import Fingerprint
from auditor.model.record import Record
from auditor.pipeline.notebook import command_of
from auditor.pipeline.project import store_of
from auditor.store import Store
from auditor.store.atomic import machine_errors, write

__all__ = ["DEFAULT_KEEP", "Filed", "RunOptions", "file_observation", "run"]

DEFAULT_KEEP = 64 * 1024 * 1024
OBSERVATION_SCHEMA = "auditor.observation/1"


class RunOptions(Record, frozen=True, kw_only=True):
    """What to observe. Paths are as given; ``keep`` in bytes.

    ``env`` names the variables whose values are recorded besides those on the list. ``trace`` is
    ``auto`` where programs are followed too, ``syscalls`` where the files that they open are seen,
    or ``python``.
    """

    argv: tuple[str, ...]
    name: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    params: dict[str, str] = msgspec.field(default_factory=dict)
    keep: int = DEFAULT_KEEP
    env: tuple[str, ...] = ()
    trace: str = "auto"


class Filed(Record, frozen=True, kw_only=True):
    """A fingerprint in the store. ``status`` is the command's own, as a shell gives it."""

    id: str
    path: Path
    fingerprint: Fingerprint
    status: int


def run(options: RunOptions, cwd: Path, stdout: IO[bytes] | int | None) -> Filed:
    """Run the command under the recorder and file its fingerprint.

    ``stdout`` is where the command's own stdout goes on to. Raises ``InputError`` if the command
    could not be started or ``AUDITOR_IMAGE`` is no reference by digest, ``RecordingError`` if the
    run could not be recorded: the observation then stays, and ``auditor fingerprint`` files it
    later.
    """
    options = msgspec.structs.replace(options, argv=command_of(options.argv, cwd))
    _refuse_missing(options.argv[0], cwd)
    if os.environ.get(HANDED_IN):
        handed_in(os.environ[HANDED_IN])
    store = store_of(cwd)
    store.create()
    folder = _observation_folder(store, options, cwd)
    keeper = Path(auditor.__file__).parent / "recorder" / "keeper.py"
    status = process.supervise(
        [sys.executable, "-I", str(keeper), str(folder), "--", *options.argv], stdout=stdout
    )
    try:
        identity, path, fingerprint = file_observation(store, folder, keep=options.keep)
    except MachineError as error:
        raise RecordingError(error, status) from error
    shutil.rmtree(folder, ignore_errors=True)
    return Filed(id=identity, path=path, fingerprint=fingerprint, status=status)


class RecordingError(AuditorError):
    """The command ran, and its fingerprint could not be filed; the observation is still there."""

    def __init__(self, cause: AuditorError, status: int) -> None:
        """Take what went wrong, and the exit status of the command."""
        super().__init__(f"the run was not recorded: {cause.message}", hint=cause.hint)
        self.status = status
        self.exit_code = status or MachineError.exit_code


def file_observation(store: Store, folder: Path, *, keep: int) -> tuple[str, Path, Fingerprint]:
    """Assemble the observation in ``folder``, file it, and return ``(id, path, fingerprint)``."""
    observation = capture.read(folder)
    request = parse((folder / "request.json").read_bytes(), what="the observation's request")
    if "git" in request:
        repository = msgspec.convert(request["git"], Fact[Git])
        observation = msgspec.structs.replace(observation, git=repository)
    programs = capture.with_packages(observation.programs)
    observation = msgspec.structs.replace(observation, programs=programs)
    fingerprint = capture.assemble(
        observation, capture.host_facts(store.key), store.objects, keep=keep
    )
    identity, path = store.save_fingerprint(fingerprint)
    return identity, path, fingerprint


def _refuse_missing(program: str, cwd: Path) -> None:
    found = shutil.which(program) if os.sep not in program else str(cwd / program)
    if found is None or not Path(found).is_file():
        raise InputError(
            f"cannot start {program}: command not found",
            hint="check the spelling and PATH; everything after -- is the command",
        )
    if not os.access(found, os.X_OK):
        raise InputError(
            f"cannot start {program}: permission denied",
            hint=f"make it executable (chmod +x {program}) or name its interpreter",
        )


def _observation_folder(store: Store, options: RunOptions, cwd: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    folder = store.folder / "observations" / f"{stamp}-{os.getpid()}"
    with machine_errors(str(folder)):
        folder.mkdir(parents=True, mode=0o700)  # until it is read, secrets may stand in it
    argv, in_argv = redaction.masked_arguments(options.argv)
    params, in_params = redaction.masked_values(options.params)
    repository, masked = git.state(store.root, store.objects.put_bytes)
    request = {
        "schema": OBSERVATION_SCHEMA,
        "name": options.name,
        "root": str(store.root),
        "cwd": str(cwd),
        "argv": argv,
        "inputs": options.inputs,
        "outputs": options.outputs,
        "metrics": options.metrics,
        "params": params,
        "keep": options.keep,
        "variables": options.env,
        "trace": options.trace,
        "store": str(store.folder),
        "git": repository,
        "masked": capture.told("argv", in_argv) + capture.told("params", in_params) + masked,
    }
    write(folder / "request.json", canonical(request))
    return folder
