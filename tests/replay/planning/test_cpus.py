"""A replay gets as many processors as the run had."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from auditor.model.fact import recorded
from auditor.model.facts import Cpu
from auditor.replay import Options
from auditor.replay.planning.cpus import cpus_of


def on(make: Any, available: int) -> Any:
    cpu = Cpu(model="x", machine="x86_64", cores=8, threads=8, available=available, flags=())
    fingerprint = make.fingerprint()
    record = msgspec.structs.replace(fingerprint.record, cpu=recorded(cpu, "test"))
    return msgspec.structs.replace(fingerprint, record=record)


@pytest.mark.parametrize(
    ("had", "asked", "here", "gets", "told"),
    [
        (2, None, 8, 2.0, ""),
        (8, None, 8, None, ""),
        (8, None, 2, None, "the run had 8 processors, the replay gets 2: this machine has no more"),
        (4, 1.5, 8, 1.5, "the run had 4 processors, the replay gets 1.5"),
        (4, 4.0, 8, 4.0, ""),
        (4, 16.0, 8, None, "16 processors were asked for, and there are 8"),
    ],
)
def test_as_many_as_the_run_had(
    make: Any, had: int, asked: float | None, here: int, gets: float | None, told: str
) -> None:
    count, rows = cpus_of(on(make, had), Options(cpus=asked), here)
    assert count == gets
    assert [row.reason for row in rows] == ([told] if told else [])


def test_where_that_is_not_known_all_of_them(make: Any) -> None:
    assert cpus_of(make.fingerprint(), Options(), 4) == (None, ())
    assert cpus_of(make.fingerprint(), Options(cpus=2), 4) == (2.0, ())
