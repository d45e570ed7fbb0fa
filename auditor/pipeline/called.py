"""``auditor.run``: what ``auditor run`` does, for a Python program."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from auditor.errors import InputError
from auditor.pipeline.run import Filed, RunOptions
from auditor.pipeline.run import run as observe

__all__ = ["run"]

_TRACERS = ("auto", "python", "syscalls")


def run(  # noqa: PLR0913 - as the command line has it
    argv: Sequence[str],
    *,
    name: str = "",
    inputs: Iterable[str | os.PathLike[str]] = (),
    outputs: Iterable[str | os.PathLike[str]] = (),
    metrics: Iterable[str | os.PathLike[str]] = (),
    params: Mapping[str, object] | None = None,
    trace: str = "auto",
    cwd: str | os.PathLike[str] | None = None,
) -> Filed:
    """Observe a command in ``cwd``, and file its fingerprint in the project's store.

    Returns ``id``, ``path`` and ``fingerprint``, and the command's own ``status``, which is no
    error here. Paths are relative to ``cwd``; its output goes where this process's goes. To be
    called in the main thread, which has the signals. Raises ``InputError`` if it could not be
    started, ``RecordingError`` if it could not be recorded.
    """
    if isinstance(argv, str) or not argv:
        raise InputError("a command is a list of words", hint='write: run(["python", "train.py"])')
    place = Path(cwd or ".").resolve()
    if not place.is_dir():
        raise InputError(f"there is no folder {place}", hint="cwd is where the command runs")
    if trace not in _TRACERS:
        raise InputError(f"there is no tracer {trace}", hint=f"one of {', '.join(_TRACERS)}")
    options = RunOptions(
        argv=tuple(os.fspath(word) for word in argv),
        name=name,
        inputs=tuple(os.fspath(path) for path in inputs),
        outputs=tuple(os.fspath(path) for path in outputs),
        metrics=tuple(os.fspath(path) for path in metrics),
        params={key: str(value) for key, value in (params or {}).items()},
        trace=trace,
    )
    return observe(options, place, stdout=None)
