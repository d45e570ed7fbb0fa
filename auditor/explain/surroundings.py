"""Differences between original and replays that can matter, as candidates."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.audit import Cause, Divergence, Severity
from auditor.model.record import Record

__all__ = ["surroundings"]

_WIDTH = 80
_SEVERITIES: dict[Severity, int] = {"critical": 0, "major": 1, "minor": 2, "info": 3}
# They differ in every container: worth a word only where nothing else explains the result.
_LAST_RESORTS = ("host.name", "host.user")


class _Factor(Record, frozen=True, kw_only=True):
    """Subjects that start with ``subject`` are the factor ``name``, with their own name after it.

    ``rest`` keeps what follows the colon of the subject in the factor.
    """

    subject: str
    name: str
    fix: str
    rest: bool = False


# Most likely first; the first that fits a subject is its factor.
_FACTORS: tuple[_Factor, ...] = (
    _Factor(subject="input:", name="input", rest=True, fix="restore the recorded content of {0}"),
    _Factor(subject="source:", name="source", rest=True, fix="restore the recorded code of {0}"),
    _Factor(
        subject="randomness.seed:", name="randomness.seed", fix="set the seeds that were recorded"
    ),
    _Factor(
        subject="randomness.hash-seed",
        name="randomness.hash-seed",
        fix="set PYTHONHASHSEED alike for both runs",
    ),
    _Factor(
        subject="environment.variable:PYTHONHASHSEED",
        name="randomness.hash-seed",
        fix="set PYTHONHASHSEED alike for both runs",
    ),
    _Factor(
        subject="dependency:", name="dependency", rest=True, fix="install {0} as it was recorded"
    ),
    _Factor(subject="environment.python", name="environment.python", fix="use the recorded Python"),
    _Factor(
        subject="environment.variable:",
        name="environment.variable",
        rest=True,
        fix="set {0} as it was recorded",
    ),
    _Factor(subject="image", name="image", fix="replay with --image and the recorded image"),
    _Factor(subject="hardware.gpu", name="hardware.gpu", fix="replay on the recorded kind of GPU"),
    _Factor(
        subject="hardware.", name="hardware.cpu-features", fix="replay on the recorded kind of CPU"
    ),
    _Factor(
        subject="environment.machine",
        name="hardware.cpu-features",
        fix="replay on the recorded kind of machine",
    ),
    _Factor(
        subject="system.library:",
        name="system.library",
        rest=True,
        fix="use an image with the recorded {0}",
    ),
    _Factor(
        subject="parallelism.threads",
        name="parallelism.threads",
        fix="set OMP_NUM_THREADS to the recorded number of threads",
    ),
    _Factor(subject="locale", name="locale", fix="set LC_ALL as it was recorded"),
    _Factor(subject="time.zone", name="time.zone", fix="set TZ as it was recorded"),
    _Factor(subject="network", name="network", fix="download what is needed once, as an input"),
    _Factor(subject="path.cwd", name="path.cwd", fix="run in the recorded folder"),
    _Factor(subject="host.name", name="host.name", fix="keep the host's name out of results"),
    _Factor(subject="host.user", name="host.user", fix="keep the user's name out of results"),
)


def surroundings(divergences: Iterable[Divergence]) -> list[Cause]:
    """Return a candidate for each difference that can matter, most likely first."""
    ranked: list[tuple[tuple[int, int, str], Cause]] = []
    for one in divergences:
        if one.area == "outcome":
            continue
        for place, factor in enumerate(_FACTORS):
            if one.subject.startswith(factor.subject):
                rank = (_SEVERITIES[one.severity], place, one.subject)
                ranked.append((rank, _cause(factor, one)))
                break
    ranked.sort(key=lambda pair: pair[0])
    likely = [cause for rank, cause in ranked if rank[0] < _SEVERITIES["info"]]
    return likely or [cause for _rank, cause in ranked if cause.factor in _LAST_RESORTS]


def _cause(factor: _Factor, one: Divergence) -> Cause:
    rest = one.subject.partition(":")[2]
    return Cause(
        factor=f"{factor.name}:{rest}" if factor.rest else factor.name,
        status="candidate",
        evidence=f"{one.subject} {one.change}: {_values(one)}; {one.note}",
        fix=factor.fix.format(rest),
    )


def _values(one: Divergence) -> str:
    after = list(dict.fromkeys(_short(value) for value in one.after))
    return f"{_short(one.before)} → {', '.join(after)}"


def _short(value: object) -> str:
    text = "(absent)" if value is None else str(value)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
