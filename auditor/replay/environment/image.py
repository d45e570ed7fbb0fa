"""The image of the environment: the base, and in it the locked distributions."""

from __future__ import annotations

import fcntl
import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from auditor.errors import MachineError, NotReplayedError
from auditor.locking import Progress, place
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes, hex_of
from auditor.model.facts import Image
from auditor.model.plan import Lock, Plan
from auditor.replay.base.choose import Chosen
from auditor.replay.base.python import Python
from auditor.replay.engines import Engine
from auditor.replay.environment.dockerfile import dockerfile, requirements_of
from auditor.replay.environment.pip_zip import PIP, pip_folder, pip_version, pip_zip
from auditor.replay.environment.tarball import Member, stream, text

__all__ = ["context", "environment_image", "environment_tag", "pip_folder", "pip_path"]

_FORMAT = 5  # raise it when the same files would give another image


def environment_image(
    plan: Plan, chosen: Chosen, cache: Path, engine: Engine, progress: Progress
) -> Image:
    """Return the image that ``plan`` describes, built now unless the engine has it.

    Raises ``NotReplayedError`` where it cannot be built.
    """
    tag = environment_tag(chosen, plan.lock)
    if (image := engine.images.find(tag)) is not None:
        return image
    with _alone(cache, tag):
        if (image := engine.images.find(tag)) is not None:
            return image
        progress(f"building the environment of {len(plan.lock.wheels)} distributions")
        # Every label would be a step of its own; what it needs is in the Dockerfile.
        return engine.images.build(stream(context(plan, cache)), tag, {})


def environment_tag(chosen: Chosen, lock: Lock) -> str:
    """Return the name of the image: by what is in it, whatever fingerprint or name of the base.

    So runs on the same base with the same lock share it.
    """
    # An imported image has its time in its id; what is in it, its layers, is what counts.
    base = chosen.image.layers if chosen.base.kind == "host" else chosen.image.id
    nameless = msgspec.structs.replace(chosen.base, reference="")
    steps = dockerfile(nameless, pip_path(chosen.python, lock))
    what = [_FORMAT, base, steps, requirements_of(lock), pip_version()]
    return f"auditor/env:{hex_of(digest_bytes(canonical(what)))[:16]}"


def context(plan: Plan, cache: Path) -> dict[str, Member]:
    """Return what the image is built from, by path beside the Dockerfile."""
    members = {
        "Dockerfile": text(plan.dockerfile),
        "requirements.txt": text(requirements_of(plan.lock)),
        "wheels": Member(),
    }
    for wheel in plan.lock.wheels:
        members[f"wheels/{wheel.file}"] = Member(source=place(cache, wheel))
    members[PIP] = Member(data=pip_zip(pip_folder()))
    return members


def pip_path(python: Python, lock: Lock) -> str:
    """Return where the pip that installs lies in the build context.

    It is auditor's own, so that the base needs none; where that is too new for the Python of the
    base, the locked one, which runs out of its wheel. Raises ``NotReplayedError``.
    """
    wanted = (importlib.metadata.metadata("pip").get_all("Requires-Python") or [""])[0]
    if SpecifierSet(wanted).contains(Version(python.version.partition("+")[0]), prereleases=True):
        return f"{PIP}/pip"
    for wheel in lock.wheels:
        if wheel.name == "pip" and wheel.file.endswith(".whl"):
            return f"wheels/{wheel.file}/pip"
    raise NotReplayedError(
        f"auditor's pip does not run on Python {python.version}, and the run had none of its own",
        hint="--image REF replays with a newer Python",
    )


@contextmanager
def _alone(cache: Path, tag: str) -> Iterator[None]:
    """Keep others of this user from building the same at the same time: they wait for it."""
    folder = cache / "builds"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / tag.rpartition(":")[2]).open("w")
    except OSError as error:
        raise MachineError(f"cannot write to the cache {cache}: {error.strerror}") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
