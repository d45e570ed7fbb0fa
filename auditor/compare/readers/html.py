"""HTML as its tags, text and comments, in one pass and linear time whatever it holds.

Tags are read as the tokens of the HTML standard (https://html.spec.whatwg.org, 13.2.5); no tree
is built and no tag is implied: trees of hostile documents cost quadratic time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

__all__ = ["Token", "tokens"]

# What these hold is no markup up to their own end tag; only the last two have references.
_RAW = {"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"}
_WITH_REFERENCES = {"textarea", "title"}
_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(
    r"[\s/]*+([^\s/>=]++)(?:\s*+=\s*+(?:\"([^\"]*+)(?:\"|\Z)|'([^']*+)(?:'|\Z)|([^\s>]*+)))?+"
)
_CLOSE = re.compile(r"[\s/=]*+>?")


class Token(NamedTuple):
    """One token: a ``start`` or ``end`` tag, ``text``, ``raw`` text in ``name``, a ``comment``."""

    kind: str
    name: str = ""
    text: str = ""
    attributes: dict[str, str] = {}  # noqa: RUF012 - never changed


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a document; whatever it holds, it has some."""
    position = 0
    while position < len(text):
        mark = text.find("<", position)
        if mark < 0:
            mark = len(text)
        if mark > position:
            yield Token("text", text=_plain(text[position:mark]))
        if mark == len(text):
            return
        token, position = _markup(text, mark)
        yield token
        if token.kind == "start" and token.name in _RAW:
            end = _end_of(text, token.name, position)
            inside = text[position:end]
            if token.name in _WITH_REFERENCES:
                inside = _plain(inside)
            yield Token("raw", token.name, inside)
            position = end


def _markup(text: str, mark: int) -> tuple[Token, int]:
    after = text[mark + 1 : mark + 2]
    if after == "/":
        name = _NAME.match(text, mark + 2)
        if name is not None:
            return Token("end", name[0].lower()), _after(text, ">", name.end())
    if text.startswith("<!--", mark):
        end = text.find("-->", mark + 4)
        end = len(text) if end < 0 else end
        return Token("comment", text=text[mark + 4 : end]), min(end + 3, len(text))
    if after in {"!", "?", "/"}:
        end = _after(text, ">", mark)
        return Token("comment", text=text[mark + 1 : end].rstrip(">")), end
    name = _NAME.match(text, mark + 1)
    if name is None:
        return Token("text", text="<"), mark + 1
    return _start(text, name)


def _start(text: str, name: re.Match[str]) -> tuple[Token, int]:
    attributes: dict[str, str] = {}
    position = name.end()
    while (found := _ATTRIBUTE.match(text, position)) is not None:
        key, *values = found.groups()
        value = next((one for one in values if one is not None), "")
        attributes.setdefault(key.lower(), _plain(value))
        position = found.end()
    closed = _CLOSE.match(text, position)
    assert closed is not None
    # A sign that starts no attribute is passed over, as the standard does.
    end = closed.end() if closed[0].endswith(">") else _after(text, ">", position)
    return Token("start", name[0].lower(), attributes=attributes), end


def _plain(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:
        # A reference to a character by a number of thousands of digits.
        return text


def _after(text: str, sign: str, start: int) -> int:
    end = text.find(sign, start)
    return len(text) if end < 0 else end + 1


def _end_of(text: str, name: str, start: int) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, start)
    return len(text) if found is None else found.start()
