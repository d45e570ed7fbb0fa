"""``--map-path OLD=NEW``: where the user says that recorded files, or folders of them, lie here."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from auditor.replay.data.interface import Context, Wanted
from auditor.replay.planning.paths import absolute, inside

__all__ = ["MapPath", "is_url", "joined", "mapped"]


class MapPath:
    """What the longest mapping of a path says."""

    def __init__(self, context: Context) -> None:
        self.root = context.root
        self.maps = context.options.map_paths

    def offers(self, wanted: Wanted) -> Iterator[str]:
        """Yield the mapped place, if there is one."""
        if (place := mapped(wanted.path, self.root, self.maps)) is not None:
            yield place


def mapped(path: str, root: str, maps: Mapping[str, str]) -> str | None:
    """Return where a recorded path lies by the longest match: an absolute path, or a URL."""
    place = absolute(path, root)
    best = new = ""
    for old, target in maps.items():
        folder = posixpath.normpath(absolute(old, root))
        if inside(place, folder) and len(folder) > len(best):
            best, new = folder, target
    if not best:
        return None
    relative = "" if place == best else posixpath.relpath(place, best)
    if new.startswith("file://"):
        new = unquote(urlsplit(new).path)
    if is_url(new):
        return joined(new, relative)
    return str(Path(posixpath.join(new, relative) if relative else new).absolute())


def is_url(place: str) -> bool:
    """Say whether a place is an address, and no path."""
    return "://" in place and not place.startswith("/")


def joined(url: str, relative: str) -> str:
    """Return the address of what lies at ``relative`` below ``url``.

    A query stays at the end. Only http knows quoted paths; what names objects takes them as is.
    """
    if not relative:
        return url
    if not url.startswith(("http://", "https://")):
        return f"{url.rstrip('/')}/{relative}"
    parts = urlsplit(url)
    name = quote(relative, safe="/", errors="surrogateescape")
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))
