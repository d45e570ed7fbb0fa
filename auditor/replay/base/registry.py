"""Images from a registry: asked for by tag, for seconds at most, and fetched by digest."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from auditor.errors import InputError, NotReplayedError
from auditor.locking import Progress
from auditor.model.facts import Image, Interpreter
from auditor.model.record import Record
from auditor.replay.base.remembered import recall, remember
from auditor.replay.engines import Engine

__all__ = ["DEFAULT", "Registry", "python_tag", "registry_of"]

DEFAULT = "docker.io/library"
_HUB = "docker.io"
_SECONDS = 5.0
_HOUR = 3600.0
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")
_RELEASE = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")


class _Silent(Record, frozen=True, kw_only=True):
    """A registry did not answer at ``time``, in seconds since 1970."""

    time: float
    reason: str


class _Digest(Record, frozen=True, kw_only=True):
    """What a tag stood for when it was first asked for."""

    digest: str


def registry_of(variables: Mapping[str, str]) -> str:
    """Return where published images come from, as ``AUDITOR_REGISTRY`` says; empty for none.

    Raises ``InputError`` where that is no registry.
    """
    chosen = variables.get("AUDITOR_REGISTRY", "") or DEFAULT
    if chosen == "none":
        return ""
    if not _PREFIX.fullmatch(chosen):
        raise InputError(
            f"AUDITOR_REGISTRY is no registry: {chosen!r}",
            hint="like docker.io/library or localhost:5000; none: ask no registry",
        )
    return chosen


def python_tag(interpreter: Interpreter) -> str:
    """Return the name of the published image of a Python. Raises ``NotReplayedError``: none is."""
    version = interpreter.version
    if interpreter.implementation.lower() != "cpython" or not _RELEASE.fullmatch(version):
        raise NotReplayedError(
            f"no image of {interpreter.implementation} {version} is known to be published"
        )
    return f"python:{version}-slim"


class Registry:
    """A registry behind an engine. What it said last is remembered in ``cache``."""

    def __init__(self, prefix: str, engine: Engine, cache: Path, progress: Progress) -> None:
        self._prefix = prefix
        self._engine = engine
        self._cache = cache
        self._progress = progress

    def serves(self, reference: str) -> bool:
        """Say whether an image comes from this registry, or from Docker Hub where that is it."""
        return _host(reference) == _host(f"{self._prefix}/image")

    def by_tag(self, name: str, platform: str, pinned: str | None) -> tuple[Image, str]:
        """Return the image ``name:tag`` of this registry, and what is to be said of it.

        Its ``reference`` has the digest, so that the same bytes are found again. Taken is, in this
        order: that of ``pinned``, a digest; what the tag stood for when it was first asked for
        here; what the engine has under the tag; what the registry says. Only then is it asked.
        Raises ``NotReplayedError`` where it is not to be had.
        """
        tag = f"{self._prefix}/{name}"
        untagged = tag.rpartition(":")[0]
        note = ""
        if pinned:
            try:
                return self.by_digest(f"{untagged}@{pinned}", platform), ""
            except NotReplayedError as error:
                note = f"the image of an earlier replay is not to be had: {error.message}"
        known = recall(self._cache, "tags", tag, _Digest)
        if known and (image := self._engine.images.find(f"{untagged}@{known.digest}")):
            return _fitting(image, platform), note
        if image := self._engine.images.find(tag):
            return _fitting(_with_digest(image, untagged), platform), note
        digest = self._ask(tag, platform)
        image = self._fetch(f"{untagged}@{digest}" if digest else tag)
        image = _fitting(_with_digest(image, untagged), platform)
        if "@" in image.reference:
            found = _Digest(digest=image.reference.partition("@")[2])
            remember(self._cache, "tags", tag, found)
        return image, note

    def by_digest(self, reference: str, platform: str) -> Image:
        """Return the image ``name@digest``, fetched where the engine lacks it.

        Raises ``NotReplayedError`` where it is not to be had.
        """
        image = self._engine.images.find(reference)
        if image is None:
            self._ask(reference, platform)
            image = self._fetch(reference)
        return _fitting(image, platform)

    def _ask(self, reference: str, platform: str) -> str | None:
        """Return the digest, ``None`` where the engine can only fetch it to know.

        Raises ``NotReplayedError``: there is none, or for another platform, or silence.
        """
        host = _host(reference)
        silent = recall(self._cache, "registries", host, _Silent)
        if silent is not None and 0 <= time.time() - silent.time < _HOUR:
            at = time.strftime("%H:%M", time.localtime(silent.time))
            raise NotReplayedError(
                f"{host} did not answer at {at} ({silent.reason}), and is asked once an hour",
                hint=f"docker pull {reference} fetches it by hand",
            )
        self._progress(f"asking {host} for {reference}")
        answer = self._engine.images.published(reference, _SECONDS)
        if not answer.able:
            return None
        if not answer.answered:
            silence = _Silent(time=time.time(), reason=answer.reason)
            remember(self._cache, "registries", host, silence)
            raise NotReplayedError(f"{host} did not answer: {answer.reason}")
        if answer.digest is None:
            raise NotReplayedError(f"{host} has no {reference}: {answer.reason}")
        if answer.platforms and platform not in answer.platforms:
            there = ", ".join(answer.platforms)
            raise NotReplayedError(f"{reference} is published for {there}, not for {platform}")
        return answer.digest

    def _fetch(self, reference: str) -> Image:
        self._progress(f"pulling {reference}")
        image = self._engine.images.pull(reference)
        return msgspec.structs.replace(image, reference=reference)


def _fitting(image: Image, platform: str) -> Image:
    if image.platform != platform:
        raise NotReplayedError(f"{image.reference} is for {image.platform}, not for {platform}")
    return image


def _with_digest(image: Image, untagged: str) -> Image:
    """Return the image under its digest; one that no registry knows has but its id."""
    if "@" in image.reference:
        return image
    short = untagged.removeprefix(f"{_HUB}/").removeprefix("library/")
    for reference in image.repo_digests:
        if reference.partition("@")[0] in {untagged, short}:
            full = f"{untagged}@{reference.partition('@')[2]}"
            return msgspec.structs.replace(image, reference=full)
    return msgspec.structs.replace(image, reference=image.id)


def _host(reference: str) -> str:
    """Return the registry in a reference: the first part if it looks like a host, else the Hub."""
    first, slash, _rest = reference.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    return first if is_host else _HUB
