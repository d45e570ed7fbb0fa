"""The parts of a plan in a folder, for a person who builds and runs it without auditor."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from auditor.model.plan import Mount
from auditor.replay.base.host import members
from auditor.replay.base.programs import taken
from auditor.replay.environment.image import context
from auditor.replay.environment.pip_zip import PIP
from auditor.replay.environment.tarball import Member, stream
from auditor.replay.foresee import Foreseen
from auditor.replay.tree.layout import OBSERVATION, RECORDER, lay_out
from auditor.store.objects import Objects

__all__ = ["write_parts"]

# The rest of the folder is no part of what the image is built from.
_IGNORED = f"*\n!requirements.txt\n!wheels\n!{PIP}\n"


def write_parts(ready: Foreseen, objects: Objects, folder: Path) -> tuple[Mount, ...]:
    """Write what the image is built from, the fresh tree, the inputs beside it, and the base.

    Returns the mounts that are not in the plan, with sources relative to ``folder``. Raises
    ``OSError``, ``MachineError``, ``IntegrityError``.
    """
    for path, member in context(ready.plan, ready.cache).items():
        _place(folder / path, member)
    (folder / ".dockerignore").write_text(_IGNORED, encoding="ascii")
    mounts = lay_out(ready.plan, objects, folder)
    for own in ("observation", "recorder", "aside"):
        shutil.rmtree(folder / own, ignore_errors=True)
    for number, mount in enumerate(ready.plan.mounts):
        if mount.source.startswith("/"):
            _copy(Path(mount.source), folder / "inputs" / str(number))
    if ready.plan.base.kind == "host":
        _base(ready, folder / "base.tar")
    listed = [mount for mount in mounts if Path(mount.source).is_relative_to(folder / "names")]
    assert not {OBSERVATION, RECORDER} & {mount.target for mount in listed}, "not the recorder's"
    return tuple(
        msgspec.structs.replace(mount, source=os.path.relpath(mount.source, folder))
        for mount in listed
    )


def _copy(source: Path, place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, place, symlinks=True)
    else:
        shutil.copy2(source, place)


def _base(ready: Foreseen, place: Path) -> None:
    found = members(ready.chosen.python, taken(ready.fingerprint, ready.options))
    with place.open("wb") as file:
        for chunk in stream(found):
            file.write(chunk)


def _place(place: Path, member: Member) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if member.source is not None:
        shutil.copy2(member.source, place)
    elif member.data is not None:
        place.write_bytes(member.data)
    else:
        place.mkdir(exist_ok=True)
