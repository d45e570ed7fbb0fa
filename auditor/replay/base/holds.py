"""Whether an image holds what a run used beside its Python and its distributions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.replay.base.contents import Contents, missing
from auditor.replay.base.differences import same_python
from auditor.replay.planning.command import is_python

__all__ = ["lacks"]


def lacks(
    contents: Contents, fingerprint: Fingerprint, *, other_machine: bool = False
) -> tuple[Unverified, ...]:
    """Return what keeps an image from holding the run: its Python, programs, libraries.

    Where what the run used is not known, neither is whether the image has it: that is one as well.
    """
    return tuple(_lacks(contents, fingerprint, other_machine=other_machine))


def _lacks(
    contents: Contents, fingerprint: Fingerprint, *, other_machine: bool
) -> Iterator[Unverified]:
    interpreter = fingerprint.recipe.environment.interpreter.value
    python = contents.python
    if interpreter is None or not same_python(python, interpreter, other_machine=other_machine):
        reason = f"the image has {python.implementation} {python.version} ({python.soabi})"
        yield Unverified(subject="environment.python", reason=reason)
    used = fingerprint.record.programs.value
    if used is None:
        reason = "which programs and system libraries the run used is not known"
        yield Unverified(subject="system.programs", reason=reason)
        return
    called = (path for row in used.programs for path in (row.path, row.interpreter) if path)
    programs = (path for path in called if not is_python(PurePosixPath(path).name))
    for name in missing(contents, programs, (row.file for row in used.libraries)):
        kind = "library" if ".so" in name else "program"
        reason = f"the run used {name}, and the image has none"
        yield Unverified(subject=f"system.{kind}:{name}", reason=reason)
