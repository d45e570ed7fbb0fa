"""Which captured distributions an index can be asked for, and why the others cannot be locked."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from auditor.model.facts import Distribution
from auditor.model.fingerprint import Unverified
from auditor.model.record import Record

__all__ = ["Pin", "changed_since", "pin_of", "pins_of", "unlockable"]

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_NAMED = 3
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


class Pin(Record, frozen=True, kw_only=True):
    """One distribution at one version; ``url`` and ``digest`` where it came from an archive."""

    name: str
    version: str
    url: str = ""
    digest: str = ""

    def line(self) -> str:
        """Return the line that pip-compile reads."""
        if self.url:
            return f"{self.name} @ {self.url}#{self.digest.replace(':', '=')}"
        return f"{self.name}=={self.version}"


def pins_of(
    dependencies: tuple[Distribution, ...],
) -> tuple[tuple[Pin, ...], tuple[Unverified, ...]]:
    """Split captured distributions into pins and those that no hash can be had for, sorted."""
    pins, unlocked = {}, []
    for distribution in sorted(dependencies, key=lambda item: item.name):
        if reason := unlockable(distribution):
            subject = f"dependency:{distribution.name}"
            unlocked.append(Unverified(subject=subject, reason=reason))
        else:
            pin = pin_of(distribution)
            pins[pin.name] = pin
    return tuple(pins.values()), tuple(unlocked)


def unlockable(distribution: Distribution) -> str:
    """Return why a distribution cannot be locked by hash, or nothing if it can."""
    origin, name = distribution.origin, distribution.name
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(distribution.version):
        return f"{name!r} {distribution.version!r} is not a name and version that pip knows"
    if origin is None or origin.kind == "conda":
        return ""
    if origin.editable:
        return f"{name} was an editable install: its files are the project's, not a package's"
    if origin.kind == "directory":
        return f"{name} was installed from a folder, which has no digest"
    if origin.kind == "vcs":
        commit = f" at {origin.commit[:12]}" if origin.commit else ""
        return f"{name} was installed from a repository{commit}, which has no file digest"
    return _archive_problem(name, origin.url, origin.digest)


def _archive_problem(name: str, url: str, digest: str | None) -> str:
    if digest is None:
        return f"{name} was installed from an archive whose digest pip did not record"
    if urlsplit(url).scheme not in {"http", "https", "file"} or any(c.isspace() for c in url):
        return f"{name} was installed from an address that cannot be fetched again"
    return ""


def changed_since(distribution: Distribution) -> str:
    """Return why an index does not have a distribution just as it was, though its version."""
    origin = distribution.origin
    if distribution.edited:
        names = ", ".join(edited.path for edited in distribution.edited[:_NAMED])
        more = ", …" if len(distribution.edited) > _NAMED else ""
        return f"files of it were edited where they were installed ({names}{more})"
    if origin is not None and origin.kind == "conda":
        return f"conda installed it from {origin.url}"
    if distribution.installer == "conda":
        return "conda installed it"
    if origin is not None and origin.kind == "archive" and origin.url.startswith("file:"):
        return f"it was installed from {origin.url}"
    return ""


def pin_of(distribution: Distribution) -> Pin:
    """Return the pin of a distribution that can be locked."""
    name, origin = canonicalize_name(distribution.name), distribution.origin
    if origin is None or origin.digest is None or origin.kind == "conda":
        return Pin(name=name, version=distribution.version)
    url = origin.url.partition("#")[0]
    return Pin(name=name, version=distribution.version, url=url, digest=origin.digest)
