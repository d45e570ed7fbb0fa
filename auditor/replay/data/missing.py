"""What a person is told of files that cannot be had: all at once, one line each."""

from __future__ import annotations

from collections.abc import Mapping

from rich.filesize import decimal

from auditor.errors import NotReplayedError
from auditor.model.digest import hex_of
from auditor.replay.data.failures import plain
from auditor.replay.data.interface import Wanted

__all__ = ["refusal"]

_MOST = 20  # lines
_NAMED = 3  # in the one line that the audit keeps
_ELSEWHERE = (
    "--map-path OLD=NEW says where it lies: a file, a folder, or an https://, s3:// or gs:// "
    "address of one"
)
_CHANGED = "restore the file, or record the run again (--keep SIZE keeps larger inputs)"


def refusal(problems: Mapping[Wanted, str]) -> NotReplayedError:
    """Return the error that names every file and its problem; of very many the first."""
    lines = [_line(wanted, problem) for wanted, problem in problems.items()]
    changed = all("was changed" in problem for problem in problems.values())
    hint = _CHANGED if changed else _ELSEWHERE
    if len(lines) == 1:
        return NotReplayedError(lines[0], hint=hint)
    names = ", ".join(plain(wanted.path) for wanted in list(problems)[:_NAMED])
    more = f" and {len(lines) - _NAMED:,} more" if len(lines) > _NAMED else ""
    shown = lines[:_MOST]
    if len(lines) > _MOST:
        shown.append(f"and {len(lines) - _MOST:,} more")
    return NotReplayedError(
        f"{len(lines):,} files of the run are missing or changed: {names}{more}",
        hint=hint,
        details=tuple(shown),
    )


def _line(wanted: Wanted, problem: str) -> str:
    size = f"{decimal(wanted.size)}, " if wanted.size is not None else ""
    digest = f"sha256 {hex_of(wanted.digest)[:12]}…"
    return plain(f"{wanted.kind} {wanted.path} {problem} ({size}{digest})")
