"""Reports of one audit, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from auditor.errors import InputError
from auditor.model.audit import Audit
from auditor.model.digest import hex_of
from auditor.render import RENDERERS, render
from auditor.store.atomic import write

__all__ = ["check_targets", "own_targets", "write_reports"]


def check_targets(targets: Iterable[Path]) -> None:
    """Refuse a format that no renderer knows before anything is done. Raises ``InputError``."""
    for target in targets:
        if target.suffix not in RENDERERS:
            known = ", ".join(RENDERERS)
            raise InputError(
                f"cannot write {target}: no report format {target.suffix or '(no suffix)'}",
                hint=f"the suffix decides: {known}",
            )


def own_targets(targets: Iterable[Path], identity: str) -> tuple[Path, ...]:
    """Return the targets for one run of several: its id stands before the suffix."""
    short = hex_of(identity)[:12]
    return tuple(target.with_stem(f"{target.stem}-{short}") for target in targets)


def write_reports(audit: Audit, targets: Iterable[Path], tell: Callable[[str], None]) -> None:
    """Render the audit to each target by its suffix. Raises ``InputError``, ``MachineError``."""
    targets = tuple(targets)
    check_targets(targets)
    for target in targets:
        tell(f"writing {target}")
        write(target, render(audit, target.suffix))
