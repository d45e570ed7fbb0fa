"""Limits of control groups, from folders such as the kernel shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.capture.collectors import CPU
from auditor.capture.collectors.cgroup import limits
from auditor.model.facts import Limits

NONE_V1 = "9223372036854771712\n"


class Groups:
    """A membership, and what is mounted."""

    def __init__(self, folder: Path) -> None:
        self.membership = folder / "membership"
        self.mounted = folder / "cgroup"
        self.mounted.mkdir()

    def member(self, *lines: str) -> None:
        self.membership.write_text("".join(f"{line}\n" for line in lines))

    def file(self, name: str, text: str) -> None:
        path = self.mounted / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def limits(self) -> Limits:
        fact = limits(self.membership, self.mounted)
        assert fact.value is not None, fact.reason
        return fact.value

    def reason(self) -> str:
        fact = limits(self.membership, self.mounted)
        assert fact.value is None
        return fact.reason


@pytest.fixture
def groups(tmp_path: Path) -> Groups:
    return Groups(tmp_path)


@pytest.fixture
def second(groups: Groups) -> Groups:
    """Version 2: a job in a slice, nothing limited."""
    groups.member("0::/batch.slice/job")
    groups.file("cgroup.controllers", "cpuset cpu memory\n")
    groups.file("cpuset.cpus.effective", "0-15\n")
    groups.file("batch.slice/cpu.max", "max 100000\n")
    groups.file("batch.slice/memory.max", "max\n")
    groups.file("batch.slice/job/cpu.max", "max 100000\n")
    groups.file("batch.slice/job/memory.max", "max\n")
    return groups


def test_version_2_without_limits(second: Groups) -> None:
    assert second.limits() == Limits(version=2, processors=None, cpuset="0-15", memory=None)


def test_version_2_with_limits(second: Groups) -> None:
    second.file("batch.slice/job/cpu.max", "150000 100000\n")
    second.file("batch.slice/job/cpuset.cpus.effective", "2-3,8\n")
    second.file("batch.slice/job/memory.max", "1073741824\n")
    assert second.limits() == Limits(version=2, processors=1.5, cpuset="2-3,8", memory=2**30)


def test_the_smallest_limit_of_all_groups_holds(second: Groups) -> None:
    second.file("batch.slice/cpu.max", "50000 100000\n")
    second.file("batch.slice/job/cpu.max", "400000 100000\n")
    second.file("batch.slice/memory.max", "4096\n")
    second.file("batch.slice/job/memory.max", "8192\n")
    assert second.limits() == Limits(version=2, processors=0.5, cpuset="0-15", memory=4096)


def test_a_container_sees_its_own_group_at_the_top(second: Groups) -> None:
    second.member("0::/../../of/the/host")
    second.file("cpu.max", "200000 100000\n")
    assert second.limits().processors == 2
    second.member("0::/of/the/host")
    assert second.limits().processors == 2


def test_version_1(groups: Groups) -> None:
    groups.member("3:memory:/job", "2:cpuset:/", "1:cpu,cpuacct:/job", "0::/")
    groups.file("cpu/cpu.cfs_quota_us", "-1\n")
    groups.file("cpu/cpu.cfs_period_us", "100000\n")
    groups.file("memory/memory.limit_in_bytes", NONE_V1)
    groups.file("cpuset/cpuset.cpus", "0-7\n")
    assert groups.limits() == Limits(version=1, processors=None, cpuset="0-7", memory=None)
    groups.file("cpu/job/cpu.cfs_quota_us", "25000\n")
    groups.file("cpu/job/cpu.cfs_period_us", "100000\n")
    groups.file("memory/job/memory.limit_in_bytes", "4096\n")
    groups.file("cpuset/cpuset.effective_cpus", "0,4\n")
    assert groups.limits() == Limits(version=1, processors=0.25, cpuset="0,4", memory=4096)


def test_what_cannot_be_read_is_not_without_limit(second: Groups) -> None:
    second.file("batch.slice/job/cpu.max", "many\n")
    assert second.reason().startswith("the limits are not as the kernel writes them: ")
    second.file("batch.slice/job/cpu.max", "1 \xff\n")
    assert second.reason().startswith("the limits are not as the kernel writes them: ")
    second.file("batch.slice/job/cpu.max", "1 0\n")
    assert second.reason().startswith("the limits are not as the kernel writes them: ")
    (second.mounted / "batch.slice/job/cpu.max").unlink()
    (second.mounted / "batch.slice/job/cpu.max").mkdir()
    assert second.reason().endswith("cpu.max cannot be read: Is a directory")
    second.membership.unlink()
    assert second.reason().endswith("membership cannot be read: No such file or directory")


def test_no_control_groups(groups: Groups) -> None:
    groups.member("0::/")
    assert groups.reason() == f"no control groups are mounted at {groups.mounted}"


def test_they_stand_with_the_processor() -> None:
    cpu = CPU().value
    assert cpu is not None
    assert len(cpu.affinity) == cpu.available
    assert cpu.limits.value is not None or cpu.limits.reason
