"""The image of the environment: the base, and in it the locked distributions."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from auditor import __version__
from auditor.errors import NotReplayedError
from auditor.locking import Progress, place
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes, hex_of
from auditor.model.facts import Image
from auditor.model.plan import Lock, Plan
from auditor.replay.base import Chosen
from auditor.replay.dockerfile import requirements_of
from auditor.replay.engines import Engine
from auditor.replay.python import Python
from auditor.replay.tarball import Member, stream, text

__all__ = ["environment_image", "pip_folder", "pip_path"]

_FORMAT = 1  # raise it when the same files would give another image


def environment_image(
    plan: Plan, chosen: Chosen, cache: Path, engine: Engine, progress: Progress
) -> Image:
    """Return the image that ``plan`` describes, built now unless the engine has it.

    Raises ``NotReplayedError`` where it cannot be built.
    """
    key = _key(plan, chosen)
    tag = f"auditor/env:{hex_of(key)[:16]}"
    if (image := engine.images.find(tag)) is not None:
        return image
    progress(f"building the environment of {len(plan.lock.wheels)} distributions")
    labels = {
        "org.auditor.kind": "environment",
        "org.auditor.key": key,
        "org.auditor.version": __version__,
    }
    return engine.images.build(stream(_context(plan, cache)), tag, labels)


def pip_path(python: Python, lock: Lock) -> str:
    """Return where the pip that installs lies in the build context.

    It is auditor's own, so that the base needs none; where that is too new for the Python of the
    base, the locked one, which runs out of its wheel. Raises ``NotReplayedError``.
    """
    wanted = (importlib.metadata.metadata("pip").get_all("Requires-Python") or [""])[0]
    if SpecifierSet(wanted).contains(Version(python.version.partition("+")[0]), prereleases=True):
        return "pip"
    for wheel in lock.wheels:
        if wheel.name == "pip" and wheel.file.endswith(".whl"):
            return f"wheels/{wheel.file}/pip"
    raise NotReplayedError(
        f"auditor's pip does not run on Python {python.version}, and the run had none of its own",
        hint="--image REF replays with a newer Python",
    )


def pip_folder() -> Path:
    """Return the folder of auditor's own pip."""
    spec = importlib.util.find_spec("pip")
    assert spec is not None, "pip is a dependency"
    assert spec.origin is not None, "pip is a package"
    return Path(spec.origin).parent


def _key(plan: Plan, chosen: Chosen) -> str:
    # An imported image has its time in its id; what is in it, its layers, is what counts.
    base = chosen.image.layers if plan.base.kind == "host" else chosen.image.id
    pip = importlib.metadata.version("pip")
    what = [_FORMAT, base, plan.dockerfile, requirements_of(plan.lock), pip]
    return digest_bytes(canonical(what))


def _context(plan: Plan, cache: Path) -> dict[str, Member]:
    members = {
        "Dockerfile": text(plan.dockerfile),
        "requirements.txt": text(requirements_of(plan.lock)),
        "wheels": Member(),
    }
    for wheel in plan.lock.wheels:
        members[f"wheels/{wheel.file}"] = Member(source=place(cache, wheel))
    folder = pip_folder()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            members[f"pip/{path.relative_to(folder).as_posix()}"] = Member(source=path)
    return members
