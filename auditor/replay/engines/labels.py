"""What marks everything made in an engine: whose it is, so that it can be removed."""

from __future__ import annotations

import uuid

from auditor.replay.running.owner import owner

__all__ = ["BUILD", "OWNER", "build_mark", "labelled", "owner_of_build"]

OWNER = "org.auditor.owner"
BUILD = "org.auditor.build"


def labelled(kind: str) -> dict[str, str]:
    """Return the labels of a container or volume of this process."""
    return {OWNER: owner(), "org.auditor.kind": kind}


def build_mark() -> str:
    """Return what marks the steps of one build, and says whose it is."""
    return f"{owner()}:{uuid.uuid4().hex}"


def owner_of_build(mark: str) -> str:
    """Return the owner within the mark of a build."""
    return mark.rpartition(":")[0]
