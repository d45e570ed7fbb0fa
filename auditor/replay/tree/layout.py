"""The private folder of one replay: a fresh tree, and what is mounted beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from auditor import recorder
from auditor.errors import MachineError
from auditor.model.files import File, inline
from auditor.model.names import Name
from auditor.model.plan import Mount, Plan
from auditor.replay.planning.paths import inside
from auditor.replay.planning.user import accounts
from auditor.replay.tree.links import lay_out_links, real_place
from auditor.replay.tree.names import lay_out_names, names_of, set_time
from auditor.replay.tree.stdin import STDIN, given
from auditor.store.objects import Objects

__all__ = ["OBSERVATION", "RECORDER", "give_away", "lay_out"]

OBSERVATION = "/opt/auditor/observation"
RECORDER = "/opt/auditor/recorder"


def lay_out(plan: Plan, objects: Objects, work: Path) -> tuple[Mount, ...]:
    """Fill ``work`` with ``tree``, ``observation`` and ``recorder``; return all mounts, absolute.

    Every file comes from the store, its digest verified. Raises ``MachineError``.
    """
    try:
        tree = work / "tree"
        names = names_of(plan, objects)
        _tree(plan, names, objects, tree)
        folders = lay_out_names(names, plan, tree, work / "names")
        observation = work / "observation"
        observation.mkdir()
        give_away(tree, plan.user)
        give_away(observation, plan.user)
        recorder = _recorder(work / "recorder")
        own = (
            Mount(source=str(tree), target=plan.root, read_only=False),
            Mount(source=str(observation), target=OBSERVATION, read_only=False),
            Mount(source=str(recorder), target=RECORDER, read_only=True),
        )
        times = {name.path: name.modified for name in names}
        mounts = _mounts(plan, objects, work, times)
        return (*own, *_accounts(plan, work), *_stdin(plan, objects, work), *folders, *mounts)
    except OSError as error:
        raise MachineError(
            f"cannot lay out a replay in {work}: {error.strerror or error}",
            hint="free some space, or set TMPDIR to a folder on a larger disk",
        ) from None


def give_away(folder: Path, user: str) -> None:
    """Make ``user`` (``uid:gid``) the owner of ``folder`` and all in it, where that is allowed."""
    uid, _colon, gid = user.partition(":")
    if os.geteuid() != 0:
        return
    os.chown(folder, int(uid), int(gid))
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(Path(place, name), int(uid), int(gid))


def _tree(plan: Plan, names: tuple[Name, ...], objects: Objects, tree: Path) -> None:
    tree.mkdir(mode=0o755)
    linked = lay_out_links(names, plan, tree)
    for directory in plan.directories:
        (tree / directory).mkdir(parents=True, exist_ok=True)
    for file in inline(plan.files):
        if not file.path.startswith("/"):
            _place(file, objects, real_place(tree, file.path) if linked else tree / file.path)
    for path, target in plan.links.items():
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    for mount in plan.mounts:  # a place for those that are not files of the tree
        if inside(mount.target, plan.root):
            place = real_place(tree, os.path.relpath(mount.target, plan.root))
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.touch()


def _stdin(plan: Plan, objects: Objects, work: Path) -> tuple[Mount, ...]:
    if not given(plan.stdin) or plan.stdin.digest is None:
        return ()
    source = work / "stdin"
    shutil.copyfile(objects.verified(plan.stdin.digest), source)
    source.chmod(0o644)
    return (Mount(source=str(source), target=STDIN, read_only=True),)


def _place(file: File, objects: Objects, place: Path) -> None:
    assert file.digest is not None, "files without a digest are not in a plan"
    place.parent.mkdir(parents=True, exist_ok=True)
    if not file.kept:
        place.touch()
        return
    shutil.copyfile(objects.verified(file.digest), place)
    place.chmod(0o755 if file.executable else 0o644)


def _recorder(place: Path) -> Path:
    """Copy the recorder, so that whoever runs in the container can read it."""
    shutil.copytree(Path(recorder.__path__[0]), place)
    for folder, _folders, files in os.walk(place):
        Path(folder).chmod(0o755)
        for name in files:
            Path(folder, name).chmod(0o644)
    return place


def _accounts(plan: Plan, work: Path) -> tuple[Mount, ...]:
    mounts = []
    for name, text in zip(("passwd", "group"), accounts(plan), strict=True):
        place = work / name
        place.write_text(text, encoding="utf-8")
        place.chmod(0o644)
        mounts.append(Mount(source=str(place), target=f"/etc/{name}", read_only=True))
    return tuple(mounts)


def _mounts(
    plan: Plan, objects: Objects, work: Path, times: Mapping[str, int]
) -> tuple[Mount, ...]:
    """Return the mounts of the plan with absolute sources, one a target.

    A link in the tree is protected where it leads; a folder behind one holds other things too.
    """
    found: dict[str, Mount] = {}
    executable = {file.path for file in inline(plan.files) if file.executable}
    for number, mount in enumerate(plan.mounts):
        kind, _colon, name = mount.source.partition(":")
        if kind == "tree":
            source = real_place(work / "tree", name)
            own = os.path.relpath(source, os.path.realpath(work / "tree"))
            if own != name and source.is_dir():
                continue
            target = f"{plan.root.rstrip('/')}/{own}"
        elif kind == "object":
            source, target = work / "outside" / str(number), mount.target
            source.parent.mkdir(exist_ok=True)
            shutil.copyfile(objects.verified(name), source)
            source.chmod(0o755 if target in executable else 0o644)
            set_time(source, times.get(target))
        else:
            source, target = Path(mount.source).resolve(), mount.target
        found[target] = Mount(source=str(source), target=target, read_only=mount.read_only)
    return tuple(found.values())
