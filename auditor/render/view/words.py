"""The report's words for the model's terms."""

from __future__ import annotations

import fnmatch

from auditor.model.audit import Audit, CauseStatus, Item, Kind, Severity, Verdict
from auditor.model.digest import hex_of
from auditor.model.files import FileList, Manifest
from auditor.render.view.blocks import Badge

__all__ = [
    "CAUSE",
    "HEADLINE",
    "ITEM",
    "KINDS",
    "SEVERITY",
    "SEVERITY_ORDER",
    "area_name",
    "by_digest",
    "fact_name",
    "item_name",
    "sides",
    "split_subject",
]

ITEM: dict[Verdict, Badge] = {
    "identical": Badge(tone="good", icon="✓", word="identical"),
    "equivalent": Badge(tone="good", icon="≈", word="equivalent"),
    "consistent": Badge(tone="good", icon="≈", word="consistent"),
    "inconclusive": Badge(tone="warn", icon="?", word="inconclusive"),
    "diverged": Badge(tone="bad", icon="✗", word="diverged"),
    "not-replayed": Badge(tone="idle", icon="—", word="not replayed"),
}

HEADLINE: dict[Verdict, tuple[str, str]] = {
    "identical": ("Reproduced exactly", "The same result, exactly"),
    "equivalent": ("Reproduced within tolerance", "The same result, within tolerance"),
    "consistent": ("Reproduced statistically", "The same result, statistically"),
    "inconclusive": ("Inconclusive", "Inconclusive"),
    "diverged": ("Did not reproduce", "Different results"),
    "not-replayed": ("Not replayed", "Not compared"),
}

SEVERITY: dict[Severity, Badge] = {
    "critical": Badge(tone="bad", icon="✗", word="critical"),
    "major": Badge(tone="bad", icon="▲", word="major"),
    "minor": Badge(tone="warn", icon="◆", word="minor"),
    "info": Badge(tone="idle", icon="·", word="for information"),
}
SEVERITY_ORDER: tuple[Severity, ...] = ("critical", "major", "minor", "info")

CAUSE: dict[CauseStatus, Badge] = {
    "confirmed": Badge(tone="bad", icon="✓", word="confirmed by experiment"),
    "interaction": Badge(tone="warn", icon="◆", word="acts only with others"),
    "candidate": Badge(tone="warn", icon="?", word="candidate, not tested"),
    "ruled-out": Badge(tone="idle", icon="—", word="ruled out by experiment"),
}

KINDS: dict[Kind, tuple[str, str]] = {
    "file": ("output file", "output files"),
    "metric": ("metric", "metrics"),
    "exit-status": ("exit status", "exit status"),
    "stdout": ("standard output", "standard output"),
    "stderr": ("standard error", "standard error"),
}

_FACTS: tuple[tuple[str, str], ...] = (
    ("recipe.command*", "Command"),
    ("recipe.source.files*", "Source files"),
    ("recipe.source.git*", "Git repository"),
    ("recipe.environment.interpreter*", "Python interpreter"),
    ("recipe.environment.system*", "Operating system"),
    ("recipe.environment.libc*", "C library"),
    ("recipe.environment.locale*", "Locale"),
    ("recipe.environment.zone*", "Time zone"),
    ("recipe.environment.variables*", "Environment variables"),
    ("recipe.environment.indexes*", "Package indexes"),
    ("recipe.dependencies*", "Installed distributions"),
    ("recipe.image*", "Container image"),
    ("recipe.params*", "Parameters"),
    ("recipe.inputs*", "Input files"),
    ("recipe.seeds*", "Seeds"),
    ("recipe.stdin*", "Standard input"),
    ("outcome.outputs*", "Output files"),
    ("outcome.metrics*", "Metrics"),
    ("outcome.stdout*", "Standard output"),
    ("outcome.stderr*", "Standard error"),
    ("outcome.exit*", "Exit status"),
    ("record.times*", "Times"),
    ("record.host*", "Host"),
    ("record.cpu*", "Processor"),
    ("record.gpu*", "GPU"),
    ("record.arithmetic*", "Numeric libraries"),
    ("record.generators*", "Random generators"),
    ("record.generator_states*", "States of random generators"),
    ("record.derived_seeds*", "Seeds that libraries chose"),
    ("record.network*", "Network access"),
    ("record.processes*", "Processes"),
    ("record.uncaught*", "Uncaught exceptions"),
    ("record.masked*", "Secrets that were masked"),
    ("record.unmasked*", "Secrets that kept files hold"),
    ("record.resources*", "Resources"),
    ("record.names*", "Names of files"),
    ("record.entropy*", "Entropy that was drawn"),
    ("record.keep*", "Size of what is kept"),
    ("record.container*", "Container"),
    ("names", "Names of files"),
    ("record.coverage*", "Coverage of the observation"),
    ("coverage", "Coverage of the observation"),
    ("arithmetic*", "Numeric libraries"),
    ("command", "Command"),
    ("dependencies", "Installed distributions"),
    ("environment.python", "Python interpreter"),
    ("environment.system", "Operating system"),
    ("environment.variables", "Environment variables"),
    ("hardware.cpu*", "Processor"),
    ("hardware.gpu*", "GPU"),
    ("host*", "Host"),
    ("image", "Container image"),
    ("inputs", "Input files"),
    ("locale", "Locale"),
    ("network", "Network access"),
    ("params", "Parameters"),
    ("path.cwd", "Working directory"),
    ("randomness.seed", "Seeds"),
    ("randomness.unseeded", "Random generators"),
    ("source", "Source files"),
    ("source.git", "Git repository"),
    ("stdin", "Standard input"),
    ("time.zone", "Time zone"),
)
_KIND_BY_WORD: dict[str, str] = {kind: one.capitalize() for kind, (one, _) in KINDS.items()}
_SUBJECTS = {
    "file": "Output file",
    "metric": "Metric",
    "dependency": "Dependency",
    "source": "Source file",
    "input": "Input file",
    "environment.variable": "Variable",
    "system.library": "System library",
    "param": "Parameter",
    "params": "Parameter",
}
_AREAS = {
    "outcome": "Result",
    "environment": "Environment",
    "dependency": "Dependency",
    "hardware": "Hardware",
    "randomness": "Randomness",
    "source": "Source code",
    "input": "Input data",
}


def fact_name(subject: str) -> str:
    """Return a reader's name for a dotted path of a fact; other subjects unchanged."""
    path, colon, rest = subject.partition(":")
    if colon and path in _SUBJECTS:
        return f"{_SUBJECTS[path]} {rest}"
    if subject in KINDS:
        return _KIND_BY_WORD[subject]
    for pattern, name in _FACTS:
        if fnmatch.fnmatchcase(path, pattern):
            return f"{name}: {rest}" if colon else name
    return subject[:1].upper() + subject[1:] if subject.startswith("replay ") else subject


def area_name(area: str) -> str:
    """Return a reader's name for the area of a divergence."""
    return _AREAS.get(area, area)


def split_subject(subject: str, area: str) -> tuple[str, str]:
    """Return the kind and the name of what a divergence is about, in a reader's words."""
    prefix, colon, name = subject.partition(":")
    if colon and prefix in _SUBJECTS:
        return _SUBJECTS[prefix], name
    if subject in KINDS:
        return _KIND_BY_WORD[subject], ""
    return area_name(area), subject.removeprefix(f"{area}.")


def by_digest(manifest: Manifest) -> str:
    """Return which object has the whole list, where a manifest holds the first files only."""
    if not isinstance(manifest.files, FileList):
        return ""
    return f"; the whole list is the object {hex_of(manifest.files.listed)}"


def item_name(item: Item) -> str:
    """Return a reader's name for a compared item."""
    if item.kind in {"stdout", "stderr", "exit-status"}:
        return KINDS[item.kind][0].capitalize()
    return item.name


def sides(audit: Audit) -> tuple[str, tuple[str, ...]]:
    """Return what the original and each completed replay are called, in order."""
    if audit.kind == "compare":
        return "First run", tuple("Second run" for _ in audit.replays)
    numbers = [attempt.number for attempt in audit.attempts if attempt.completed]
    if len(numbers) != len(audit.replays):
        numbers = list(range(1, len(audit.replays) + 1))
    return "Original", tuple(f"Replay {number}" for number in numbers)
