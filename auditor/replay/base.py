"""Choose the image that the environment is installed in, and say why."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import NotReplayedError
from auditor.locking import Progress
from auditor.model.facts import Image, Interpreter
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Base
from auditor.model.record import Record
from auditor.replay.base_host import base_image
from auditor.replay.command import is_python
from auditor.replay.engines import Container, Engine
from auditor.replay.options import NOBODY, Options
from auditor.replay.paths import inside
from auditor.replay.python import PROBE, Python, ask, parse

__all__ = ["Chosen", "choose_base", "differences", "find_python"]


class Chosen(Record, frozen=True, kw_only=True):
    """The base, its image, and the Python in it."""

    base: Base
    image: Image
    python: Python


def choose_base(
    fingerprint: Fingerprint, engine: Engine, options: Options, progress: Progress
) -> Chosen:
    """Return the base: ``--image``, else the run's own image, else one made from its interpreter.

    Raises ``NotReplayedError`` where there is none.
    """
    if options.image is not None:
        return _from_image(options.image, "it was asked for by --image", engine, progress)
    recorded = fingerprint.recipe.image.value
    if recorded is not None and options.base == "auto":
        for reference in (recorded.id, recorded.reference, *recorded.repo_digests):
            if reference and engine.images.find(reference) is not None:
                return _from_image(reference, "the run was in this image", engine, progress)
    python = find_python(fingerprint)
    _refuse_hidden(python, fingerprint.recipe.root)
    image = base_image(python, engine, progress)
    reason = f"made from the interpreter that ran, {python.executable}, and its libraries"
    if fingerprint.recipe.environment.interpreter.value is None:
        reason = f"made from {python.executable}: which interpreter ran is not known"
    base = Base(kind="host", reference=image.reference, reason=reason, python=python.executable)
    return Chosen(base=base, image=image, python=python)


def find_python(fingerprint: Fingerprint) -> Python:
    """Return the interpreter of this host that ran, or one of the same full version.

    Raises ``NotReplayedError`` where there is none.
    """
    recorded = fingerprint.recipe.environment.interpreter.value
    for candidate in _candidates(recorded, fingerprint):
        python = ask(candidate) if candidate.exists() else None
        if python is not None and (recorded is None or _same(python, recorded)):
            return python
    wanted = f"{recorded.implementation} {recorded.version}" if recorded else "Python"
    raise NotReplayedError(
        f"the interpreter that ran, {wanted}, is not on this machine",
        hint=f"--image python:{recorded.version if recorded else '3'} replays in an image that"
        " has it",
    )


def differences(python: Python, fingerprint: Fingerprint) -> tuple[Unverified, ...]:
    """Return in what the Python of the base differs from the one that ran."""
    environment = fingerprint.recipe.environment
    recorded, libc = environment.interpreter.value, environment.libc.value
    rows = []
    if recorded is not None and recorded.version != python.version:
        rows.append(
            (
                "environment.python",
                f"the run had Python {recorded.version}, the base has {python.version}",
            )
        )
    elif recorded is not None and recorded.build and recorded.build != python.build:
        rows.append(("environment.python", f"the same version, but another build: {python.build}"))
    if libc and python.libc and libc.split()[-1] != python.libc.split()[-1]:
        rows.append(("system.library:libc", f"the run had {libc}, the base has {python.libc}"))
    return tuple(Unverified(subject=subject, reason=reason) for subject, reason in rows)


def _refuse_hidden(python: Python, root: str) -> None:
    # The fresh tree takes the place of the project, and would hide an interpreter within it.
    if any(inside(path, root) for path in (python.executable, python.stdlib)):
        raise NotReplayedError(
            f"the interpreter that ran, {python.executable}, lies within the project {root}",
            hint="--image REF replays in an image; or record the run in a deeper folder, with a"
            " repository or .auditor of its own",
        )


def _same(python: Python, recorded: Interpreter) -> bool:
    return (
        python.version == recorded.version
        and python.implementation == recorded.implementation.lower()
        and (not recorded.soabi or python.soabi == recorded.soabi)
    )


def _candidates(recorded: Interpreter | None, fingerprint: Fingerprint) -> Iterator[Path]:
    if recorded is None:
        command = fingerprint.recipe.command.value
        first = command.argv[0] if command and command.argv else ""
        names = (first, "python3") if is_python(first) else ("python3",)
        yield from (Path(found) for name in names if (found := shutil.which(name)))
        yield Path(sys.executable)
        return
    minor = "python" + ".".join(recorded.version.split(".")[:2])
    yield Path(recorded.executable)
    for name in (minor, "python3", "python"):
        yield Path(recorded.base_prefix) / "bin" / name
    for name in (minor, "python3"):
        if found := shutil.which(name):
            yield Path(found)
    yield Path(sys.executable)


def _from_image(reference: str, reason: str, engine: Engine, progress: Progress) -> Chosen:
    image = engine.images.find(reference)
    if image is None:
        progress(f"pulling {reference}")
        image = engine.images.pull(reference)
    python = _python_in(image, engine)
    base = Base(kind="image", reference=reference, reason=reason, python=python.executable)
    return Chosen(base=base, image=image, python=python)


def _python_in(image: Image, engine: Engine) -> Python:
    for name in ("python3", "python"):
        probe = Container(image=image.id, argv=(name, "-I", "-c", PROBE), user=NOBODY, talk=True)
        try:
            ended = engine.run(probe)
        except NotReplayedError:  # it has no such program; EngineError is one as well
            continue
        if ended.code == 0 and (python := parse(ended.output)) is not None:
            return python
    raise NotReplayedError(
        f"no Python runs in the image {image.reference}",
        hint="choose an image with Python 3, like python:3.11-slim",
    )
