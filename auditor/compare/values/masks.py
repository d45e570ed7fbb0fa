"""Masks: named rules that hide what changes in text from run to run and means nothing.

Each hides only the volatile part, and only where the text says what it is: a bare number is
never hidden. What was hidden is counted, rule by rule.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

__all__ = ["RULES", "masked"]

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?"
_ZONE = r"(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})(?![\w:]))?"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday)?,?\s+"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t|tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_CLOCKED = r"\d+(?::\d{2}){1,2}"
_UNIT = r"(?:ns|[uµμ]s|ms|s|secs?|mins?|hrs?)"
_WORD = r"(?:ns|[uµμ]s|ms|secs?|(?:milli|micro|nano)?seconds?|minutes?|hours?)"
_CUE = (
    r"(?:took|elapsed|wall[ _-]?(?:clock|time)|(?:training|fit|elapsed|cpu|run)[ _-]time"
    r"|time[ _](?:taken|elapsed)|(?:finished|done|completed) in)(?:\s?[=:]\s?|\s)"
)
_EACH = r"(?:it|iter|iterations?|samples?|examples?|images?|tokens?|steps?|batch(?:es)?|rows?)"


def _patterns(*patterns: str, flags: re.RegexFlag = re.NOFLAG) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, flags) for pattern in patterns)


# In this order: the most particular first, dates before times, and times before
# durations. Each pattern keeps what its group "keep" holds.
RULES: dict[str, tuple[re.Pattern[str], ...]] = {
    "uuid": _patterns(
        r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", flags=re.IGNORECASE | re.ASCII
    ),
    "temporary-path": _patterns(
        r"(?<![\w./-])(?P<keep>/(?:var/)?tmp/|/var/folders/|/dev/shm/)[^\s/'\":,;)\]>]+"
    ),
    "address": _patterns(
        r"(?P<keep>\b(?:at|addr|address|ptr|pointer)[ =:]{1,3})0x[0-9a-f]+\b", flags=re.IGNORECASE
    ),
    "pid": _patterns(r"(?P<keep>\bp?pid(?:\s?[=:#]\s?|\s))\d+\b", flags=re.IGNORECASE),
    "date": _patterns(
        rf"\b(?:{_WEEKDAY})?{_MONTH}\s+{_DAY}\s+{_CLOCK}(?:\s+[A-Z]{{3,4}})?\s+\d{{4}}\b",
        r"(?<![\w.-])\d{4}([-/])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?![\d-])",
        rf"\b{_WEEKDAY}(?:{_MONTH}\s+{_DAY}|{_DAY}\s+{_MONTH})\b(?:,?\s+\d{{4}}\b)?",
        rf"\b{_MONTH}\s+{_DAY}(?:,\s+\d{{4}}\b|(?=\s+{_CLOCK}))",
        rf"\b{_DAY}\s+{_MONTH}\s+\d{{4}}\b",
    ),
    "time": _patterns(rf"(?<![\d:.])T?{_CLOCK}{_ZONE}(?![\d:])"),
    "duration": (
        *_patterns(
            rf"(?<![\d:]){_CLOCKED}<(?:{_CLOCKED}|\?)",
            rf"(?P<keep>\bETA:?\s){_CLOCKED}\b",
            rf"(?<![\w.])(?:\d+d\s?)?(?:\d+h\s?)?\d+m\s?{_NUMBER}s\b",
            rf"(?<![\w.]){_NUMBER}{_UNIT}/{_EACH}\b",
            rf"(?<![\w.]){_NUMBER}\s?{_EACH}/s(?:ec)?\b",
            rf"(?<![\w.]){_NUMBER}{_UNIT}\b(?!/)",
            rf"(?<![\w.]){_NUMBER}\s{_WORD}\b(?!/)",
        ),
        *_patterns(
            rf"(?P<keep>\b{_CUE}){_CLOCKED}(?:\.\d+)?(?![\d:])",
            rf"(?P<keep>\b{_CUE}){_NUMBER}(?:\s?s\b|(?=\s*(?:$|[,;)\]|])))",
            flags=re.IGNORECASE,
        ),
    ),
}


# A line without these has nothing that the rule hides: most lines are done with one look each.
_TRIGGERS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "uuid": r"-[0-9a-f]{4}-",
        "temporary-path": r"/(?:tmp|folders|shm)/",
        "address": r"0x",
        "pid": r"pid",
        "date": r"\d[-/][01]\d[-/]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
        "time": r":\d\d:",
        "duration": r"\d\s?(?:[nuµμm]?s|h|m|it)|/s|<|eta|took|elapsed|time|clock| in\b",
    }.items()
}


def masked(line: str, rules: tuple[str, ...], counts: Counter[str]) -> str:
    """Return ``line`` with what ``rules`` name replaced by ``<rule>``; add to ``counts``.

    Rules that do not exist hide nothing.
    """
    for name, patterns in RULES.items():
        if name in rules and _TRIGGERS[name].search(line):
            for pattern in patterns:
                line, count = pattern.subn(partial(_hide, name), line)
                counts[name] += count
    return line


def _hide(name: str, match: re.Match[str]) -> str:
    keep = match.groupdict().get("keep") or ""
    return f"{keep}<{name}>"
