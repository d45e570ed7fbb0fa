"""Values to words: numbers, sizes, times and digests; and untrusted text made visible."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from auditor.model.canonical import canonical
from auditor.model.digest import hex_of

__all__ = [
    "UNKNOWN",
    "apart",
    "clip",
    "count",
    "duration",
    "moment",
    "number",
    "one_line",
    "plural",
    "short",
    "shown",
    "size",
    "visible",
]

UNKNOWN = "—"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HEX_SHOWN = 12
_SIGNIFICANT = 6
_ALL_DIGITS = 17  # enough for any IEEE 754 double
_KIB = 1024
_MINUS = "\N{MINUS SIGN}"
_MINUTE = 60
_SCIENTIFIC_BELOW = 1e-4
_SCIENTIFIC_FROM = 1e15

# C0 (but tab and newline), DEL, C1, soft hyphen; direction marks, embeddings, overrides, isolates;
# invisible separators; line and paragraph separators; byte order mark; lone surrogates; tags.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return ``text`` with every character that hides or reorders others as a ``\u`` escape.

    Direction overrides (UAX #9), control characters, invisible ones and lone surrogates;
    tab and newline stay.
    """
    return _HIDDEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the BMP's end


def one_line(text: str) -> str:
    """Return ``text`` on one line, for names and cells: newlines and tabs as escapes."""
    return text.replace("\n", "\\n").replace("\t", "\\t")


def clip(text: str, limit: int) -> str:
    """Return ``text``, or its first ``limit`` characters and how many more there are."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({count(len(text) - limit)} more characters)"


def short(digest: str | None) -> str:
    """Return the first 12 hexadecimal digits of a digest."""
    return hex_of(digest)[:_HEX_SHOWN] if digest else UNKNOWN


def count(value: int) -> str:
    """Return an integer with its thousands parted by a comma."""
    return f"{value:,}"


def plural(value: int, noun: str, many: str = "") -> str:
    """Return ``1 file``, ``2 files``; ``many`` where the plural is not made with an s."""
    return f"{count(value)} {noun if value == 1 else many or noun + 's'}"


def number(value: float | None, digits: int = _SIGNIFICANT) -> str:
    """Return a number to ``digits`` significant digits; integers whole, with thousands parted.

    A value that was not zero never becomes ``0``.
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return count(value) if abs(value) < _SCIENTIFIC_FROM else f"{value:.{digits - 1}e}"
    if not math.isfinite(value):
        return {"nan": "NaN", "inf": "∞", "-inf": _MINUS + "∞"}[repr(value)]
    return _finite(value, digits).replace("-", _MINUS)


def _finite(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    if abs(value) < _SCIENTIFIC_BELOW or abs(value) >= _SCIENTIFIC_FROM:
        return _power(f"{value:.{digits - 1}e}")
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _power(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def size(value: int | None) -> str:
    """Return a size in bytes as B, KiB, MiB or GiB (IEC 80000-13)."""
    if value is None:
        return UNKNOWN
    amount = float(value)
    for unit in ("B", "KiB", "MiB"):
        if amount < _KIB:
            return f"{amount:,.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= _KIB
    return f"{amount:,.1f} GiB"


def duration(seconds: float | None) -> str:
    """Return a duration in seconds as ``0.42 s``, ``12 min 5 s`` or ``3 h 4 min``."""
    if seconds is None:
        return UNKNOWN
    if seconds < _MINUTE:
        return f"{number(seconds, 3)} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{count(hours)} h {minutes} min" if hours else f"{minutes} min {rest} s"


def moment(stamp: str | None) -> str:
    """Return an RFC 3339 time as ``21 November 2026, 03:58 UTC``; what is no time, unchanged."""
    if not stamp:
        return UNKNOWN
    try:
        time = datetime.fromisoformat(stamp).astimezone(UTC)
    except (ValueError, OverflowError):
        return stamp
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}, {time:%H:%M} UTC"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)  # fmt: skip - not strftime's, which follow the locale


def shown(value: Any, limit: int = 240) -> str:  # noqa: ANN401 - any JSON value of an audit
    """Return any value of an audit on one short line: digests shortened, records as their JSON."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool | int | float):
        return number(value)
    text = value if isinstance(value, str) else _json(value)
    return clip(one_line(_DIGEST.sub(lambda match: short(match.group()), text)), limit) or "(empty)"


def apart(values: Sequence[Any], limit: int = 240) -> tuple[str, ...]:
    """Return each value as ``shown`` does, with as many digits as it takes to tell them apart."""
    plain = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    digits = next(
        (
            n
            for n in range(_SIGNIFICANT, _ALL_DIGITS)
            if len({number(v, n) for v in plain}) == len(set(plain))
        ),
        _ALL_DIGITS,
    )
    return tuple(
        number(value, digits) if isinstance(value, float) else shown(value, limit)
        for value in values
    )


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value of an audit
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    plain = msgspec.to_builtins(value)
    if (
        isinstance(plain, dict)
        and plain
        and not any(isinstance(v, dict | list) for v in plain.values())
    ):
        return ", ".join(f"{key}: {shown(item)}" for key, item in plain.items())
    return canonical(plain).decode()
