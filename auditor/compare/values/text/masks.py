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
    r"(?:took|elapsed|wall[ _-]?(?:clock|time)|(?:training|fit|elapsed|cpu|run|total|execution"
    r"|inference|evaluation|processing|loading)[ _-]time"
    r"|time[ _](?:taken|elapsed)|(?:finished|done|completed) in)(?:\s?[=:]\s?|\s)"
)
_EACH = (
    r"(?:it|iter|iterations?|samples?|examples?|images?|imgs?|tokens?|toks?|steps?|batch(?:es)?"
    r"|rows?|seqs?|sequences?)"
)
_SIZE = r"(?:[kKMG]i?)?B"
# Names of times and rates as programs print them, and of parts of a step that are timed.
_KEYS = (
    r"(?:[a-z]{1,20}_)?(?:runtime|elapsed|duration|walltime)(?:_(?:s|secs?|seconds|ms))?"
    r"|(?:[a-z]{1,20}_)?(?:samples|steps|tokens|iterations|examples|images|batches)_per_sec(?:ond)?"
    r"|(?:(?:mean|std|avg|min|max|eval|val|test|train)_)?(?:last|data|batch|iter|step|epoch|load|forward|backward|train|training|eval|test|predict"
    r"|inference|fit|score)_time(?:_(?:s|secs?|seconds|ms))?"
)
_METER = rf"{_NUMBER}(?:\s{{1,3}}\(\s{{0,3}}{_NUMBER}\))?"


class Pattern:
    """What a rule hides, but for the group ``keep``.

    ``needs`` is found in every line that has it, also with all digits as 0: which patterns a line
    needs is looked up by that.
    """

    def __init__(self, needs: str, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.needed = re.compile(needs).search
        self.replace = re.compile(pattern, flags).sub


_MONTHS_SHORT = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_MONTHS = r"[JFMASOND](?:an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec)"
_CUES = r"(?:[tewfdc](?:ook|lapsed|all[ _-]|ime[ _]|inished|one|om)|[gtduln][ _-]t)"
_ANY_CASE = re.IGNORECASE

# In this order: the most particular first, dates before times, and times before durations.
RULES: dict[str, tuple[Pattern, ...]] = {
    "uuid": (
        # Without its dashes it says by its version and variant alone what it is, and any digest
        # may look like that: only where it is named.
        Pattern(
            r"[0-9a-f]{32}",
            r"(?P<keep>\b(?:[a-z]{1,20}[_ ])?(?:u?uid|guid|id)['\"]?\s?[=:]?\s?['\"]?)"
            r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}\b",
            re.IGNORECASE | re.ASCII,
        ),
        Pattern(
            r"-[0-9a-fA-F]{4}-",
            r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    "temporary-path": (
        # The folder that TensorBoard's writers choose: Jan05_12-00-01_HOST.
        Pattern(
            r"\d{2}_\d{2}-\d{2}-\d{2}",
            rf"(?<![0-9A-Za-z]){_MONTHS_SHORT}[0-3]\d_[0-2]\d-[0-5]\d-[0-5]\d"
            r"(?:_[0-9A-Za-z.-]{1,253})?(?![0-9A-Za-z-])",
        ),
        Pattern(
            r"/(?:tmp|folders|shm)/",
            r"(?<![\w./-])(?P<keep>/(?:var/)?tmp/|/var/folders/|/dev/shm/)[^\s/'\":,;)\]>]+",
        ),
    ),
    "address": (
        # How Python cuts a representation that is too long.
        Pattern(r"\.\.\.", r"(?P<keep>\.\.\.)(?:0?x)?(?=[\da-f]{0,11}\d)[\da-f]{6,12}(?=>)"),
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
        # The thread in the prefix of a line of absl and glog: I0105 12:00:01.123456 4242 x.py:7]
        Pattern(
            r"[\w.]:\d+\]",
            rf"(?P<keep>^[DIWEF][01]\d[0-3]\d\s{{1,3}}{_CLOCK}\s{{1,9}})\d{{1,10}}"
            r"(?=\s[\w.]{1,99}:\d{1,6}\])",
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
            r"^[DIWEF]\d{4}\s",
            rf"(?P<keep>^[DIWEF]){_ISO_MONTH}{_ISO_DAY}(?=\s{{1,3}}{_CLOCK}\s)",
        ),
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
        Pattern(
            r"[tT][iI][mM][eE][sS][tT][aA][mM][pP]",
            r"(?P<keep>\btimestamp['\"]?\s?[:=]\s?['\"]?)1\d{9}(?:\d{3}|\.\d{1,9})?(?![\w.])",
            _ANY_CASE,
        ),
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
        Pattern(
            r"(?i:_per_|_time|runtime|elapsed|duration|walltime)",
            rf"(?P<keep>\b(?:{_KEYS})['\"]?(?:\s?[=:]\s?|\s{{1,40}}=\s{{1,9}})['\"]?)"
            rf"(?:\d{{1,6}}(?::\d{{2}}){{2}}(?:\.\d{{1,9}})?(?![\d:])|{_NUMBER}(?![\w.]))",
            _ANY_CASE,
        ),
        # A row of such a table as pandas prints it.
        Pattern(
            r"_time",
            rf"(?P<keep>^\s{{0,99}}(?:{_KEYS})\s)\s{{0,99}}{_NUMBER}(?:\s{{1,99}}{_NUMBER}){{0,99}}"
            r"(?=\s{0,99}$)",
        ),
        # Meters of torchvision, timm, Detectron2 and the like: the time of a step, and beside it
        # how much of that it waited for data.
        Pattern(
            r"(?i:time)[:\s].{0,90}(?i:data|time)",
            rf"(?P<keep>\btime:?\s{{1,3}}){_METER}"
            rf"(?=,?\s{{1,4}}(?:data:?\s|(?:last_|data_)?time(?::|\s)|last_time))",
            _ANY_CASE,
        ),
        Pattern(
            r"(?i:data)",
            rf"(?P<keep><duration>,?\s{{1,4}}data:?\s{{1,3}}){_METER}",
            _ANY_CASE,
        ),
        Pattern(r"\d\ss\s/\s", rf"(?<![\w.]){_NUMBER}\ss\s/\s{_EACH}\b"),
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
        Pattern(r"[a-zµμ]/[a-z]", rf"(?<![\w.]){_NUMBER}\s?{_UNIT}/{_EACH}\b"),
        Pattern(r"/s", rf"(?<![\w.]){_NUMBER}\s?(?:{_EACH}|{_SIZE})/s(?:ec)?\b"),
        Pattern(r"/s[\s:=e]", rf"(?P<keep>\b{_EACH}/s(?:ec)?(?:\s?[:=]\s?|\s)){_NUMBER}(?![\w.])"),
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
