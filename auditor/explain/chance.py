"""What was left to chance: generators without a seed, hash order, threads, the clock."""

from __future__ import annotations

import re
from collections import Counter

from auditor.model.audit import Cause, Item
from auditor.model.facts import GeneratorUse
from auditor.model.fingerprint import Fingerprint
from auditor.model.record import Record

__all__ = ["Chance", "chance"]

_SEEDING = {
    ("random", "Random"): "give random.Random(...) a seed",
    ("random", ""): "call random.seed(0) before the first draw",
    ("numpy", "default_rng"): "give numpy.random.default_rng(...) a seed",
    ("numpy", "RandomState"): "give numpy.random.RandomState(...) a seed",
    ("numpy", "SeedSequence"): "give numpy.random.default_rng(...) a seed, here and elsewhere",
    ("numpy", ""): "call numpy.random.seed(0) before the first draw, or pass random_state",
    ("torch", "Generator.seed"): "call manual_seed(0) of the torch.Generator",
    ("torch", ""): "call torch.manual_seed(0) before the first draw",
    ("tensorflow", "Generator.from_non_deterministic_state"): (
        "make it by tf.random.Generator.from_seed(0)"
    ),
    ("tensorflow", ""): "call tf.random.set_seed(0) before the first draw",
    ("cupy", ""): "call cupy.random.seed(0) before the first draw, or give it a seed",
}
_CLOCK_RULES = frozenset({"time", "date"})
_MOST_SITES = 5
_REORDERED = "in another order"
# A date, a date with its time, or seconds since 1970, as programs put them into names of files.
_TIMED_NAME = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])|1[4-9]\d{8})"
    r"(?=\D|$|[01]\d[0-5]\d)"
)


class Chance(Record, frozen=True, kw_only=True):
    """What was left to chance: ``seen`` at work, and ``possible``, which leaves no trace."""

    seen: tuple[Cause, ...]
    possible: tuple[Cause, ...]


def chance(runs: tuple[Fingerprint, ...], diverged: list[Item]) -> Chance:
    """Return what made runs differ from one another, as far as it was seen; likeliest first.

    A change of order alone speaks for hash order before generators. Where values changed, hash
    order is possible only if no generator was seen to draw without a seed.
    """
    reordered = any(_REORDERED in item.note for item in diverged)
    unseeded = _unseeded(runs)
    hashes = _hash_seed(runs, reordered=reordered)
    seen = (hashes if reordered else None, unseeded, _clock(diverged))
    silent = not reordered and unseeded is None
    possible = (hashes if silent else None, _threads(runs), _network(runs))
    return Chance(
        seen=tuple(one for one in seen if one is not None),
        possible=tuple(one for one in possible if one is not None),
    )


def _unseeded(runs: tuple[Fingerprint, ...]) -> Cause | None:
    uses: Counter[tuple[str, str, str]] = Counter()
    for run in runs:
        for use in run.record.generators.value or ():
            key = (use.library, use.function, use.site)
            uses[key] = max(uses[key], use.count)
    if not uses:
        return None
    rows = [
        GeneratorUse(library=library, function=function, site=site, count=count)
        for (library, function, site), count in sorted(uses.items(), key=_likelihood)
    ]
    more = f"; and {len(rows) - _MOST_SITES} more" if len(rows) > _MOST_SITES else ""
    told = "; ".join(_told(row) for row in rows[:_MOST_SITES])
    fixes = dict.fromkeys(_seeding(row) for row in rows[:_MOST_SITES])
    return Cause(
        factor="randomness.unseeded",
        status="candidate",
        evidence=f"drew from the system's entropy: {told}{more}",
        fix="; ".join(fixes),
    )


def _likelihood(row: tuple[tuple[str, str, str], int]) -> tuple[bool, int, tuple[str, str, str]]:
    # A place in the user's code is better evidence than the bare fact.
    (library, function, site), count = row
    return not site, -count, (library, function, site)


def _told(use: GeneratorUse) -> str:
    separator = " " if " " in use.function else "."
    where = f" at {use.site}" if use.site else ""
    return f"{use.library}{separator}{use.function}{where} ({use.count}x)"


def _seeding(use: GeneratorUse) -> str:
    fix = _SEEDING.get((use.library, use.function)) or _SEEDING.get((use.library, ""))
    return fix or f"seed {use.library} before {use.function} draws"


def _hash_seed(runs: tuple[Fingerprint, ...], *, reordered: bool) -> Cause | None:
    interpreters = [run.recipe.environment.interpreter.value for run in runs]
    if not any(one is not None and one.hash_randomised for one in interpreters):
        return None
    seen = "; what differs is the order" if reordered else ""
    return Cause(
        factor="randomness.hash-seed",
        status="candidate",
        evidence="the hashes of strings were drawn anew for each run (PYTHONHASHSEED was not set), "
        f"and with them the order of sets{seen}",
        fix="set PYTHONHASHSEED=0 for the run, or sort sets before going through them",
    )


def _threads(runs: tuple[Fingerprint, ...]) -> Cause | None:
    counts: dict[str, int] = {}
    for run in runs:
        facts = run.record.arithmetic.value
        for library in facts.libraries if facts else ():
            if library.threads is not None and library.threads > 1:
                counts[library.kind] = max(library.threads, counts.get(library.kind, 0))
    if not counts:
        return None
    told = ", ".join(f"{kind} with {count} threads" for kind, count in sorted(counts.items()))
    return Cause(
        factor="parallelism.threads",
        status="candidate",
        evidence=f"{told}: sums of floats depend on which thread ends first",
        fix="set OMP_NUM_THREADS=1 (and OPENBLAS_NUM_THREADS=1, MKL_NUM_THREADS=1) for the run",
    )


def _clock(diverged: list[Item]) -> Cause | None:
    inside = [
        item.name for item in diverged if any(mask.rule in _CLOCK_RULES for mask in item.masks)
    ]
    named = [
        item.name for item in diverged if item.kind == "file" and _TIMED_NAME.search(item.name)
    ]
    told = [f"dates or times were found in {', '.join(inside[:_MOST_SITES])}"] if inside else []
    if named:
        told.append(f"a date or time is in the name of {', '.join(named[:_MOST_SITES])}")
    if not told:
        return None
    return Cause(
        factor="time.clock",
        status="candidate",
        evidence="; ".join(told),
        fix="keep clock readings out of results, or write them to a file that does not count",
    )


def _network(runs: tuple[Fingerprint, ...]) -> Cause | None:
    hosts = sorted(
        {access.host for run in runs for access in run.record.network.value or () if access.host}
    )
    if not hosts:
        return None
    return Cause(
        factor="network",
        status="candidate",
        evidence=f"the run tried to reach {', '.join(hosts[:_MOST_SITES])}",
        fix="download what is needed once, and pass it as an input",
    )
