"""Documents filed under their id: ``fingerprints/<hex>.json``, ``audits/<hex>.json``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from auditor.errors import InputError, IntegrityError
from auditor.model.canonical import decode, parse
from auditor.model.digest import hex_of
from auditor.store.atomic import write

__all__ = ["Documents", "check_schema"]

T = TypeVar("T")

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{6,64})")


def check_schema(data: bytes, schema: str, what: str) -> None:
    """Refuse a document that is not of ``schema``, and say so where it is of a newer version."""
    document = parse(data, what=what)
    found = document.get("schema") if isinstance(document, dict) else None
    if found == schema:
        return
    family, _slash, version = schema.partition("/")
    found_family, _slash, found_version = str(found).partition("/")
    if found_family == family and found_version.isdigit() and int(found_version) > int(version):
        raise InputError(
            f"{what} was made by a newer auditor ({found}; this one reads {schema})",
            hint="upgrade: pipx upgrade auditor",
        )
    raise InputError(f"{what} is not an {schema.replace('.', ' ').split('/')[0]} document")


class Documents(Generic[T]):
    """The documents of one kind below one folder."""

    def __init__(
        self, folder: Path, kind: type[T], schema: str, identify: Callable[[bytes], str]
    ) -> None:
        self.folder = folder
        self.identify = identify
        self.kind = kind
        self.schema = schema
        self.noun = schema.partition("/")[0].partition(".")[2]

    def save(self, identity: str, data: bytes) -> Path:
        """File the canonical bytes of a document under its id; return where."""
        path = self.place(identity)
        write(path, data)
        return path

    def place(self, identity: str) -> Path:
        """Return where the document of this id is, or would be."""
        return self.folder / f"{hex_of(identity)}.json"

    def ids(self) -> tuple[str, ...]:
        """Return the ids that are filed, newest first."""
        return tuple(self.stamps())

    def stamps(self) -> dict[str, int]:
        """Return the time at which each id's file was last written (ns), newest first."""
        if not self.folder.is_dir():
            return {}
        found = [(path.stat().st_mtime_ns, path.stem) for path in self.folder.glob("*.json")]
        return {f"sha256:{stem}": time for time, stem in sorted(found, reverse=True)}

    def find(self, prefix: str) -> str | None:
        """Return the one id that starts with ``prefix`` (6 or more digits), ``None`` if none does.

        Raises ``InputError`` where several do.
        """
        match = _ID.fullmatch(prefix)
        if match is None:
            return None
        found = [name for name in self.ids() if hex_of(name).startswith(match.group(1))]
        if len(found) > 1:
            names = ", ".join(hex_of(name)[:16] for name in found)
            raise InputError(
                f"{prefix} is ambiguous: {len(found)} {self.noun}s start with it",
                hint=f"give more digits of one of: {names}",
            )
        return found[0] if found else None

    def load(self, identity: str) -> T:
        """Return the document of this id. Raises ``InputError``, ``IntegrityError``."""
        found, document = self.read(self.place(identity))
        if found != identity:
            raise IntegrityError(
                f"the {self.noun} {hex_of(identity)[:12]} was changed after it was recorded",
                hint=f"restore {self.place(identity)} from a bundle or a backup",
            )
        return document

    def read(self, path: Path) -> tuple[str, T]:
        """Return id and document of a file, wherever it lies. Raises ``InputError``."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from None
        what = f"the {self.noun} {path.name}"
        check_schema(data, self.schema, what)
        document = decode(data, self.kind, what=what)
        return self.identify(data), document
