"""Which of the files that an index has for a version is the one for the target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename
from packaging.utils import parse_wheel_filename as parse_wheel

from auditor import redaction
from auditor.model.record import Record

__all__ = ["Offer", "choose", "fits", "offered"]


class Offer(Record, frozen=True, kw_only=True):
    """One file that an index has, and where, without credentials."""

    file: str
    digest: str
    url: str = ""


def offered(file: str, digest: str, url: str) -> Offer:
    """Return an offer whose address is written one way, as ``%2B`` rather than ``+``."""
    parts = urlsplit(redaction.url(url))
    path = quote(unquote(parts.path), safe="/~")
    return Offer(file=file, digest=digest, url=urlunsplit(parts._replace(path=path, fragment="")))


def choose(offers: Iterable[Offer], supported: Sequence[str]) -> Offer | None:
    """Return the best wheel for the ``supported`` tags, else the source distribution, if any."""
    rank = {tag: position for position, tag in enumerate(supported)}
    wheels = []
    sources = []
    for offer in offers:
        if offer.file.endswith(".whl"):
            order = (_rank(offer.file, rank), _build(offer.file), offer.file)
            wheels.append((*order, offer.digest, offer.url, offer))
        elif _is_source(offer.file):
            sources.append(offer)
    fitting = sorted((row for row in wheels if row[0] < len(rank)), key=lambda row: row[:5])
    if fitting:
        return fitting[0][5]
    return min(sources, key=_source_order, default=None)


def fits(file: str, supported: Sequence[str]) -> bool:
    """Say whether a wheel's name fits one of the ``supported`` tags."""
    return bool(supported) and _rank(file, dict.fromkeys(supported, 0)) == 0


def _rank(file: str, rank: dict[str, int]) -> int:
    try:
        tags = parse_wheel(file)[3]
    except InvalidWheelFilename:
        return len(rank)
    return min((rank.get(str(tag), len(rank)) for tag in tags), default=len(rank))


def _build(file: str) -> tuple[int, str]:
    # Of two wheels that differ only in their build tag, the higher one is newer (PEP 427).
    try:
        build = parse_wheel(file)[2]
    except InvalidWheelFilename:
        return (0, "")
    return (-build[0], build[1]) if build else (0, "")


def _source_order(offer: Offer) -> tuple[bool, str, str, str]:
    return not offer.file.endswith(".tar.gz"), offer.file, offer.digest, offer.url


def _is_source(file: str) -> bool:
    try:
        parse_sdist_filename(file)
    except InvalidSdistFilename:
        return False
    return True
