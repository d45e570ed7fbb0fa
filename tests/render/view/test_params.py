"""Many parameters in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from auditor.model.audit import Audit
from auditor.render.view.blocks import Bounds, mono
from auditor.render.view.provenance import _params

if TYPE_CHECKING:
    from conftest import MakeFingerprint


class _Original:
    def __init__(self, original: object) -> None:
        self.original = original


def test_many_parameters_are_folded(make_fingerprint: MakeFingerprint) -> None:
    names = {f"config.yaml#/p{number}": "1" for number in range(299)}
    audit = cast("Audit", _Original(make_fingerprint(params={**names, "lr": "0.1"})))
    table = _params(audit, Bounds(rows=50, cards=5, lines=5))
    assert table.folded
    assert table.total == 300
    assert len(table.rows) == 50
    assert table.rows[0][0] == mono("lr")
