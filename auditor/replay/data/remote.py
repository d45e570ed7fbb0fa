"""Files that are elsewhere: what they are, and their bytes from any position on."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from auditor.errors import InputError, NotReplayedError
from auditor.model.record import Record

__all__ = ["Remote", "State", "check_scheme", "opened", "shown", "small"]


class State(Record, frozen=True, kw_only=True):
    """What the other side says of a file: its size in bytes, and a mark that changes with it.

    ``version`` is an ETag or a time, empty where none is given.
    """

    size: int | None
    version: str


class Remote(Protocol):
    """A file at an address; its errors are those of its library (``failures`` names them)."""

    def state(self) -> State:
        """Ask what it is."""
        ...

    def read(self, start: int, version: str) -> tuple[int, Iterator[bytes]]:
        """Return a position and the bytes from there on.

        The position is ``start``, or 0 where the other side cannot begin in the middle, or has
        another ``version`` by now.
        """
        ...


def _http(url: str) -> Remote:
    from auditor.replay.data.http import Http  # noqa: PLC0415 - late: fsspec is an extra

    return Http(url)


def _bucket(url: str) -> Remote:
    from auditor.replay.data.bucket import Bucket  # noqa: PLC0415 - late: fsspec is an extra

    return Bucket(url)


# By scheme: how it is read, the modules that this needs, and the extra that brings them.
_SCHEMES: dict[str, tuple[Callable[[str], Remote], tuple[str, ...], str]] = {
    "http": (_http, ("fsspec", "aiohttp"), "data"),
    "https": (_http, ("fsspec", "aiohttp"), "data"),
    "s3": (_bucket, ("s3fs",), "s3"),
    "gs": (_bucket, ("gcsfs",), "gs"),
}


def check_scheme(url: str) -> None:
    """Refuse an address that cannot be read here.

    Raises ``InputError`` for an unknown kind, ``NotReplayedError`` where its library is missing.
    """
    scheme = urlsplit(url).scheme
    if scheme not in _SCHEMES:
        raise InputError(
            f"{scheme}:// addresses cannot be read",
            hint=f"--map-path takes a path, file://, {', '.join(f'{one}://' for one in _SCHEMES)}",
        )
    _open, modules, extra = _SCHEMES[scheme]
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            raise NotReplayedError(
                f"{scheme}:// addresses need {module}: pip install 'auditor[{extra}]'"
            ) from None


def opened(url: str) -> Remote:
    """Return the file at ``url``, whose scheme was checked; nothing is asked yet."""
    return _SCHEMES[urlsplit(url).scheme][0](url)


def small(url: str, most: int) -> bytes:
    """Return the content of a small file; nothing where it cannot be had or has over ``most``."""
    try:
        check_scheme(url)
        remote = opened(url)
        size = remote.state().size
        if size is None or size > most:
            return b""
        return b"".join(remote.read(0, "")[1])[:most]
    except Exception:  # noqa: BLE001 - each library has errors of its own; none of them matters here
        return b""


def shown(url: str) -> str:
    """Return an address as it may be shown: no user, and no query, which may be a signature."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
