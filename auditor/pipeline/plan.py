"""``auditor replay --plan``: what a replay would do, and the folder to do it by hand."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from auditor import capture
from auditor.errors import InputError, MachineError
from auditor.locking import cached
from auditor.model.canonical import canonical
from auditor.model.digest import hex_of
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Plan
from auditor.model.record import Record
from auditor.pipeline.project import store_of
from auditor.pipeline.refs import find_original
from auditor.pipeline.replay.request import ReplayRequest
from auditor.render.by_hand import CHECK, build_lines, run_lines
from auditor.replay import Foreseen, foresee
from auditor.replay.engines import connect
from auditor.replay.environment.by_hand import write_parts
from auditor.store import Store
from auditor.store.lists import files_in

__all__ = ["Planned", "plan_ref"]

Tell = Callable[[str], None]


class Planned(Record, frozen=True, kw_only=True):
    """The plan of a run, and where it was written; ``first`` is what a replay would do before."""

    ref: str
    id: str
    plan: Plan
    first: tuple[str, ...] = ()
    folder: Path | None = None


def plan_ref(
    ref: str, request: ReplayRequest, cwd: Path, tell: Tell, folder: Path | None = None
) -> Planned:
    """Return the plan of the run that ``ref`` means.

    Nothing is fetched, made or run for it but the lock, which is kept: a package index and the
    registry may be asked, and a container may say what is in an image that is here. With
    ``folder``, a new one, all that the plan stands on is fetched and made, save the image of the
    environment, and written there. Raises as ``prepare``, and ``InputError`` where the folder is
    not empty.
    """
    if folder is not None:
        _check(folder)
    store = store_of(cwd)
    original = find_original(ref, store)
    options = msgspec.structs.replace(request.options, trusted=original.trusted)
    ready = foresee(
        original.fingerprint,
        store.objects,
        connect(options.engine),
        options,
        lock=store.lock(original.id),
        tell=tell,
        need="plan" if folder is None else "files",
        gpus=capture.host_facts().gpu.value,
    )
    store.save_lock(original.id, ready.plan.lock)
    if folder is not None:
        tell(f"writing {folder}")
        _write(ready, original.fingerprint, store, folder)
    first = _first(ready) if folder is None else ()
    return Planned(ref=ref, id=original.id, plan=ready.plan, first=first, folder=folder)


def _first(ready: Foreseen) -> tuple[str, ...]:
    """Say what a replay does before it can run, as far as it is not done yet."""
    plan, done = ready.plan, []
    if not ready.chosen.image.id:
        verb = "make the base from this machine" if plan.base.kind == "host" else "pull the base"
        done.append(verb)
    missing = [wheel for wheel in plan.lock.wheels if not cached(ready.cache, wheel)]
    sources = [wheel for wheel in plan.lock.wheels if not wheel.file.endswith(".whl")]
    if missing:
        done.append(f"download {len(missing)} of {len(plan.lock.wheels)} distributions")
    if sources:
        done.append(f"build wheels of {', '.join(wheel.name for wheel in sources)}")
    return tuple(done)


def _check(folder: Path) -> None:
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder} is there, and not an empty folder")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"cannot make {folder}: {error.strerror or error}") from None


def _write(ready: Foreseen, original: Fingerprint, store: Store, folder: Path) -> None:
    plan = ready.plan
    try:
        more = write_parts(ready, store.objects, folder)
        build, run = build_lines(plan), run_lines(plan, more)
        texts = {
            "pylock.toml": plan.lock.pylock,
            "plan.json": canonical(plan).decode() + "\n",
            "outputs.sha256": _outputs(original, store),
            "run.sh": "\n".join(["#!/bin/sh", "set -eu", 'cd "$(dirname "$0")"', *build, *run, ""]),
            "README": _readme(plan, (*build, *run, CHECK)),
        }
        for name, text in texts.items():
            if text:
                (folder / name).write_text(text, encoding="utf-8")
        (folder / "run.sh").chmod(0o755)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise MachineError(f"cannot write {folder}: {error.strerror or error}") from None


def _outputs(original: Fingerprint, store: Store) -> str:
    """Return the digests of the outputs in the project, as sha256sum has them."""
    rows = []
    for file in files_in(original.outcome.outputs.value, store.objects):
        printable = file.path.isprintable() and "\\" not in file.path
        if file.digest is not None and printable and not file.path.startswith("/"):
            rows.append(f"{hex_of(file.digest)}  {file.path}\n")
    return "".join(rows)


def _readme(plan: Plan, lines: tuple[str, ...]) -> str:
    commands = "\n".join(f"    {line}" for line in lines)
    return (
        f"A recorded run, to be built and run with Docker alone: {shlex.join(plan.argv)}\n\n"
        f"{commands}\n\n"
        f"run.sh is these but the last. The command changes the folder tree, so a second run\n"
        f"needs a fresh copy of it. It runs as user {plan.user}, to whom tree must belong\n"
        f"(chown -R {plan.user} tree). The path of this folder must have no comma in it.\n"
        f"plan.json is the whole plan; what it could not honour is under unhonoured.\n"
    )
