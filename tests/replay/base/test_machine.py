"""A run of another architecture is another run."""

from __future__ import annotations

import platform
from typing import Any

import pytest

from auditor.errors import NotReplayedError
from auditor.model.fact import recorded
from auditor.model.facts import System
from auditor.replay.base.machine import check_machine, other_machine, platform_of


def on(make: Any, machine: str) -> Any:
    system = System(system="Linux", distribution="", machine=machine)
    return make.fingerprint(system=recorded(system, "test"))


@pytest.mark.parametrize(
    ("machine", "name"),
    [("x86_64", "linux/amd64"), ("aarch64", "linux/arm64"), ("loongarch64", "linux/loongarch64")],
)
def test_platforms_of_images(make: Any, machine: str, name: str) -> None:
    run = on(make, machine)
    assert platform_of(run) == name
    assert other_machine(run, name) == ()
    (row,) = other_machine(run, "linux/s390x")
    assert row.reason == f"the run was on {name}, and the image is for linux/s390x"


def test_another_architecture_is_refused_unless_it_is_welcome(make: Any) -> None:
    check_machine(on(make, platform.machine()), other=False)
    with pytest.raises(NotReplayedError, match="the run was on s390x"):
        check_machine(on(make, "s390x"), other=False)
    check_machine(on(make, "s390x"), other=True)


def test_where_it_is_not_known_it_is_this_one(make: Any) -> None:
    check_machine(make.fingerprint(), other=False)
    assert platform_of(make.fingerprint()) == platform_of(on(make, platform.machine()))
    assert other_machine(make.fingerprint(), "linux/s390x") == ()
