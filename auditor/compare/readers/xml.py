"""XML as its elements and text, by expat; entities are never expanded."""

from __future__ import annotations

from pathlib import Path
from xml.parsers import expat

from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["Handler", "read_xml"]

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 1000
MAX_ELEMENTS = 2_000_000


class Handler:
    """What is told of a document; names are ``URI NAME`` where they have a namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""

    def end(self, name: str) -> None:
        """End an element."""

    def text(self, text: str) -> None:
        """Take text between tags, whole."""

    def comment(self, text: str) -> None:
        """Take a comment."""


def read_xml(path: Path, handler: Handler) -> None:
    """Tell ``handler`` what a document holds. Raises ``Unreadable``, ``Undecided``."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of XML are more than the {MAX_BYTES} that are parsed")
    limits = _Limits(handler)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = limits.start
    parser.EndElementHandler = limits.end
    parser.CharacterDataHandler = limits.pieces.append
    parser.CommentHandler = limits.comment
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(f"not valid XML: {error}") from None


class _Limits:
    """Counts elements, and joins the pieces that text comes in."""

    def __init__(self, handler: Handler) -> None:
        self.pieces: list[str] = []
        self._handler = handler
        self._depth = 0
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise Undecided(f"nested more than {MAX_DEPTH} levels deep")
        if self._count > MAX_ELEMENTS:
            raise Undecided(f"more than the {MAX_ELEMENTS} elements that are read")
        self._flush()
        self._handler.start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._flush()
        self._handler.end(name)

    def comment(self, text: str) -> None:
        self._handler.comment(text)

    def _flush(self) -> None:
        if self.pieces:
            self._handler.text("".join(self.pieces))
            self.pieces.clear()


def _refuse(*_declaration: object) -> None:
    raise Undecided("it declares entities, which are not expanded")
