"""Secrets in command lines: by the names of options, in URLs, and by their own shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from auditor.redaction.addresses import url
from auditor.redaction.names import is_secret_name
from auditor.redaction.patterns import NAMED, REDACTED, URL
from auditor.redaction.text import masked

__all__ = ["arguments", "masked_arguments"]


def arguments(argv: Iterable[str]) -> tuple[str, ...]:
    """Return ``argv`` with the values of secret options, and secrets of known shape, redacted."""
    return masked_arguments(argv)[0]


def masked_arguments(argv: Iterable[str]) -> tuple[tuple[str, ...], Counter[str]]:
    """Return ``argv`` as ``arguments`` does, and how many secrets of each pattern were masked."""
    result: list[str] = []
    found: Counter[str] = Counter()
    hide_next = False
    for argument in argv:
        hidden, here = _masked(argument, hide=hide_next and not argument.startswith("-"))
        result.append(hidden)
        found += here
        option, equals, _value = argument.partition("=")
        hide_next = _is_option(argument) and not equals and is_secret_name(option)
    return tuple(result), found


def _is_option(argument: str) -> bool:
    """Say whether the next argument may be its value: ``-c``'s program text is no option."""
    return argument.startswith("-") and not any(character.isspace() for character in argument)


def _masked(argument: str, *, hide: bool) -> tuple[str, Counter[str]]:
    option, equals, value = argument.partition("=")
    if hide:
        return REDACTED, Counter({NAMED: int(argument != REDACTED)})
    if equals and value and _is_name(option) and is_secret_name(option):
        return f"{option}={REDACTED}", Counter({NAMED: int(value != REDACTED)})
    if "://" in argument:
        return _without_credentials(argument)
    return masked(argument)


def _is_name(option: str) -> bool:
    return not any(character.isspace() for character in option) and "://" not in option


def _without_credentials(argument: str) -> tuple[str, Counter[str]]:
    """Return an argument that holds a URL, as ``url`` leaves it, and masked by shape."""
    if any(character.isspace() for character in argument):
        return masked(argument)
    option, equals, address = argument.partition("=")
    if not (equals and _is_name(option) and "://" in address):
        option, equals, address = "", "", argument
    bare = url(address)
    hidden, found = masked(f"{option}{equals}{bare}")
    return hidden, found + Counter({URL: int(bare != address)})
