from __future__ import annotations

from types import ModuleType

import msgspec

from auditor.model.audit import Audit, Looks, PolicyChanges
from auditor.model.policy import (
    Policy,
    PolicyChange,
    PolicySource,
    Rule,
    SeverityRule,
    Tolerance,
)
from auditor.render.view.blocks import Bounds, Table
from auditor.render.view.document import SECTIONS, document
from auditor.render.view.method import method
from tests.render.view.test_document import words

BOUNDS = Bounds(rows=50, cards=50, lines=50)
CHANGE = PolicyChange(effect="looser", text="what matches a.txt no longer counts")


def told(audit: Audit) -> str:
    return " ".join(words(method(audit, BOUNDS)))


def test_where_the_policy_came_from(samples: ModuleType) -> None:
    source = PolicySource(place="auditor.toml", read="2026-01-01T00:00:00Z")
    audit = msgspec.structs.replace(samples.diverged(), policy_source=source)
    assert "Read from auditor.toml" in told(audit)


def test_what_became_looser_has_a_table(samples: ModuleType) -> None:
    audit = samples.diverged()
    assert "no longer counts" not in told(audit)
    since = PolicyChanges(
        audit="sha256:" + "ab" * 32,
        created="2026-01-01T00:00:00Z",
        verdict="diverged",
        policy_digest="sha256:" + "cd" * 32,
        changes=(CHANGE,) * 60,
    )
    changed = msgspec.structs.replace(audit, policy_changes=(since,))
    cells = (
        "abababababab",
        "diverged 1 January 2026, 00:00 UTC",
        "looser",
        "what matches a.txt no longer counts",
    )
    assert all(cell in told(changed) for cell in cells)
    *_others, table = method(changed, BOUNDS).blocks
    assert isinstance(table, Table)
    assert (len(table.rows), table.total) == (50, 60)


def test_page_one_says_that_the_policy_was_loosened(samples: ModuleType) -> None:
    def detail(*changes: PolicyChange) -> str:
        since = PolicyChanges(
            audit="sha256:" + "ab" * 32,
            created="2026-01-01T00:00:00Z",
            verdict="diverged",
            policy_digest="sha256:" + "cd" * 32,
            changes=changes,
        )
        changed = msgspec.structs.replace(samples.diverged(), policy_changes=(since,))
        return document(changed, BOUNDS).front.detail

    assert "of 1 January 2026, 00:00 UTC, was diverged; part 10 says what." in detail(CHANGE)
    assert SECTIONS[10 - 1] is method
    tighter = PolicyChange(effect="tighter", text="the margin of 1 for /a was removed")
    assert "part 10" not in detail(tighter)


def test_every_rule_of_the_policy_is_told(samples: ModuleType) -> None:
    audit = samples.diverged()
    policy = Policy(
        bfloat16=Tolerance(relative=0.25, absolute=0.0, source="policy"),
        tolerances=(Rule(match="w.npy", norm=0.125),),
        decisions=("grade",),
        severities=(SeverityRule(match="*.txt", severity="minor"),),
    )
    section = method(msgspec.structs.replace(audit, policy=policy), BOUNDS)
    table = next(block for block in section.blocks if isinstance(block, Table))
    rows = [[cell.lines[0] for cell in row] for row in table.rows]
    assert ["bfloat16 numbers", "0.25", "0", "\N{EN DASH}", "policy"] in rows
    assert ["w.npy", "0", "0", "0.125", "policy"] in rows
    seen = " ".join(words(section))
    assert "Decisions, besides those known by name grade" in seen
    assert "Severity *.txt: minor" in seen


def test_looks_at_added_replays(samples: ModuleType) -> None:
    audit = samples.diverged()
    assert "Looks at added replays" not in told(audit)
    looks = Looks(planned=9, made=3, ended="the verdict was settled")
    looked = msgspec.structs.replace(audit, looks=looks)
    assert "Looks at added replays 3 of at most 9: the verdict was settled" in told(looked)
