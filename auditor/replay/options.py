"""How a replay is to be carried out, as its caller asks for it."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.record import Record

__all__ = ["NOBODY", "Options"]

NOBODY = "65534:65534"


class Options(Record, frozen=True, kw_only=True):
    """What may be chosen.

    ``timeout`` in seconds, ``memory``, ``disk`` and ``log`` in bytes as in ``Limits``. ``gpus`` is
    ``all``, a number or a list of ids; ``allow_cpu``: go on without those that the run had.
    ``registry`` is where published images come from, empty for none. ``same_user``: user name and
    home are the recorded ones. ``other_machine``: of another architecture is welcome.
    ``map_paths`` says where recorded paths, or folders of them, lie: a path here, or a URL.
    ``places``: where files that the store lacks were found here, by digest. ``trusted``: this
    store's user recorded the run, so its inputs may be mounted from where they were. ``user`` is
    ``uid:gid`` in the container; empty: nobody where auditor is root, else the invoking user.
    """

    image: str | None = None
    base: str = "auto"
    engine: str = "auto"
    network: Literal["none", "bridge"] = "none"
    gpus: str | None = None
    timeout: float | None = None
    memory: int | None = None
    cpus: float | None = None
    disk: int | None = None
    log: int | None = None
    allow_cpu: bool = False
    registry: str = ""
    same_user: bool = False
    other_machine: bool = False
    map_paths: dict[str, str] = msgspec.field(default_factory=dict)
    places: dict[str, str] = msgspec.field(default_factory=dict)
    trusted: bool = False
    user: str = ""
