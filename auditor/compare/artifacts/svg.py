"""SVG: shapes, styles and text, coordinates as numbers; metadata and generated ids aside."""

from __future__ import annotations

import re
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.xml import Handler, read_xml
from auditor.compare.values.difference import Found
from auditor.compare.values.text.embedded import Embedded
from auditor.compare.values.text.identifiers import Identifiers
from auditor.compare.values.text.lines import compare_lines
from auditor.compare.values.text.masks import Masks

__all__ = ["Svg"]

_METADATA = "http://www.w3.org/2000/svg metadata"
_SVG = "http://www.w3.org/2000/svg "
# The letters of path data (SVG 2, 9.3); an e belongs to a number.
_COMMAND = re.compile(r"[MmZzLlHhVvCcSsQqTtAa]")


class Svg:
    """Compares drawings element by element."""

    name = "SVG shapes"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.svg``."""
        return path.lower().endswith(".svg")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two drawings. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        one, other = _Drawing(a), _Drawing(b)
        if one.ids != other.ids:
            found.note("generated ids differ")
        if one.metadata != other.metadata:
            found.note("the metadata differ, such as the date and the name of the program")
        if one.comments != other.comments:
            found.note("comments differ")
        masks = Masks(scope.policy.masks, scope.hosts)
        compare_lines(one.lines, other.lines, scope, found, masks=masks, place="tag or text")
        one.embedded.compare(other.embedded, scope, found)
        return found.result()


class _Drawing(Handler):
    """A drawing as lines, one tag or text a line; ``metadata`` apart."""

    def __init__(self, path: Path) -> None:
        self.metadata: list[str] = []
        self.comments: list[str] = []
        self.embedded = Embedded()
        self._inside = 0
        self._lines: list[str] = []
        self._declared: list[str] = []
        read_xml(path, self)
        self.ids = Identifiers(self._declared)
        self.lines = [self.ids.replace(line) for line in self._lines]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Add a tag."""
        if self._inside or name == _METADATA:
            self._inside += 1
        if not self._inside and "id" in attributes:
            self._declared.append(attributes["id"])
        pairs = (f' {key}="{self._value(key, value)}"' for key, value in sorted(attributes.items()))
        self._add(f"<{name.removeprefix(_SVG)}{''.join(pairs)}>")

    def end(self, name: str) -> None:
        """Add an end tag."""
        self._add(f"</{name.removeprefix(_SVG)}>")
        self._inside = max(0, self._inside - 1)

    def text(self, text: str) -> None:
        """Add text; between tags, white space alone means nothing."""
        for line in text.strip().splitlines():
            self._add(line)

    def comment(self, text: str) -> None:
        """Keep a comment."""
        self.comments.append(text)

    def _add(self, line: str) -> None:
        (self.metadata if self._inside else self._lines).append(line)

    def _value(self, key: str, value: str) -> str:
        if key in {"d", "points"}:
            return " ".join(_COMMAND.sub(r" \g<0> ", value).replace(",", " ").split())
        return self.embedded.taken(" ".join(value.split()))
