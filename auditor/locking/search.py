"""What the indexes have for pins: uv is asked where there is one, pip-tools for the rest."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from auditor.locking.backend import Answer, Backend, Found
from auditor.locking.cache import load, save
from auditor.locking.indexes import configuration, configured, told
from auditor.locking.pins import Pin
from auditor.locking.pip_tools import PipTools
from auditor.locking.progress import Progress
from auditor.locking.selection import Offer, choose
from auditor.locking.target import Target, supported
from auditor.locking.uv import Uv, find_uv
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes

__all__ = ["backends", "missing", "search", "search_key"]

_FRESH = 24 * 3600.0  # seconds that the lack of a file is believed
_FORMAT = 2  # of what is kept in the cache: raise it when the meaning of an answer changes
_TORCH = re.compile(r"(cpu|cu\d+|rocm[\d.]+|xpu)")


def backends() -> tuple[Backend, ...]:
    """Return what is asked, in this order, each for what the ones before it could not lock."""
    uv = find_uv()
    return (Uv(uv), PipTools()) if uv else (PipTools(),)


def search(pins: tuple[Pin, ...], target: Target, cache: Path, progress: Progress) -> Answer:
    """Return what the indexes have for ``pins``, and why not for the others.

    It is kept in ``cache``, for a day where a pin was not found.
    """
    direct = {pin.name: _direct(pin) for pin in pins if pin.url}
    left = tuple(pin for pin in pins if not pin.url)
    if not left:
        return Answer(found=direct)
    key = search_key(left, target)
    kept = load(cache, key, Answer)
    if kept is not None and not (kept[0].failures and kept[1] > _FRESH):
        return Answer(found=kept[0].found | direct, failures=kept[0].failures)
    progress(f"locking {len(left)} distributions")
    answer = _asked(left, target, cache)
    if answer.found:  # otherwise no index answered, which may be over in a moment
        save(cache, key, answer)
    return Answer(found=answer.found | direct, failures=answer.failures)


def search_key(pins: tuple[Pin, ...], target: Target) -> str:
    """Return the digest of all that decides an answer: what, for what, and who is asked."""
    return digest_bytes(canonical([_FORMAT, pins, target, configuration()]))


def missing(pin: Pin, answer: Answer, *, published: bool) -> str:
    """Return why there is no wheel of ``pin``."""
    if published:
        return "only its source is published for this platform"
    if pin.name in answer.found:
        return f"no file of {pin.name} {pin.version} fits the target"
    reason = answer.failures.get(pin.name, f"no package index has {pin.name}=={pin.version}")
    return f"{reason} (asked: {told(configured())}{_hint(pin)})"


def _hint(pin: Pin) -> str:
    label = pin.version.partition("+")[2]
    if not label:
        return ""
    known = f", such as https://download.pytorch.org/whl/{label}" if _TORCH.fullmatch(label) else ""
    return f"; builds with a label like +{label} are on an index of their own{known}"


def _asked(pins: tuple[Pin, ...], target: Target, cache: Path) -> Answer:
    found: dict[str, Found] = {}
    failures: dict[str, str] = {}
    left, tags = pins, supported(target)
    for backend in backends():
        if not left:
            break
        answer = backend.find(left, target, cache)
        found |= answer.found
        failures |= answer.failures
        # A backend that has no wheel may not have looked at everything.
        done = {
            name
            for name, row in answer.found.items()
            if (offer := choose(row.offers, tags)) is not None and offer.file.endswith(".whl")
        }
        left = tuple(pin for pin in left if pin.name not in done)
    return Answer(found=found, failures={k: v for k, v in failures.items() if k not in found})


def _direct(pin: Pin) -> Found:
    """Return the file that an archive's recorded address and digest name; no index is asked."""
    file = unquote(posixpath.basename(urlsplit(pin.url).path))
    offer = Offer(file=file, digest=pin.digest, url=pin.url)
    return Found(hashes=(pin.digest,), offers=(offer,))
