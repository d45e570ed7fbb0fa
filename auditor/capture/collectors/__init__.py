"""What the machine says of itself: one collector for each kind of fact."""

from __future__ import annotations

from auditor.capture.collectors.cpu import cpu
from auditor.capture.collectors.gpu import Key, gpus
from auditor.capture.collectors.host import host
from auditor.capture.collectors.interface import Collector
from auditor.model.fact import unknown
from auditor.model.facts import Cpu, Gpus, Host
from auditor.model.observation import HostFacts

__all__ = ["CPU", "GPU", "HOST", "Collector", "host_facts", "no_host_facts"]

HOST: Collector[Host] = host
CPU: Collector[Cpu] = cpu
GPU: Collector[Gpus] = gpus

_NOT_RECORDED = "nobody recorded which machine the run was on"


def host_facts(key: Key | None = None) -> HostFacts:
    """Return the facts of this machine; what cannot be known says why.

    ``key`` gives the project's, with which the names of devices are hashed; without it there are
    none.
    """
    return HostFacts(host=HOST(), cpu=CPU(), gpu=gpus(key))


def no_host_facts(reason: str = _NOT_RECORDED) -> HostFacts:
    """Return the facts of a machine that nobody looked at, and why."""
    return HostFacts(host=unknown(reason), cpu=unknown(reason), gpu=unknown(reason))
