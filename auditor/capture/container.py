"""The container that the run was in, and the image of it."""

from __future__ import annotations

import re

from auditor.capture.folder import Folder
from auditor.errors import InputError
from auditor.model.fact import Fact, declared, recorded, unknown
from auditor.model.facts import Container, Image
from auditor.model.record import record_of

__all__ = ["HANDED_IN", "container", "handed_in", "image"]

HANDED_IN = "AUDITOR_IMAGE"
_SOURCE = "recorder"
_NOT_STARTED = "the command was not started"
_NOT_TOLD = "the recorder did not look which container it was in"
_HINT = f"{HANDED_IN}=NAME@sha256:… in its environment hands it in"
_UNSEEN = f"from inside a container its image cannot be seen; {_HINT}"
_HEX = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
# A name of the distribution specification, loosely, perhaps with a tag, and its digest.
_BY_DIGEST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}")


def container(folder: Folder) -> Fact[Container]:
    """Return the container, by what its runtime leaves where it can be seen from inside."""
    if folder.start is None:
        return unknown(_NOT_STARTED, _SOURCE)
    seen = dict(folder.start.inside)
    unread = seen.pop("unread", "")
    if unread:
        return unknown(unread, _SOURCE)
    try:
        value = record_of(seen, Container)
    except ValueError:
        return unknown(_NOT_TOLD, _SOURCE)
    reason = "the run was not in a container" if value.runtime == "none" else ""
    return recorded(value, "cgroup, mountinfo, files of the container runtime", reason)


def image(folder: Folder) -> Fact[Image]:
    """Return the image: what the runtime tells, else what was handed in by ``AUDITOR_IMAGE``."""
    start = folder.start
    if start is None:
        return unknown(_UNSEEN, _SOURCE)
    told = _HEX.fullmatch(start.inside.get("image_id", ""))
    if start.inside.get("runtime") == "podman" and told:
        reference = start.inside.get("image", "")
        value = Image(reference=reference, id=f"sha256:{told.group(1)}")
        return recorded(value, "/run/.containerenv")
    if start.image:
        return _declared(start.image)
    if not start.container:
        reason = "the run was not in a container"
        return Fact(value=None, how="recorded", source=_SOURCE, reason=reason)
    return unknown(_UNSEEN, _SOURCE)


def handed_in(reference: str) -> Image:
    """Return the image of ``AUDITOR_IMAGE``. Raises ``InputError`` for one without a digest."""
    if not _BY_DIGEST.fullmatch(reference):
        raise InputError(
            f"{HANDED_IN} is no reference to an image by its digest",
            hint=f"write {HANDED_IN}=NAME@sha256:… with 64 hexadecimal digits",
        )
    return Image(reference=reference, id="", repo_digests=(reference,))


def _declared(reference: str) -> Fact[Image]:
    try:
        return declared(handed_in(reference), HANDED_IN)
    except InputError as error:
        return unknown(error.message, HANDED_IN)
