from __future__ import annotations

from types import ModuleType

import msgspec

from auditor.model.audit import Audit, Looks, PolicyChanges
from auditor.model.policy import PolicyChange, PolicySource
from auditor.render.view.blocks import Bounds, Table
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
    cells = ("abababababab", "diverged", "looser", "what matches a.txt no longer counts")
    assert all(cell in told(changed) for cell in cells)
    *_others, table = method(changed, BOUNDS).blocks
    assert isinstance(table, Table)
    assert (len(table.rows), table.total) == (50, 60)


def test_looks_at_added_replays(samples: ModuleType) -> None:
    audit = samples.diverged()
    assert "Looks at added replays" not in told(audit)
    looks = Looks(planned=9, made=3, ended="the verdict was settled")
    looked = msgspec.structs.replace(audit, looks=looks)
    assert "Looks at added replays 3 of at most 9: the verdict was settled" in told(looked)
