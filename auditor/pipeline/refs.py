"""From what a user types to the document that is meant."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import InputError
from auditor.model.audit import Audit
from auditor.model.digest import hex_of
from auditor.model.fingerprint import Fingerprint
from auditor.model.record import Record
from auditor.pipeline.bundle import is_bundle, unpack
from auditor.pipeline.project import store_of
from auditor.store import Store

__all__ = ["Original", "find_audit", "find_original"]


class Original(Record, frozen=True, kw_only=True):
    """A fingerprint that was meant. ``trusted``: it was recorded by this store's own user."""

    id: str
    fingerprint: Fingerprint
    trusted: bool


def find_original(ref: str, store: Store) -> Original:
    """Return the original that ``ref`` names.

    A fingerprint or bundle file, else an id (6 or more digits), else a name, else ``latest``.
    Raises ``InputError`` where nothing, or more than one, is meant.
    """
    path = Path(ref)
    if path.is_file():
        identity = unpack(path, store) if is_bundle(path) else _import(path, store)
    else:
        identity = _filed(ref, store)
    return Original(
        id=identity,
        fingerprint=store.fingerprints.load(identity),
        trusted=store.recorded_here(identity),
    )


def find_audit(ref: str, cwd: Path) -> Audit:
    """Return the audit that ``ref`` names: a file, an id, or ``latest``. Raises ``InputError``."""
    path = Path(ref)
    audits = store_of(cwd).audits
    if path.is_file():
        return audits.read(path)[1]
    ids = audits.ids()
    found = (ids[0] if ids else None) if ref == "latest" else audits.find(ref)
    if found is None:
        raise InputError(
            f"no audit {ref}", hint="auditor replay REF makes one; give its id, file or latest"
        )
    return audits.load(found)


def _import(path: Path, store: Store) -> str:
    # Read it whole first: what is no fingerprint must leave no trace in the store.
    store.fingerprints.read(path)
    return store.save_import(path.read_bytes())


def _filed(ref: str, store: Store) -> str:
    found = store.fingerprints.find(ref) or store.index.named(ref)
    if found is None and ref == "latest":
        found = next(iter(store.fingerprints.ids()), None)
    if found is not None:
        return found
    if not store.fingerprints.ids():
        raise InputError(
            f"no such fingerprint: {ref} (nothing is recorded in {store.root})",
            hint="record a run first: auditor run -- python train.py",
        )
    newest = ", ".join(hex_of(name)[:12] for name in store.fingerprints.ids()[:3])
    raise InputError(
        f"no such fingerprint: {ref}",
        hint=f"auditor list shows what there is; the newest: {newest}",
    )
