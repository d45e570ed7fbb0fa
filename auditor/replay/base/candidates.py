"""The bases that one run can have: asked for, its own, published, or made here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditor.errors import EngineError, NotReplayedError
from auditor.locking import Progress
from auditor.model.facts import Image
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Base
from auditor.model.record import Record
from auditor.replay.base.contents import Contents, contents_of
from auditor.replay.base.differences import differences
from auditor.replay.base.find_python import find_python, refuse_hidden
from auditor.replay.base.holds import lacks
from auditor.replay.base.host import base_image
from auditor.replay.base.machine import other_machine, platform_of
from auditor.replay.base.programs import lacking, taken
from auditor.replay.base.python import Python
from auditor.replay.base.registry import Registry, python_tag
from auditor.replay.engines import Engine
from auditor.replay.options import Options

__all__ = ["Bases", "Chosen", "explained"]


class Chosen(Record, frozen=True, kw_only=True):
    """The base, its image, and the Python in it.

    ``contents`` is what lies in an image that was not made here; ``unhonoured`` in what the base
    differs from what the run had, and what it lacks.
    """

    base: Base
    image: Image
    python: Python
    contents: Contents | None = None
    unhonoured: tuple[Unverified, ...] = ()


class Bases:
    """The bases that one run can have, each made or fetched when it is asked for."""

    def __init__(
        self,
        fingerprint: Fingerprint,
        engine: Engine,
        options: Options,
        progress: Progress,
        cache: Path,
    ) -> None:
        self.fingerprint = fingerprint
        self.engine = engine
        self.options = options
        self.progress = progress
        self.cache = cache
        self.platform = platform_of(fingerprint)
        self.registry = Registry(options.registry, engine, cache, progress)

    def asked_for(self, reference: str) -> Chosen:
        """Return the image of ``--image``."""
        image = self.engine.images.find(reference)
        if image is None:
            self.progress(f"pulling {reference}")
            image = self.engine.images.pull(reference)
        base = Base(kind="image", reference=reference, reason="it was asked for by --image")
        return self._of(base, image)

    def own(self) -> Chosen | None:
        """Return the image that the run was in; ``None`` where it was in none that is known.

        Raises ``NotReplayedError`` where it is not to be had.
        """
        recorded = self.fingerprint.recipe.image.value
        if recorded is None:
            return None
        for reference in (recorded.id, recorded.reference, *recorded.repo_digests):
            if reference and (image := self.engine.images.find(reference)) is not None:
                return self._of(_own(reference), image)
        why = "it is not here, and in no registry"
        for reference in recorded.repo_digests:
            if not self._may_ask(reference):
                why = f"it is not here; docker pull {reference} fetches it"
                continue
            try:
                image = self.registry.by_digest(reference, self.platform)
            except EngineError:
                raise
            except NotReplayedError as error:
                why = error.message
                continue
            return self._of(_own(reference), image)
        raise NotReplayedError(why)

    def published(self, pinned: str | None = None) -> Chosen:
        """Return the published image of the run's Python. Raises ``NotReplayedError``."""
        interpreter = self.fingerprint.recipe.environment.interpreter.value
        if interpreter is None:
            raise NotReplayedError("which Python ran is not known, so none is published for it")
        if not self.options.registry:
            raise NotReplayedError(
                "AUDITOR_REGISTRY is none, so no registry may be asked",
                hint="AUDITOR_REGISTRY=docker.io/library is where images of Python are published",
            )
        tag = python_tag(interpreter)
        image, note = self.registry.by_tag(tag, self.platform, pinned)
        reason = f"published as {self.options.registry}/{tag}, for the version of Python that ran"
        base = Base(kind="registry", reference=image.reference, reason=reason)
        chosen = explained(self._of(base, image), [note] if note else [])
        return _with(chosen, self.lacks(chosen))

    def lacks(self, chosen: Chosen) -> tuple[Unverified, ...]:
        """Return what the run used and an image that was not made here does not have."""
        assert chosen.contents is not None, "it was not made here"
        other = self.options.other_machine
        return lacks(chosen.contents, self.fingerprint, other_machine=other)

    def made_here(self) -> Chosen:
        """Return one made from the interpreter that ran. Raises ``NotReplayedError``."""
        fingerprint = self.fingerprint
        python = find_python(
            fingerprint,
            other_machine=self.options.other_machine,
            trusted=self.options.trusted,
        )
        refuse_hidden(python, fingerprint.recipe.root)
        programs = taken(fingerprint, self.options)
        image = base_image(python, self.engine, self.progress, programs)
        reason = f"made from the interpreter that ran, {python.executable}, and its libraries"
        if fingerprint.recipe.environment.interpreter.value is None:
            reason = f"made from {python.executable}: which interpreter ran is not known"
        base = Base(kind="host", reference=image.reference, reason=reason, python=python.executable)
        chosen = Chosen(base=base, image=image, python=python)
        chosen = self._differing(chosen)
        return _with(chosen, lacking(fingerprint, self.options))

    def _may_ask(self, reference: str) -> bool:
        # What comes from elsewhere may name any host: it cannot make this machine ask there.
        known = self.options.trusted or self.registry.serves(reference)
        return bool(self.options.registry) and known

    def _of(self, base: Base, image: Image) -> Chosen:
        contents = contents_of(image, self.engine, self.cache)
        base = msgspec.structs.replace(base, python=contents.python.executable)
        chosen = Chosen(base=base, image=image, python=contents.python, contents=contents)
        return self._differing(chosen)

    def _differing(self, chosen: Chosen) -> Chosen:
        rows = differences(chosen.python, self.fingerprint)
        return _with(chosen, (*rows, *other_machine(self.fingerprint, chosen.image.platform)))


def _own(reference: str) -> Base:
    return Base(kind="image", reference=reference, reason="the run was in this image")


def _with(chosen: Chosen, rows: tuple[Unverified, ...]) -> Chosen:
    known = {row.subject for row in chosen.unhonoured}
    new = tuple(row for row in rows if row.subject not in known)
    return msgspec.structs.replace(chosen, unhonoured=(*chosen.unhonoured, *new))


def explained(chosen: Chosen, notes: list[str]) -> Chosen:
    """Add notes to the reason why a base was chosen."""
    reason = "; ".join([chosen.base.reason, *notes])
    return msgspec.structs.replace(chosen, base=msgspec.structs.replace(chosen.base, reason=reason))
