"""``auditor compare``: two recorded runs, side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.model.audit import Attempt, Audit
from auditor.pipeline.audit import Evidence, conclude
from auditor.pipeline.policy import load_policy
from auditor.pipeline.project import store_of
from auditor.pipeline.refs import find_original
from auditor.pipeline.report import check_targets, write_reports

__all__ = ["compare_refs"]


def compare_refs(
    a: str,
    b: str,
    policy_file: Path | None,
    cwd: Path,
    *,
    reports: tuple[Path, ...],
    tell: Callable[[str], None],
) -> Audit:
    """Compare run ``b`` with run ``a`` as if it were its replay; file and return the audit."""
    check_targets(reports)
    store = store_of(cwd)
    declared = load_policy(policy_file, store.root)
    original, other = find_original(a, store), find_original(b, store)
    tell("comparing")
    evidence = Evidence(
        kind="compare",
        original=original,
        replays=(other.fingerprint,),
        attempts=(Attempt(number=1, completed=True, fingerprint=other.id),),
        plan=None,
    )
    audit = conclude(evidence, declared, store)
    write_reports(audit, reports, tell)
    return audit
