"""Images of a Docker engine."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from typing import Any

from auditor.errors import EngineError, InputError, NotReplayedError
from auditor.model.facts import Image
from auditor.replay.engines.failures import engine_errors, explanation, full, is_full
from auditor.replay.engines.labels import BUILD, build_mark
from auditor.replay.engines.published import Published, published

__all__ = ["DockerImages", "image_facts"]

_BUILD_SECONDS = 3600
_SWEEPS, _PAUSE = 4, 0.25  # a step that was under way may still be committed
# The grammar of distribution/reference, and a bare image id.
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?/)?{_PART}(?:/{_PART})*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
    r"|sha256:[0-9a-f]{64}"
)


class DockerImages:
    """Finds, pulls, imports and builds."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the SDK has no types of its own
        self._client = client

    def find(self, reference: str) -> Image | None:
        """Return an image that the engine has, or ``None``."""
        from docker.errors import ImageNotFound  # noqa: PLC0415 - late: slow, and only replays need it

        _check(reference)
        with engine_errors(f"looking for the image {reference}"):
            try:
                return image_facts(reference, self._client.images.get(reference).attrs)
            except ImageNotFound:
                return None

    def pull(self, reference: str) -> Image:
        """Fetch an image. Raises ``NotReplayedError`` where the registry does not give it."""
        from docker.errors import APIError  # noqa: PLC0415 - slow, as above
        from docker.utils import parse_repository_tag  # noqa: PLC0415 - slow, as above

        _check(reference)
        repository, tag = parse_repository_tag(reference)
        with engine_errors(f"pulling {reference}"):
            try:
                for event in self._client.api.pull(
                    repository, tag=tag or "latest", stream=True, decode=True
                ):
                    if "error" in event:  # the status was sent before
                        raise _not_pulled(reference, str(event["error"]))
                return image_facts(reference, self._client.images.get(reference).attrs)
            except APIError as error:
                raise _not_pulled(reference, explanation(error)) from None

    def published(self, reference: str, seconds: float) -> Published:
        """Ask a registry, for so long at most, what it has under a name; nothing is fetched."""
        _check(reference)
        return published(self._client, reference, seconds)

    def load(self, tar: Iterator[bytes], tag: str, labels: dict[str, str]) -> Image:
        """Make an image of one layer from a tar stream. Raises ``EngineError``."""
        changes = [f'LABEL {key}="{value}"' for key, value in sorted(labels.items())]
        with engine_errors(f"importing the image {tag}"):
            # Podman takes the version in the name alone, Docker both ways.
            answer = self._client.api.import_image(
                src=tar, repository=tag, changes=changes, stream_src=True
            )
            _refuse(answer, f"importing the image {tag}")
            return image_facts(tag, self._client.images.get(tag).attrs)

    def build(self, context: Iterator[bytes], tag: str, labels: dict[str, str]) -> Image:
        """Build an image without a network. Raises ``NotReplayedError`` where the build fails."""
        build, made = build_mark(), ""
        try:
            with engine_errors(f"building the image {tag}"):
                stream = self._client.api.build(
                    fileobj=context,
                    custom_context=True,
                    rm=True,
                    forcerm=True,
                    pull=False,
                    network_mode="none",
                    tag=tag,
                    labels=labels,
                    buildargs={"BUILD": build},
                    decode=True,
                    timeout=_BUILD_SECONDS,
                )
                with closing(stream):  # the engine stops building when nobody listens
                    _follow(stream)
                image = image_facts(tag, self._client.images.get(tag).attrs)
                made = image.id
                return image
        finally:
            for _ in range(1 if made else _SWEEPS):
                self._sweep(build, made)
                if not made:
                    time.sleep(_PAUSE)

    def _sweep(self, build: str, made: str) -> None:
        """Remove what a build left beside the image it made, the newest first.

        The engine itself refuses to remove the parents of an image that stays.
        """
        from docker.errors import DockerException  # noqa: PLC0415 - slow, as above
        from requests import RequestException  # noqa: PLC0415 - slow, as above

        with suppress(DockerException, RequestException):
            filters = {"label": f"{BUILD}={build}"}
            for container in self._client.containers.list(
                all=True, ignore_removed=True, filters=filters
            ):
                container.remove(force=True, v=True)
            left = self._client.api.images(all=True, filters=filters)
            for image in sorted(left, key=lambda item: -item["Created"]):
                if image["Id"] != made:
                    with suppress(DockerException):
                        self._client.api.remove_image(image["Id"], noprune=False)


def image_facts(reference: str, attributes: dict[str, Any]) -> Image:
    """Return what identifies an image: local ones have no digest in a registry."""
    system, machine = attributes.get("Os", ""), attributes.get("Architecture", "")
    return Image(
        reference=reference,
        id=attributes["Id"],
        repo_digests=tuple(attributes.get("RepoDigests") or ()),
        layers=tuple((attributes.get("RootFS") or {}).get("Layers") or ()),
        platform=f"{system}/{machine}",
    )


def _follow(stream: Iterable[dict[str, Any]]) -> None:
    last = ""
    for event in stream:
        said = str(event.get("stream", "")).strip()
        if said and not said.startswith(("--->", "Removing", "Step")):
            last = said.splitlines()[-1]
        if "error" in event:
            reason = " ".join(str(event["error"]).split())
            if is_full(f"{reason} {last}"):
                raise full("building the environment")
            raise NotReplayedError(
                f"the environment could not be built: {last or reason}"[:400],
                hint="--image REF replays on another base",
            )


def _refuse(answer: str, doing: str) -> None:
    """Raise for an import that failed after it had begun: the status was sent before."""
    last = answer.strip().rpartition("\n")[2]
    if '"error"' in last:
        reason = str(json.loads(last).get("error"))
        raise (
            full(doing)
            if is_full(reason)
            else EngineError(f"the container engine failed at {doing}: {reason}")
        )


def _not_pulled(reference: str, reason: str) -> NotReplayedError:
    if is_full(reason):
        return full(f"pulling {reference}")
    return NotReplayedError(
        f"the image {reference} is not here and cannot be pulled: {' '.join(reason.split())}"[:400],
        hint="docker load it, or leave --image out to replay in the run's own Python",
    )


def _check(reference: str) -> None:
    if not _REFERENCE.fullmatch(reference):
        raise InputError(f"{reference!r} is not the name of an image", hint="like python:3.11-slim")
