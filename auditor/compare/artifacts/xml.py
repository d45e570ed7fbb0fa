"""XML: elements, attributes and text; prefixes, indentation and order of attributes aside."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.xml import Handler, read_xml
from auditor.compare.values.difference import Found
from auditor.compare.values.text.lines import compare_lines
from auditor.compare.values.text.masks import Masks

__all__ = ["Elements", "Xml"]

_SUFFIXES = (".xml", ".pmml", ".graphml", ".gexf", ".rdf", ".xsd", ".kml")


class Xml:
    """Compares documents element by element, text masked and numbers as numbers."""

    name = "XML content"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.xml``, ``.pmml`` and the like, and what starts with an XML declaration."""
        return path.lower().endswith(_SUFFIXES) or head.startswith(b"<?xml ")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two documents. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        one, other = Elements(), Elements()
        read_xml(a, one)
        read_xml(b, other)
        masks = Masks(scope.policy.masks, scope.hosts)
        compare_lines(one.lines, other.lines, scope, found, masks=masks, place="tag or text")
        if one.comments != other.comments:
            found.note("comments differ")
        return found.result()


class Elements(Handler):
    """A document as lines, one tag or text a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.comments: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Add a tag."""
        pairs = (f' {key.replace(" ", "#")}="{value}"' for key, value in sorted(attributes.items()))
        self.lines.append(f"<{name.replace(' ', '#')}{''.join(pairs)}>")

    def end(self, name: str) -> None:
        """Add an end tag."""
        self.lines.append(f"</{name.replace(' ', '#')}>")

    def text(self, text: str) -> None:
        """Add text; between tags, white space alone means nothing."""
        self.lines.extend(text.strip().splitlines())

    def comment(self, text: str) -> None:
        """Keep a comment."""
        self.comments.append(text)
