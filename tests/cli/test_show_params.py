"""Parameters in ``auditor show`` and in the report, when there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.cli.show import _lines

if TYPE_CHECKING:
    from conftest import MakeFingerprint


def test_so_many_parameters_are_shown(make_fingerprint: MakeFingerprint) -> None:
    made = make_fingerprint(params={f"p{number}": str(number) for number in range(300)})
    lines = [line for line in _lines("sha256:" + "0" * 64, made) if "params" in line]
    assert len(lines) == 21
    assert lines[0] == "  params.p0: 0 [declared]"
    assert lines[-1] == "  params: and 280 more; --json has all"
