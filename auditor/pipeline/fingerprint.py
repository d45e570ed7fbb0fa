"""``auditor fingerprint``: a run that already ended becomes a fingerprint like any other."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import msgspec

from auditor import capture, git
from auditor.errors import InputError
from auditor.hashing.cache import Cache
from auditor.importers import Declared, Listed, importer_of
from auditor.locking.cache import cache_folder
from auditor.model.fact import Fact, derived
from auditor.model.observation import Observation
from auditor.pipeline.project import project_root, store_of
from auditor.pipeline.run import DEFAULT_KEEP, Filed, file_observation
from auditor.store import Store

__all__ = ["fingerprint_source", "list_source"]

_TODAY = "as it is today; it may have been another when the run was made"


def list_source(source: str, system: str | None) -> tuple[Listed, ...]:
    """Return the runs that a source holds. Raises ``InputError``."""
    return importer_of(source, system).runs(source)


def fingerprint_source(source: str, system: str | None, said: Declared, cwd: Path) -> Filed:
    """File the fingerprint of the run at ``source`` in the store of ``cwd``'s project.

    A folder with an observation that was never filed (auditor was killed) is filed as it is.
    Raises ``InputError``.
    """
    folder = Path(source)
    if (folder / "request.json").is_file() and (folder / "events").is_dir():
        identity, path, fingerprint = file_observation(store_of(cwd), folder, keep=DEFAULT_KEEP)
        return Filed(id=identity, path=path, fingerprint=fingerprint, status=0)
    observation = importer_of(source, system).read(source, said)
    root = Path(observation.root)
    store = Store(project_root(root))
    store.create()
    observation = _as_today(observation, root, store)
    with closing(Cache(cache_folder() / "digests.sqlite")) as cache:
        fingerprint = capture.assemble(
            observation, capture.no_host_facts(), store.objects, keep=DEFAULT_KEEP, cache=cache
        )
    identity, path = store.save_fingerprint(fingerprint)
    return Filed(id=identity, path=path, fingerprint=fingerprint, status=0)


def _as_today(observation: Observation, root: Path, store: Store) -> Observation:
    """Fill in, marked as derived, what the machine shows today of what nobody recorded."""
    changes: dict[str, object] = {}
    if observation.git.how == "unknown":
        repository, masked = git.state(root, store.objects.put_bytes)
        changes |= {"git": _derived(repository), "masked": {**observation.masked, **masked}}
    command = observation.command.value
    executable = _python_of(command.argv[0], root) if command else None
    if observation.interpreter.how == "unknown" and executable is not None:
        found = capture.environment_of(executable)
        changes |= {
            name: _derived(getattr(found, name))
            for name in ("interpreter", "system", "libc", "libraries", "dependencies")
            if getattr(observation, name).how == "unknown"
        }
    return msgspec.structs.replace(observation, **changes)


def _derived(fact: Fact) -> Fact:  # type: ignore[type-arg]
    if fact.how == "unknown":
        return fact
    return derived(fact.value, fact.source, reason=fact.reason or _TODAY)


def _python_of(program: str, root: Path) -> Path | None:
    if not Path(program).name.startswith("python"):
        return None
    for folder in (".venv", "venv", "env"):
        candidate = root / folder / "bin" / Path(program).name
        if candidate.is_file():
            return candidate
    found = shutil.which(program, path=None) or shutil.which("python3")
    if found is None:
        raise InputError(f"--command: {program} is not found", hint="name it with its full path")
    return Path(found)
