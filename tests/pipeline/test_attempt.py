"""What a replay's record says of the machine: the processors it was given, not all there are."""

from __future__ import annotations

from auditor.capture import no_host_facts
from auditor.model.fact import recorded
from auditor.model.facts import Cpu, Limits
from auditor.model.observation import HostFacts
from auditor.pipeline.replay import attempt

LIMITS = Limits(version=2, processors=1.5, cpuset="0-3", memory=None)


def given(processors: str) -> Cpu:
    cpu = Cpu(
        model="Xeon",
        machine="x86_64",
        cores=4,
        threads=4,
        available=4,
        flags=(),
        affinity=(0, 1, 2, 3),
        limits=recorded(LIMITS, "cgroup v2"),
    )
    nothing = no_host_facts("not looked at")
    host = HostFacts(host=nothing.host, cpu=recorded(cpu, "test"), gpu=nothing.gpu)
    value = attempt._given(host, processors).cpu.value
    assert value is not None
    return value


def test_the_processors_are_those_that_it_was_given() -> None:
    assert (given("1,3").available, given("1,3").affinity) == (2, (1, 3))
    assert (given("").available, given("").affinity) == (4, (0, 1, 2, 3))


def test_the_limits_are_not_those_of_who_started_it() -> None:
    limits = given("").limits
    assert (limits.how, limits.reason) == (
        "unknown",
        "a replay has those of its plan, which its container sets",
    )


def test_a_machine_that_nobody_looked_at() -> None:
    nothing = no_host_facts("not looked at")
    assert attempt._given(nothing, "0") == nothing
