"""The standard input of a replay: what the run took from its own."""

from __future__ import annotations

from auditor.errors import NotReplayedError
from auditor.model.fact import Fact
from auditor.model.facts import Stdin
from auditor.store.objects import Objects

__all__ = ["STDIN", "check_stdin", "given"]

STDIN = "/opt/auditor/stdin"
_COPIED = frozenset({"pipe", "file"})


def check_stdin(fact: Fact[Stdin], objects: Objects) -> None:
    """Refuse a run that read what was not recorded; one that may have is replayed without.

    Raises ``NotReplayedError``, ``IntegrityError``.
    """
    stdin = fact.value
    if stdin is None:
        return
    if stdin.kind not in _COPIED:
        if stdin.asked and stdin.kind != "null":
            raise NotReplayedError(
                "stdin was not recorded: the run asked for input on a terminal",
                hint="give it the answers through a pipe: printf '…' | auditor run -- …",
            )
        return
    if stdin.digest is None or not objects.has(stdin.digest):
        raise NotReplayedError(
            f"stdin was not recorded: {fact.reason or 'this store does not hold what was read'}",
            hint="record the run again (--keep SIZE keeps more)",
        )
    objects.verified(stdin.digest)


def given(stdin: Stdin) -> dict[str, str]:
    """Return what the recorder is told of the standard input that it makes; empty: none."""
    if stdin.kind not in _COPIED or stdin.digest is None:
        return {}
    return {"kind": stdin.kind, "path": STDIN}
