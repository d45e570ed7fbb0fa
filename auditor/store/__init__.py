"""The project's ``.auditor/`` folder: objects by digest, fingerprints, audits, and their index."""

from __future__ import annotations

from pathlib import Path

from auditor.model.audit import SCHEMA as AUDIT_SCHEMA
from auditor.model.audit import Audit, audit_id
from auditor.model.canonical import canonical, decode
from auditor.model.digest import hex_of
from auditor.model.fingerprint import SCHEMA as FINGERPRINT_SCHEMA
from auditor.model.fingerprint import Fingerprint, check_digests, identity
from auditor.model.plan import Lock
from auditor.store.atomic import machine_errors, write
from auditor.store.documents import Documents
from auditor.store.index import Index
from auditor.store.key import key_at
from auditor.store.objects import Objects

__all__ = ["FOLDER", "Store"]

FOLDER = ".auditor"


class Store:
    """What is kept about the runs of one project. Nothing is written before something is saved."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / FOLDER
        self.objects = Objects(self.folder / "objects")
        self.fingerprints = Documents(
            self.folder / "fingerprints", Fingerprint, FINGERPRINT_SCHEMA, check_digests
        )
        self.audits = Documents(self.folder / "audits", Audit, AUDIT_SCHEMA, audit_id)
        self.index = Index(self.folder / "index.sqlite", self.fingerprints)

    def create(self) -> None:
        """Make the folder, ignored by git. Raises ``MachineError``."""
        with machine_errors(str(self.folder)):
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                write(ignore, b"*\n")

    def key(self) -> bytes:
        """Return the project's secret key, made at the first call. Raises ``MachineError``."""
        self.create()
        return key_at(self.folder / "key")

    def save_fingerprint(self, fingerprint: Fingerprint) -> tuple[str, Path]:
        """File a fingerprint that was recorded here; return ``(id, path)``."""
        self.create()
        name = identity(fingerprint)
        return name, self.fingerprints.save(name, canonical(fingerprint))

    def save_import(self, stored: bytes) -> str:
        """File a fingerprint that came from elsewhere, byte for byte; return its id.

        It is marked, so that a replay grants it less than one that was recorded here.
        """
        self.create()
        name = check_digests(stored)
        if not self.fingerprints.place(name).exists():
            write(self._mark(name), b"")
            self.fingerprints.save(name, stored)
        return name

    def save_audit(self, audit: Audit) -> Audit:
        """File an audit under its id; return it as it will be read from now on."""
        self.create()
        self.audits.save(audit.id, canonical(audit))
        return self.audits.load(audit.id)

    def recorded_here(self, name: str) -> bool:
        """Say whether the fingerprint of this id was recorded by this store's user."""
        return self.fingerprints.place(name).exists() and not self._mark(name).exists()

    def save_lock(self, name: str, lock: Lock) -> None:
        """Keep the lock that was made for the fingerprint of this id."""
        self.create()
        write(self._lock(name), canonical(lock))

    def lock(self, name: str) -> Lock | None:
        """Return the lock that was made for the fingerprint of this id, if there is one."""
        place = self._lock(name)
        return decode(place.read_bytes(), Lock, what="the lock") if place.exists() else None

    def _mark(self, name: str) -> Path:
        return self.folder / "imported" / hex_of(name)

    def _lock(self, name: str) -> Path:
        return self.folder / "locks" / f"{hex_of(name)}.json"
