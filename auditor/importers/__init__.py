"""Readers of runs that already ended, one file per system.

An ``Importer`` recognises a source by looking, and yields an ``Observation`` in which every fact
says whether it was recorded, derived, declared, or is unknown.
"""

from __future__ import annotations

from auditor.errors import InputError
from auditor.importers.folder import FolderImporter
from auditor.importers.interface import Declared, Importer, Listed

__all__ = ["IMPORTERS", "Declared", "Importer", "Listed", "importer_of"]

# In the order they are asked: the plain folder takes any folder, so it comes last.
IMPORTERS: dict[str, Importer] = {"folder": FolderImporter()}


def importer_of(source: str, system: str | None) -> Importer:
    """Return the importer that recognises ``source``, or the one named ``system``.

    Raises ``InputError`` where there is none.
    """
    if system is not None:
        return IMPORTERS[system]
    for importer in IMPORTERS.values():
        if importer.recognises(source):
            return importer
    raise InputError(
        f"no run found at {source}",
        hint=f"known kinds of source: {', '.join(IMPORTERS)}; a folder is read with --command",
    )
