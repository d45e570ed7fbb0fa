"""Masks: named rules that hide what changes in text from run to run and means nothing.

Each hides only the volatile part, and only where the text says what it is: a bare number is
never hidden. What was hidden is kept, so that a report can show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

__all__ = ["RULES", "Hidden", "Masks", "Pattern"]

# What a rule hid, in the order of its patterns.
Hidden = list[tuple[str, str]]

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d{1,9})?"
_ZONE = r"(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})(?![\w:]))?"
_HALF = r"(?:\s?[AP]M\b)"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday)?,?\s{1,9}"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t|tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_ISO_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_ISO_MONTH = r"(?:0[1-9]|1[0-2])"
# Bounded, and with one way to match: a line of a million digits is refused in linear time.
_NUMBER = r"(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,3})?"
_CLOCKED = r"\d{1,6}(?::\d{2}){1,2}"
_UNIT = r"(?:ns|[uµμ]s|ms|s|secs?|mins?|hrs?)"
_WORD = r"(?:ns|[uµμ]s|ms|secs?|(?:milli|micro|nano)?seconds?|minutes?|hours?)"
_CUE = (
    r"(?:took|elapsed|wall[ _-]?(?:clock|time)|(?:training|fit|elapsed|cpu|run)[ _-]time"
    r"|time[ _](?:taken|elapsed)|(?:finished|done|completed) in)(?:\s?[=:]\s?|\s)"
)
_EACH = r"(?:it|iter|iterations?|samples?|examples?|images?|tokens?|steps?|batch(?:es)?|rows?)"
_SIZE = r"(?:[kKMG]i?)?B"


class Pattern:
    """What a rule hides, but for the group ``keep``.

    ``needs`` is found in every line that has it, also with all digits as 0: which patterns a line
    needs is looked up by that.
    """

    def __init__(self, needs: str, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.needed = re.compile(needs).search
        self.replace = re.compile(pattern, flags).sub


_MONTHS = r"[JFMASOND](?:an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec)"
_CUES = r"[tewfdc](?:ook|lapsed|all[ _-]|it[ _-]t|ime[ _]|raining[ _-]t|pu[ _-]t|inished|one|om)"
_ANY_CASE = re.IGNORECASE

# In this order: the most particular first, dates before times, and times before durations.
RULES: dict[str, tuple[Pattern, ...]] = {
    "uuid": (
        Pattern(
            r"-[0-9a-fA-F]{4}-",
            r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    "temporary-path": (
        Pattern(
            r"/(?:tmp|folders|shm)/",
            r"(?<![\w./-])(?P<keep>/(?:var/)?tmp/|/var/folders/|/dev/shm/)[^\s/'\":,;)\]>]+",
        ),
    ),
    "address": (
        Pattern(
            r"0[xX]",
            r"(?P<keep>\b(?:at|addr|address|ptr|pointer)[ =:]{1,3})0x[0-9a-f]+\b",
            _ANY_CASE,
        ),
    ),
    "pid": (
        Pattern(
            r"[pP][iI][dD]|[iI][dD][ :=#]",
            r"(?P<keep>\b(?:p?pid|process id)(?:\s?[=:#]\s?|\s))\d{1,10}\b",
            _ANY_CASE,
        ),
    ),
    # The glyphs of a bar that tqdm draws, and its times and rate: the count stays.
    "progress-bar": (
        Pattern(r"%\|", r"(?P<keep>\d%\|)[ \d#█▏▎▍▌▋▊▉]{1,999}(?=\|)"),
        Pattern(
            r"\[\d+:",
            rf"(?P<keep>\[){_CLOCKED}(?:<(?:{_CLOCKED}|\?))?,\s{{1,9}}(?:{_NUMBER}|\?)"
            r"[^\s,/\]]{0,24}/[^\s,/\]]{1,24}(?=[,\]])",
        ),
    ),
    "date": (
        Pattern(
            r"[-\d]\d{2}[-_T/]\d{2}[-.\d]",
            rf"(?<!\d)20\d\d(-?){_ISO_MONTH}\1{_ISO_DAY}[-_T/]"
            r"(?:[01]\d|2[0-3])([-.]?)[0-5]\d\2[0-5]\d(?:\.\d{1,6})?Z?(?!\d)",
        ),
        Pattern(
            _MONTHS,
            rf"\b(?:{_WEEKDAY})?{_MONTH}\s{{1,9}}{_DAY}\s{{1,9}}{_CLOCK}(?:\s[A-Z]{{3,4}})?"
            r"\s\d{4}\b",
        ),
        Pattern(
            r"\d[-/][01]\d[-/]",
            rf"(?<![\w.-])\d{{4}}([-/]){_ISO_MONTH}\1{_ISO_DAY}(?![\d-])",
        ),
        Pattern(
            r"/\d{2}/",
            rf"(?<![\w./-]){_ISO_MONTH}/{_ISO_DAY}/(?:20)?\d\d(?=,?\s{_CLOCK})",
        ),
        Pattern(
            _MONTHS,
            rf"\b{_WEEKDAY}(?:{_MONTH}\s{{1,9}}{_DAY}|{_DAY}\s{{1,9}}{_MONTH})\b"
            r"(?:,?\s{1,9}\d{4}\b)?",
        ),
        Pattern(
            _MONTHS, rf"\b{_MONTH}\s{{1,9}}{_DAY}(?:,\s{{1,9}}\d{{4}}\b|(?=\s{{1,9}}{_CLOCK}))"
        ),
        Pattern(_MONTHS, rf"\b{_DAY}\s{{1,9}}{_MONTH}\s{{1,9}}\d{{4}}\b"),
        Pattern(r"tfevents\.\d", r"(?P<keep>\btfevents\.)\d{10}\b"),
    ),
    "time": (
        Pattern(r"\d:\d\d:", rf"(?<![\d:.])T?{_CLOCK}(?:{_HALF}|{_ZONE})(?![\d:])"),
        Pattern(r"\d\s?[AP]M", rf"(?<![\d:.])(?:0?\d|1[0-2]):[0-5]\d(?::[0-5]\d)?{_HALF}"),
        Pattern(
            r"\d:\d\d", r"(?P<keep><date>(?:[ T,]{1,2}|,? at ))(?:[01]\d|2[0-3]):[0-5]\d(?![\d:])"
        ),
    ),
    "duration": (
        Pattern(r"\d<", rf"(?<![\d:]){_CLOCKED}<(?:{_CLOCKED}|\?)"),
        Pattern(r"ETA", rf"(?P<keep>\bETA:?\s){_CLOCKED}\b"),
        Pattern(r"eta", r"(?P<keep>\beta:?\s)\d{1,6}:\d{2}:\d{2}\b"),
        Pattern(
            r":\d\d\.\d{6}",
            r"(?<![\d:.])(?:\d{1,6} days?, )?\d{1,2}:[0-5]\d:[0-5]\d\.\d{6}(?!\d)",
        ),
        Pattern(
            r"\dm\s?[\d.]",
            rf"(?<![\w.])(?:\d{{1,9}}d\s?)?(?:\d{{1,9}}h\s?)?\d{{1,9}}m\s?{_NUMBER}s\b",
        ),
        Pattern(r"[a-zµμ]/[a-z]", rf"(?<![\w.]){_NUMBER}{_UNIT}/{_EACH}\b"),
        Pattern(r"/s", rf"(?<![\w.]){_NUMBER}\s?(?:{_EACH}|{_SIZE})/s(?:ec)?\b"),
        Pattern(r"[\d.][nuµμmsh]", rf"(?<![\w.]){_NUMBER}{_UNIT}\b(?!/)"),
        Pattern(r"[\d.]\s[nuµμmsh]", rf"(?<![\w.]){_NUMBER}\s{_WORD}\b(?!/)"),
        Pattern(
            rf"(?i:{_CUES})", rf"(?P<keep>\b{_CUE}){_CLOCKED}(?:\.\d{{1,9}})?(?![\d:])", _ANY_CASE
        ),
        Pattern(
            rf"(?i:{_CUES})",
            rf"(?P<keep>\b{_CUE}){_NUMBER}(?:\s?s\b|(?=\s{{0,9}}(?:$|[,;)\]|])))",
            _ANY_CASE,
        ),
    ),
}

_Sub = Callable[[Callable[[re.Match[str]], str], str], str]
_ZEROS = str.maketrans("123456789", "000000000")
_MOST_SHAPES = 10_000
_LONGEST_SHAPE = 1000
_SHORTEST_HOST = 3
# Names that machines go by and texts are full of: to hide them would hide the text.
_PLAIN_HOSTS = re.compile(
    r"localhost|host|server|node|master|worker|gpu|cpu|docker|container|linux|ubuntu|debian"
    r"|train(?:ing)?|test|model|data|main|local|desktop|laptop|none|null|true|false"
)
_NO_NAME = re.compile(r"[-+.\d]*(?:e[-+]?\d+)?|nan|[-+]?inf(?:inity)?", re.IGNORECASE)


class Masks:
    """The rules that a policy names; rules that do not exist hide nothing.

    ``hosts`` are the names of machines that ``host-name`` hides, as whole words.
    """

    def __init__(self, rules: Iterable[str], hosts: Iterable[str] = ()) -> None:
        self.rules = frozenset(rules)
        self._patterns = [
            (name, one) for name in RULES if name in self.rules for one in RULES[name]
        ]
        self._hosts = _told(hosts) if "host-name" in self.rules else []
        self._host = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, self._hosts))})(?![\w-])")
        self._needed: dict[str, list[tuple[str, _Sub]]] = {}

    def hide(self, line: str) -> tuple[str, Hidden]:
        """Return ``line`` with what the rules hide as ``<rule>``, and what that was."""
        hidden: Hidden = []
        for name, replace in self._steps(line.translate(_ZEROS)):
            line = replace(partial(_replace, name, hidden), line)
        if any(host in line for host in self._hosts):
            line = self._host.sub(partial(_replace, "host-name", hidden), line)
        return line, hidden

    def _steps(self, shape: str) -> list[tuple[str, _Sub]]:
        """Return what lines of one shape need; the lines of a log have few shapes."""
        steps = self._needed.get(shape)
        if steps is None:
            steps = [(name, one.replace) for name, one in self._patterns if one.needed(shape)]
            if len(shape) < _LONGEST_SHAPE and len(self._needed) < _MOST_SHAPES:
                self._needed[shape] = steps
        return steps


def _replace(name: str, hidden: Hidden, match: re.Match[str]) -> str:
    keep = match.groupdict().get("keep") or ""
    hidden.append((name, match[0][len(keep) :]))
    return f"{keep}<{name}>"


def _told(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if _tells(name)}, key=lambda name: (-len(name), name))


def _tells(name: str) -> bool:
    if len(name) < _SHORTEST_HOST or _PLAIN_HOSTS.fullmatch(name.lower()):
        return False
    return _NO_NAME.fullmatch(name) is None
