"""The base that a replay would get, where nothing may be fetched to find out."""

from __future__ import annotations

from pathlib import Path

from auditor.locking import Progress
from auditor.model.facts import Image
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Base
from auditor.replay.base.choose import Chosen, choose_base
from auditor.replay.base.find_python import find_python
from auditor.replay.base.python import Python
from auditor.replay.engines import Engine
from auditor.replay.engines.onlooker import Onlooker, WouldPullError
from auditor.replay.options import Options

__all__ = ["look_for_base"]


def look_for_base(
    fingerprint: Fingerprint,
    engine: Engine,
    options: Options,
    progress: Progress,
    *,
    cache: Path,
    pinned: str | None,
) -> Chosen:
    """Return what ``choose_base`` would, with nothing pulled and nothing made.

    Raises as it does.
    """
    looker = Onlooker(engine)
    try:
        return choose_base(fingerprint, looker, options, progress, cache=cache, pinned=pinned)
    except WouldPullError as error:
        return _unseen(error.reference, fingerprint, options)


def _unseen(reference: str, fingerprint: Fingerprint, options: Options) -> Chosen:
    """Return an image that is not here, taken to have the Python that ran."""
    recorded = fingerprint.recipe.image.value
    own = recorded is not None and reference in recorded.repo_digests
    asked = options.image == reference
    why = "published for the version of Python that ran"
    if asked or own:
        why = "it was asked for by --image" if asked else "the run was in this image"
    python = _as_recorded(fingerprint)
    reason = f"{reference} is not here, so nobody has looked what it has; a replay fetches it"
    return Chosen(
        base=Base(
            kind="image" if asked or own else "registry",
            reference=reference,
            reason=why,
            python=python.executable,
        ),
        image=Image(reference=reference, id=""),
        python=python,
        unhonoured=(Unverified(subject="image", reason=reason),),
    )


def _as_recorded(fingerprint: Fingerprint) -> Python:
    environment = fingerprint.recipe.environment
    recorded = environment.interpreter.value
    if recorded is None:
        return find_python(fingerprint)
    return Python(
        implementation=recorded.implementation.lower(),
        version=recorded.version,
        build=recorded.build,
        executable="python3",
        base_prefix="",
        stdlib="",
        platstdlib="",
        soabi=recorded.soabi,
        platform=recorded.platform,
        libc=environment.libc.value or "",
    )
