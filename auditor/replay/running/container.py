"""The container of a plan: what holds the run, whoever starts it."""

from __future__ import annotations

from collections.abc import Callable

from auditor.model.plan import Mount, Plan
from auditor.replay.engines import Container
from auditor.replay.planning.user import scratch_of

__all__ = ["container_of"]


def container_of(
    plan: Plan,
    image: str,
    *,
    argv: tuple[str, ...],
    mounts: tuple[Mount, ...] = (),
    processors: str = "",
    watch: Callable[[], str] | None = None,
) -> Container:
    """Return the container in which ``argv`` runs as ``plan`` says; its output is wanted."""
    return Container(
        image=image,
        argv=argv,
        user=plan.user,
        workdir=plan.workdir,
        variables=plan.variables,
        mounts=mounts,
        scratch=scratch_of(plan),
        limits=plan.limits,
        gpus=plan.gpus,
        processors=processors,
        talk=True,
        watch=watch,
    )
