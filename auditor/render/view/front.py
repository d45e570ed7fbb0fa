"""Page one: the verdict in plain words, what it is about, and the figures behind it."""

from __future__ import annotations

import shlex
from collections import Counter

from auditor.model.audit import Audit, Item, Verdict
from auditor.model.digest import hex_of
from auditor.model.plan import Plan
from auditor.render.text import clip, count, moment, one_line, plural, short, size, visible
from auditor.render.view.blocks import Badge, Front, KeyFigure
from auditor.render.view.checked import unverified
from auditor.render.view.divergences import ranked
from auditor.render.view.words import HEADLINE, ITEM, SEVERITY, SEVERITY_ORDER

__all__ = ["command_line", "front", "headline"]

_KEY_FINDINGS = 3


def front(audit: Audit) -> Front:
    """Return page one."""
    badge = ITEM[audit.verdict]
    return Front(
        subject=subject(audit),
        badge=Badge(tone=badge.tone, icon=badge.icon, word=headline(audit)),
        sentence=_sentence(audit),
        detail=_detail(audit),
        scope=_scope(audit),
        figures=_figures(audit),
        findings=_findings(audit),
        facts=_facts(audit),
    )


def subject(audit: Audit) -> str:
    """Return what the report is about: the run's name, else its command."""
    return audit.original.name or command_line(audit) or short(audit.original_id)


def headline(audit: Audit) -> str:
    """Return the verdict in two or three words."""
    return HEADLINE[audit.verdict][audit.kind == "compare"]


def command_line(audit: Audit) -> str:
    """Return the command as a shell takes it, clipped, or nothing where it is not known."""
    command = audit.original.recipe.command.value
    return clip(one_line(shlex.join(command.argv)), 120) if command else ""


def _sentence(audit: Audit) -> str:
    counted = [item for item in audit.items if item.counted]
    if audit.kind == "compare":
        return _compare_sentence(audit, counted)
    runs = _runs(audit)
    different = sum(item.count for item in counted if item.verdict == "diverged")
    sentences = {
        "identical": f"The result reproduced exactly: every output was the same in {runs}.",
        "equivalent": "The result reproduced: every output had the same values, within the "
        f"declared tolerance, in {runs}.",
        "consistent": "The result reproduced statistically: what varies between runs stays within "
        f"the declared margins, over {runs}.",
        "diverged": f"The result did not reproduce: {different} of {_things(counted)} came out "
        f"differently in {runs}.",
        "inconclusive": f"Whether the result reproduces could not be decided, after {runs}.",
        "not-replayed": "The run could not be replayed, so nothing can be said about its result.",
    }
    return sentences[audit.verdict]


def _compare_sentence(audit: Audit, counted: list[Item]) -> str:
    different = sum(item.count for item in counted if item.verdict == "diverged")
    sentences = {
        "identical": "The two runs gave exactly the same result: every output was the same.",
        "equivalent": "The two runs gave the same result: every output had the same values, "
        "within the declared tolerance.",
        "consistent": "The two runs agree statistically: what varies stays within the declared "
        "margins.",
        "diverged": f"The two runs gave different results: {different} of {_things(counted)} "
        "came out differently.",
        "inconclusive": "Whether the two runs gave the same result could not be decided.",
        "not-replayed": "The two runs could not be compared.",
    }
    return sentences[audit.verdict]


def _things(counted: list[Item]) -> str:
    return plural(sum(item.count for item in counted), "compared item")


def _runs(audit: Audit) -> str:
    done = sum(attempt.completed for attempt in audit.attempts)
    return f"{count(done)} of {plural(len(audit.attempts), 'replay')}"


def _detail(audit: Audit) -> str:
    parts = [_sentence_case(audit.reason)] if audit.reason else []
    diverged = [item for item in audit.items if item.counted and item.verdict == "diverged"]
    several = len(audit.replays) > 1
    if several and any(item.deterministic is False for item in diverged):
        parts.append("The replays also differ among themselves: the run is not deterministic.")
    elif several and diverged and all(item.deterministic for item in diverged):
        parts.append("The replays agree with each other, so the difference is systematic.")
    if audit.verdict in {"identical", "equivalent", "consistent"} and unverified(audit):
        parts.append(
            f"{plural(len(unverified(audit)), 'point')} could not be verified; part 2 names each."
        )
    return " ".join(filter(None, [*parts, _loosened(audit)]))


def _loosened(audit: Audit) -> str:
    """Name the audit that was no pass under a stricter policy: the newest that diverged, if any."""
    looser = [
        since
        for since in audit.policy_changes
        if any(change.effect == "looser" for change in since.changes)
    ]
    since = min(looser, key=lambda one: one.verdict != "diverged", default=None)
    if since is None:
        return ""
    return (
        "The policy allows more than the one under which an audit of the same run, of "
        f"{moment(since.created)}, was {since.verdict}; part 10 says what."
    )


def _sentence_case(reason: str) -> str:
    text = clip(one_line(reason), 400).strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def _scope(audit: Audit) -> str:
    if audit.kind == "compare":
        return f"Compared: {_run_of(audit)}{_second(audit)}. Nothing was executed for this report."
    if audit.plan is None:
        return f"To be replayed: {_run_of(audit)}. No replay could be planned."
    return f"Replayed: {_run_of(audit)}, {_place(audit.plan)}."


def _second(audit: Audit) -> str:
    times = audit.replays[0].record.times.value if audit.replays else None
    return " with a second run" + (f", of {moment(times.started)}" if times else "")


def _run_of(audit: Audit) -> str:
    times = audit.original.record.times.value
    command = command_line(audit) or "a run whose command is not known"
    return f"“{command}”" + (f", the run of {moment(times.started)}" if times else "")


def _place(plan: Plan) -> str:
    base = (
        "in a container made from the interpreter that ran"
        if plan.base.kind == "host"
        else f"in a container from the image {one_line(plan.base.reference)}"
    )
    limits = [
        "without network" if plan.limits.network == "none" else "with network access",
        f"as user {plan.user}",
    ]
    if any(mount.read_only for mount in plan.mounts):
        limits.append("inputs mounted read-only")
    if plan.limits.memory is not None:
        limits.append(f"with at most {size(plan.limits.memory)} of memory")
    if plan.limits.cpus is not None:
        limits.append(f"on at most {plan.limits.cpus:g} processors")
    return f"{base}, in a fresh copy of the recorded files, {', '.join(limits)}"


def _figures(audit: Audit) -> tuple[KeyFigure, ...]:
    return _compared(audit), _replays(audit), _differences(audit), _gaps(audit)


def _compared(audit: Audit) -> KeyFigure:
    if not audit.replays:
        return KeyFigure(name="items compared", figure="0")
    counted: Counter[Verdict] = Counter()
    for item in audit.items:
        counted[item.verdict] += item.count * item.counted
    parts = tuple(f"{count(counted[v])} {ITEM[v].word}" for v in ITEM if counted[v])
    return KeyFigure(
        name="item compared" if counted.total() == 1 else "items compared",
        figure=count(counted.total()),
        parts=parts,
    )


def _replays(audit: Audit) -> KeyFigure:
    if audit.kind == "compare":
        return KeyFigure(name="runs compared", figure=count(1 + len(audit.replays)))
    done = sum(attempt.completed for attempt in audit.attempts)
    asked = f" of {len(audit.attempts)}" if audit.attempts else ""
    return KeyFigure(name="replays completed", figure=f"{done}{asked}", parts=_incomplete(audit))


def _differences(audit: Audit) -> KeyFigure:
    found = Counter(divergence.severity for divergence in audit.divergences)
    parts = tuple(f"{count(found[s])} {SEVERITY[s].word}" for s in SEVERITY_ORDER if found[s])
    return KeyFigure(
        name="divergence" if found.total() == 1 else "divergences",
        figure=count(found.total()),
        parts=parts,
    )


def _gaps(audit: Audit) -> KeyFigure:
    gaps = len(unverified(audit))
    parts = ("each named in part 2",) if gaps else ()
    return KeyFigure(name="not verified", figure=count(gaps), parts=parts)


def _incomplete(audit: Audit) -> tuple[str, ...]:
    if not audit.attempts:
        return ("none could be started",)
    missing = sum(not attempt.completed for attempt in audit.attempts)
    return (f"{missing} did not complete",) if missing else ()


def _findings(audit: Audit) -> tuple[tuple[str, str], ...]:
    told = {"critical", "major", *(("minor",) if audit.verdict == "diverged" else ())}
    return tuple(
        (found.id, f"{found.kind} {found.title} {found.change}".replace("  ", " "))
        for found in ranked(audit)[:_KEY_FINDINGS]
        if found.divergence.severity in told
    )


def _facts(audit: Audit) -> tuple[tuple[str, str], ...]:
    integrity = {
        "unsigned": "unsigned: the digests show accidental change, not who made the report",
        "verified": "verified: signature and digests match",
        "failed": "FAILED: a digest or signature does not match; do not rely on this report",
    }
    return (
        ("Date", moment(audit.created)),
        ("Audit", hex_of(audit.id) or "not yet filed"),
        ("Fingerprint", hex_of(audit.original_id)),
        ("Policy", f"{visible(audit.policy.name)}, {short(audit.policy_digest)}"),
        ("Made by", f"{audit.tool.name} {audit.tool.version}"),
        ("Integrity", integrity[audit.integrity]),
    )
