"""Values that no two runs share: instants, durations, process ids, UUIDs, temporary paths.

In text a mask sees the words around a value. A document or table has only the name of the key or
column, so a number, a date or a time is hidden only where that name clearly says that it was read
off a clock: ``train_time_s``, ``latency_ms``, ``created_at``. ``timeout_s``, ``audio_seconds``
and ``date`` are settings and data, and count. A UUID, an address or a temporary path says itself
what it is.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any, Literal

from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.evidence import shown
from auditor.compare.values.scope import Scope
from auditor.compare.values.text.masks import Masks

__all__ = [
    "hidden",
    "hides_array",
    "last_key",
    "masks_of",
    "names_stamp",
    "reads_clock",
    "unix_times",
]

_INDICES = re.compile(r"(?:/\d+)+$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNITS = _words("s sec secs second seconds ms msec millis milliseconds us ns hours")
# Latency and throughput are what some runs are made to measure: they count.
_LASTING = _words("duration durations elapsed runtime walltime wallclock uptime")
_PHASES = _words(
    "train training fit eval evaluation test testing val validation predict prediction inference "
    "refit score total run execution exec cpu gpu wall clock step epoch iteration batch load "
    "loading save preprocessing compile build forward backward data"
)
_FIGURES = _words("mean avg average median std p 50 90 95 99 per time")
_EXTREMES = _words("min max")
_RATES = re.compile(
    r"(?:samples?|steps?|tokens?|iterations?|iters?|images?|batches|examples?|rows)_per_(?:s|sec|second)$",
    re.IGNORECASE,
)
_INSTANT = re.compile(
    r"(?:^|_)(?:timestamp|(?:created|started|finished|ended|updated|modified|generated|saved|completed|trained"
    r"|logged|recorded|exported)(?:_(?:at|on|time|utc))?|(?:start|end|creation|modification|wall|run"
    r"|completion|finish)_(?:time|date|datetime|timestamp)|time_created|utc_time_created|mtime|ctime"
    r"|last_(?:updated|modified))(?:_(?:utc|s|ms|us|ns))?$"
)
_PID = re.compile(r"(?:^|_)p?pid$")
_HOST = re.compile(r"(?:^|_)(?:host|hostname|host_name|node|nodename)$")
# Seconds, milli-, micro- and nanoseconds since 1970 that lie between 2001 and 2128.
_UNIX = tuple((10**power, 5 * 10**power) for power in (9, 12, 15, 18))
_STAMPS = frozenset({"asctime", "ts", "time"})
_MOST_ELEMENTS = 1_000_000
_PLAIN = frozenset({"uuid", "temporary-path", "address"})
_TIMES = frozenset({"date", "time", "duration"})
_SAID = {"time": _TIMES, "duration": _TIMES, "host": frozenset({"host-name"})}
_LEFT = re.compile(r"(?:<(?:date|time|duration|host-name)>|[\sT,()\[\]])+")

_Meaning = Literal["", "duration", "time", "pid", "host"]


def last_key(pointer: str) -> str:
    """Return the last step of a pointer that is a key: indices of lists name nothing."""
    return _INDICES.sub("", pointer).rpartition("/")[2]


@lru_cache(maxsize=4096)
def reads_clock(key: str) -> _Meaning:
    """Say which volatile fact the last step of a pointer, or a column, names; mostly none."""
    snake = "_".join(_WORD.findall(key)).lower()
    if _PID.search(snake):
        return "pid"
    if _HOST.search(snake):
        return "host"
    if _INSTANT.search(snake):
        return "time"
    return "duration" if _lasts(snake.split("_")) or _RATES.search(snake) else ""


def _lasts(words: list[str]) -> bool:
    rest = set(words) - _UNITS
    if rest & _LASTING:
        return rest <= _LASTING | _PHASES | _FIGURES | _EXTREMES
    if not rest & _PHASES or not rest <= _PHASES | _FIGURES or words[:2] == ["time", "step"]:
        return False
    named = [word for word in words if word not in _UNITS]
    return len(named) < len(words) or named[-1] == "time" or {"time", "per"} <= rest


def hidden(key: str, a: Any, b: Any, scope: Scope) -> tuple[str, str] | None:  # noqa: ANN401
    """Return the mask that hides how two values of ``key`` differ, and an example; or ``None``.

    ``a`` and ``b`` are two numbers or two strings; only masks of the policy hide.
    """
    rules = scope.policy.masks
    if isinstance(a, str) and isinstance(b, str):
        rule = _text(key, a, b, scope)
    elif _number(a) and _number(b):
        rule = _numeric(reads_clock(key), a, b)
    else:
        return None
    return (rule, f"{shown(a)} → {shown(b)}") if rule in rules else None


def hides_array(key: str, a: Array, b: Array, scope: Scope) -> str:
    """Return an example where two arrays of durations by their key differ; else ``""``."""
    if "duration" not in scope.policy.masks or reads_clock(key) != "duration":
        return ""
    if a.dtype != b.dtype or a.shape != b.shape or not 0 < math.prod(a.shape) <= _MOST_ELEMENTS:
        return ""
    if a.values.dtype.kind not in "fiu":
        return ""
    whole = (slice(None),) * len(a.shape)
    one, other = a.values[whole], b.values[whole]
    if (one == other).all() or not ((one >= 0).all() and (other >= 0).all()):
        return ""
    first = tuple(int(at[0]) for at in (one != other).nonzero())
    return f"{one[first].item()!r} → {other[first].item()!r}"


def names_stamp(key: str) -> bool:
    """Say whether loggers call the time of a record so; it may as well be data."""
    return key in _STAMPS


def unix_times(a: float, b: float) -> bool:
    """Say whether two numbers are times since 1970 in one unit, between 2001 and 2128."""
    return any(low <= a < high and low <= b < high for low, high in _UNIX)


def _number(value: Any) -> bool:  # noqa: ANN401 - what files hold
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numeric(meaning: _Meaning, a: float, b: float) -> str:
    if meaning == "duration":
        return "duration" if all(math.isfinite(one) and one >= 0 for one in (a, b)) else ""
    if meaning == "time":
        return "time" if unix_times(a, b) else ""
    return "pid" if meaning == "pid" and isinstance(a, int) and isinstance(b, int) else ""


@lru_cache(maxsize=64)
def masks_of(rules: tuple[str, ...], hosts: tuple[str, ...]) -> Masks:
    """Return the masks of these rules, as they were made before."""
    return Masks(rules, hosts)


def _text(key: str, a: str, b: str, scope: Scope) -> str:
    """Return the rule after which two texts are the same; ``""`` where there is none."""
    allowed = _PLAIN | _SAID.get(reads_clock(key), frozenset())
    rules = tuple(rule for rule in scope.policy.masks if rule in allowed)
    masks = masks_of(rules, scope.hosts)
    (one, used), (other, _) = masks.hide(a), masks.hide(b)
    if one != other or not used:
        return ""
    rule = used[0][0]
    # A text that says more than when it was is not hidden by its key.
    return "" if rule not in _PLAIN and not _LEFT.fullmatch(one) else rule
