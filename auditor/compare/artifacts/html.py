"""HTML: tags, attributes and text; numbers as numbers, ids and order of attributes aside."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope, Undecided
from auditor.compare.readers.html import Token, tokens
from auditor.compare.readers.html_cells import Cells
from auditor.compare.readers.plain import PlainText
from auditor.compare.values.clock import reads_clock
from auditor.compare.values.difference import Found
from auditor.compare.values.text.embedded import Embedded
from auditor.compare.values.text.identifiers import Identifiers
from auditor.compare.values.text.lines import compare_lines
from auditor.compare.values.text.masks import Masks

__all__ = ["Html"]

MAX_BYTES = 32 * 1024 * 1024
# In these, line ends are seen.
_KEPT = {"pre", "textarea"}


class Html:
    """Compares documents as a browser reads them: text is masked, scripts and styles are not."""

    name = "HTML content"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.html``, ``.htm`` and ``.xhtml``."""
        return path.lower().endswith((".html", ".htm", ".xhtml"))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two documents. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        one, other = _Document(a), _Document(b)
        if one.ids != other.ids:
            found.note("generated ids differ")
        masks = Masks(scope.policy.masks, scope.hosts)
        compare_lines(one.body, other.body, scope, found, masks=masks, place=one.place)
        compare_lines(one.code, other.code, scope, found, place="line of scripts and styles")
        if one.comments != other.comments:
            found.note("comments differ")
        one.embedded.compare(other.embedded, scope, found)
        return found.result()


class _Document:
    """One document as lines: the ``body`` one tag or text a line, and its ``code``."""

    def __init__(self, path: Path) -> None:
        found = list(tokens(_read(path)))
        self.ids = Identifiers(
            token.attributes["id"] for token in found if "id" in token.attributes
        )
        self.embedded = Embedded()
        self.body: list[str] = []
        self._cells = Cells()
        self._places: dict[int, str] = {}
        self.code: list[str] = []
        self.comments: list[str] = []
        self._kept = 0
        for token in found:
            self._add(token)

    def place(self, number: int) -> str:
        """Say where line ``number`` of the body, counted from 1, stands."""
        return self._places.get(number) or f"tag or text {number}"

    def _add(self, token: Token) -> None:
        self._cells.follow(token)
        if token.name in _KEPT and token.kind != "raw":
            self._kept = max(0, self._kept + (1 if token.kind == "start" else -1))
        if token.kind == "start":
            self.body.append(self._tag(token))
        elif token.kind == "end":
            self.body.append(f"</{token.name}>")
        elif token.kind == "comment":
            self.comments.append(token.text)
        elif token.name in {"script", "style"}:
            self.code.extend(self.ids.replace(token.text).splitlines())
        else:
            self._text(self.ids.replace(token.text))
            self._places[len(self.body)] = self._cells.place()

    def _tag(self, token: Token) -> str:
        pairs = (
            f' {key}="{self.embedded.taken(self.ids.replace(" ".join(value.split())))}"'
            for key, value in sorted(token.attributes.items())
        )
        return f"<{token.name}{''.join(pairs)}>"

    def _text(self, text: str) -> None:
        if self._kept:
            self.body.extend(text.splitlines())
        elif words := " ".join(text.split()):
            heading = self._cells.heading()
            # A mask hides a duration only where the text says that it is one.
            timed = heading != words and reads_clock(heading) == "duration"
            self.body.append(f"{heading} = {words}" if timed else words)


def _read(path: Path) -> str:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of HTML are more than the {MAX_BYTES} that are parsed")
    return "\n".join(PlainText(path).lines())
