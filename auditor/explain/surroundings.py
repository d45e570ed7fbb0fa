"""Differences between original and replays that can matter, as candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.explain.knowledge import rule_for
from auditor.model.audit import Cause, Divergence, Group, Item
from auditor.model.record import Record

__all__ = ["surroundings"]

_WIDTH = 80
# They differ in every container: worth a word only where nothing else explains the result.
_LAST_RESORTS = ("host.name", "host.user")
# What rounding leaves in a sum is far below this; another input or seed is far above.
_ROUNDING = 1e-4
_LIKELIER = 30
_UNRANKED = 20


class _Factor(Record, frozen=True, kw_only=True):
    """Subjects that start with ``subject`` are the factor ``name``, with their own name after it.

    ``rest`` keeps what follows the colon of the subject in the factor.
    """

    subject: str
    name: str
    group: Group
    fix: str
    rest: bool = False


# The first that fits a subject is its factor.
_FACTORS: tuple[_Factor, ...] = (
    _Factor(
        subject="input:",
        name="input",
        group="input",
        rest=True,
        fix="restore the recorded content of {0}",
    ),
    _Factor(
        subject="source:",
        name="source",
        group="source",
        rest=True,
        fix="restore the recorded code of {0}",
    ),
    # The command line and what it sets are code and data like the rest.
    _Factor(
        subject="command",
        name="source:command",
        group="source",
        fix="run the command with the recorded arguments",
    ),
    _Factor(
        subject="param:",
        name="input:param",
        group="input",
        rest=True,
        fix="set the parameter {0} as it was recorded",
    ),
    _Factor(
        subject="randomness.seed:",
        name="randomness.seed",
        group="chance",
        fix="set the seeds that were recorded",
    ),
    _Factor(
        subject="randomness.hash-seed",
        name="randomness.hash-seed",
        group="chance",
        fix="set PYTHONHASHSEED alike for both runs",
    ),
    _Factor(
        subject="environment.variable:PYTHONHASHSEED",
        name="randomness.hash-seed",
        group="chance",
        fix="set PYTHONHASHSEED alike for both runs",
    ),
    _Factor(
        subject="dependency:",
        name="dependency",
        group="dependency",
        rest=True,
        fix="install {0} as it was recorded",
    ),
    _Factor(
        subject="environment.python",
        name="environment.python",
        group="interpreter",
        fix="use the recorded Python",
    ),
    _Factor(
        subject="environment.variable:",
        name="environment.variable",
        group="variable",
        rest=True,
        fix="set {0} as it was recorded",
    ),
    _Factor(
        subject="image",
        name="image",
        group="image",
        fix="replay with --image and the recorded image",
    ),
    _Factor(
        subject="hardware.gpu",
        name="hardware.gpu",
        group="hardware",
        fix="replay on the recorded kind of GPU",
    ),
    _Factor(
        subject="hardware.kernel:",
        name="hardware.cpu-features",
        group="arithmetic",
        fix="replay on the recorded kind of CPU",
    ),
    _Factor(
        subject="hardware.",
        name="hardware.cpu-features",
        group="hardware",
        fix="replay on the recorded kind of CPU",
    ),
    _Factor(
        subject="environment.machine",
        name="hardware.cpu-features",
        group="hardware",
        fix="replay on the recorded kind of machine",
    ),
    _Factor(
        subject="system.library:",
        name="system.library",
        group="system library",
        rest=True,
        fix="use an image with the recorded {0}",
    ),
    _Factor(
        subject="parallelism.threads",
        name="parallelism.threads",
        group="arithmetic",
        fix="set OMP_NUM_THREADS to the recorded number of threads",
    ),
    _Factor(
        subject="locale", name="locale", group="surroundings", fix="set LC_ALL as it was recorded"
    ),
    _Factor(
        subject="time.zone", name="time.zone", group="surroundings", fix="set TZ as it was recorded"
    ),
    _Factor(
        subject="network",
        name="network",
        group="surroundings",
        fix="download what is needed once, as an input",
    ),
    _Factor(
        subject="path.cwd", name="path.cwd", group="surroundings", fix="run in the recorded folder"
    ),
    _Factor(
        subject="host.name",
        name="host.name",
        group="surroundings",
        fix="keep the host's name out of results",
    ),
    _Factor(
        subject="host.user",
        name="host.user",
        group="surroundings",
        fix="keep the user's name out of results",
    ),
)
_ROUNDS: frozenset[Group] = frozenset({"arithmetic", "hardware", "system library"})
# Of a library that only one side loaded they say no more than that it did.
_OF_A_LIBRARY = ("hardware.kernel:", "parallelism.threads:")


def surroundings(divergences: Iterable[Divergence], diverged: Sequence[Item]) -> list[Cause]:
    """Return a candidate for each difference that can matter, most likely first.

    Ranked by the knowledge base; where all results differ by no more than rounding leaves, what
    changes the order of sums comes before what changes behaviour.
    """
    rounding = _only_rounding(diverged)
    ranked: list[tuple[tuple[int, str], bool, Cause]] = []
    for one in divergences:
        factor = _factor(one)
        if factor is not None:
            likelihood, cause = _cause(factor, one)
            likelihood += _LIKELIER if rounding and _rounds(factor, one) else 0
            ranked.append(((-likelihood, one.subject), one.severity != "info", cause))
    ranked.sort(key=lambda row: row[0])
    likely = [cause for _rank, matters, cause in ranked if matters]
    return likely or [cause for _rank, _, cause in ranked if cause.factor in _LAST_RESORTS]


def _only_rounding(diverged: Sequence[Item]) -> bool:
    sizes = [item.magnitude for item in diverged]
    return bool(sizes) and all(
        size is not None and 0.0 < size.max_rel <= _ROUNDING for size in sizes
    )


def _rounds(factor: _Factor, one: Divergence) -> bool:
    # A library of another name came with something else, most often a distribution.
    exchanged = factor.group == "system library" and one.change != "changed"
    return factor.group in _ROUNDS and not exchanged


def _factor(one: Divergence) -> _Factor | None:
    one_sided = one.change != "changed" and one.subject.startswith(_OF_A_LIBRARY)
    if one.area == "outcome" or one_sided:
        return None
    return next((factor for factor in _FACTORS if one.subject.startswith(factor.subject)), None)


def _cause(factor: _Factor, one: Divergence) -> tuple[int, Cause]:
    rest = one.subject.partition(":")[2]
    rule = rule_for(one)
    name = f"{factor.name}:{rest}" if factor.rest else factor.name
    subject = "" if one.subject == name else f"{one.subject} "
    cause = Cause(
        factor=name,
        group=factor.group,
        status="candidate",
        evidence=f"{subject}{one.change}: {_values(one)}",
        reason=rule.reason if rule else one.note,
        fix=factor.fix.format(rest),
    )
    return rule.likelihood if rule else _UNRANKED, cause


def _values(one: Divergence) -> str:
    after = list(dict.fromkeys(_short(value) for value in one.after))
    return f"{_short(one.before)} → {', '.join(after)}"


def _short(value: object) -> str:
    text = "(absent)" if value is None else str(value)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
