"""One file that a run can be replayed from where it was not made: ``pack`` and ``unpack``.

A bundle is a zip with ``bundle.json``, ``fingerprint.json`` (as stored), ``lock.json``,
``requirements.txt`` and ``pylock.toml`` where there is a lock, and ``objects/ab/cdef…`` by SHA-256,
among them wheels that no index has. The same run gives the same bytes. What comes in is hostile
until every name, size and digest has been checked.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from auditor import __version__
from auditor.errors import InputError, IntegrityError
from auditor.hashing import CHUNK
from auditor.model.canonical import canonical, decode
from auditor.model.digest import hex_of
from auditor.model.files import FileList
from auditor.model.fingerprint import Fingerprint, manifests_of
from auditor.model.plan import Lock
from auditor.model.record import Record
from auditor.store import Store
from auditor.store.atomic import atomic
from auditor.store.documents import check_schema
from auditor.store.lists import check_lists, files_in
from auditor.store.objects import Objects

__all__ = ["is_bundle", "pack", "unpack"]

SCHEMA = "auditor.bundle/1"
_ZIP = b"PK\x03\x04"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
_FIXED = ("bundle.json", "fingerprint.json", "lock.json", "requirements.txt", "pylock.toml")
_OBJECT = re.compile(r"objects/([0-9a-f]{2})/([0-9a-f]{62})")
_MAX_MEMBERS = 200_000
_MAX_BYTES = 64 * 1024**3
_MAX_RATIO = 1100  # deflate cannot exceed 1032:1; more is a lie in the directory


class Header(Record, frozen=True, kw_only=True):
    """What a bundle says of itself: the id of its fingerprint, and what is not in it."""

    schema: str = SCHEMA
    id: str
    tool: str
    absent: tuple[str, ...] = ()


def is_bundle(path: Path) -> bool:
    """Say whether the file is a zip, if only the beginning of one."""
    with path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP or zipfile.is_zipfile(path)


def pack(identity: str, fingerprint: Fingerprint, store: Store, target: Path) -> Header:
    """Write the bundle of a filed fingerprint to ``target``, atomically; return its header.

    Every kept object goes in, its digest verified. Raises ``IntegrityError``, ``MachineError``, and
    ``InputError`` where there are too many, or a list of files is not in the store.
    """
    lock = store.lock(identity)
    wanted = [*_objects(fingerprint, store.objects), *_wheels(lock, store.objects)]
    absent = tuple(sorted(path for path, kept, _digest in wanted if not kept))
    digests = sorted({digest for _path, kept, digest in wanted if kept and digest})
    if len(digests) + len(_FIXED) > _MAX_MEMBERS:
        raise InputError(f"{len(digests):,} files are too many for a bundle")
    header = Header(id=identity, tool=f"auditor {__version__}", absent=absent)
    with atomic(target) as file, zipfile.ZipFile(file, "w") as archive:
        _add(archive, "bundle.json", canonical(header))
        _add(archive, "fingerprint.json", store.fingerprints.place(identity).read_bytes())
        if lock is not None:
            _add(archive, "lock.json", canonical(lock))
            _add(archive, "requirements.txt", lock.requirements.encode())
            if lock.pylock:
                _add(archive, "pylock.toml", lock.pylock.encode())
        for digest in digests:
            _add_object(archive, digest, store.objects.verified(digest))
    return header


def unpack(path: Path, store: Store) -> str:
    """Put what a bundle holds into the store and return the id of its fingerprint.

    Names, sizes and ratios are checked before a byte is written, digests as it is; nothing that
    failed stays. Raises ``InputError`` or ``IntegrityError``.
    """
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise InputError(
            f"{path} is not a readable bundle: {error}", hint="it may be truncated; pack it again"
        ) from None
    with archive:
        members = _checked(archive, path)
        try:
            return _unpack(archive, members, store, path)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            # The table of members could be read, and a member is not what it says.
            raise IntegrityError(
                f"{path} was changed after it was packed: {error}",
                hint="get it again from where it was packed",
            ) from None


def _unpack(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], store: Store, path: Path
) -> str:
    stored = archive.read(members["fingerprint.json"])
    what = f"the fingerprint in {path.name}"
    check_schema(stored, store.fingerprints.schema, what)
    fingerprint = decode(stored, Fingerprint, what=what)
    lock = None
    if "lock.json" in members:
        lock = decode(archive.read(members["lock.json"]), Lock, what="the bundle's lock")
    store.create()
    for name, member in members.items():
        if match := _OBJECT.fullmatch(name):
            _store_object(archive, member, match.group(1) + match.group(2), store)
    check_lists(fingerprint, store.objects)
    known = store.recorded_here(store.fingerprints.identify(stored))
    identity = store.save_import(stored)
    if lock is not None and not known:
        store.save_lock(identity, lock)
    return identity


def _checked(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > _MAX_MEMBERS or sum(info.file_size for info in infos) > _MAX_BYTES:
        raise InputError(f"{path} is too large for a bundle: {len(infos)} members")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        _check_member(info, path)
        if info.filename in members:
            raise InputError(f"{path} is not a safe bundle: {info.filename!r} is in it twice")
        members[info.filename] = info
    if not {"bundle.json", "fingerprint.json"} <= members.keys():
        raise InputError(
            f"{path} is not a bundle: it has no fingerprint.json",
            hint="bundles are made by auditor pack REF -o BUNDLE.zip",
        )
    return members


def _check_member(info: zipfile.ZipInfo, path: Path) -> None:
    name = info.filename
    if name.startswith("/") or ".." in name.split("/") or "\\" in info.orig_filename:
        raise InputError(
            f"{path} is not a safe bundle: its member {name!r} leaves the folder",
            hint="nothing of it was unpacked; ask its sender where it comes from",
        )
    if name not in _FIXED and not _OBJECT.fullmatch(name):
        raise InputError(f"{path} is not a safe bundle: unexpected member {name!r}")
    if info.file_size > _MAX_RATIO * max(info.compress_size, 1):
        raise InputError(f"{path} is not a safe bundle: {name!r} unpacks to an absurd size")
    if info.flag_bits & 1:
        raise InputError(f"{path} is not a readable bundle: {name!r} is encrypted")


def _store_object(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, digits: str, store: Store
) -> None:
    if store.objects.has(f"sha256:{digits}"):
        _verify_member(archive, member, digits)
        return
    place = store.objects.folder / digits[:2] / digits[2:]
    found = hashlib.sha256()
    with atomic(place) as target, archive.open(member) as source:
        while chunk := source.read(CHUNK):
            found.update(chunk)
            target.write(chunk)
        _check_content(found.hexdigest(), digits)


def _verify_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, digits: str) -> None:
    found = hashlib.sha256()
    with archive.open(member) as source:
        while chunk := source.read(CHUNK):
            found.update(chunk)
    _check_content(found.hexdigest(), digits)


def _check_content(found: str, digits: str) -> None:
    if found != digits:
        raise IntegrityError(
            f"the bundle's object {digits[:12]} has the content of {found[:12]}",
            hint="the bundle was changed or damaged; get it again",
        )


def _objects(fingerprint: Fingerprint, objects: Objects) -> list[tuple[str, bool, str | None]]:
    rows = list(_files(fingerprint, objects))
    for name in ("stdout", "stderr"):
        stream = getattr(fingerprint.outcome, name).value
        if stream is not None:
            rows.append((name, stream.kept, stream.digest))
    stdin, names = fingerprint.recipe.stdin.value, fingerprint.record.names.value
    if stdin is not None and stdin.digest:
        rows.append(("stdin", stdin.kept, stdin.digest))
    if names is not None:
        rows.append(("names", True, names.digest))
    entropy = fingerprint.record.entropy.value
    if entropy is not None and entropy.digest:
        rows.append(("entropy", objects.has(entropy.digest), entropy.digest))
    repository = fingerprint.recipe.source.git.value
    if repository is not None and repository.patch:
        rows.append(("git diff", True, repository.patch))
    return rows


def _wheels(lock: Lock | None, objects: Objects) -> Iterator[tuple[str, bool, str | None]]:
    """Yield what comes from no index."""
    for wheel in lock.wheels if lock is not None else ():
        if wheel.kept:
            yield f"wheels/{wheel.file}", objects.has(wheel.digest), wheel.digest


def _files(fingerprint: Fingerprint, objects: Objects) -> Iterator[tuple[str, bool, str | None]]:
    for manifest in manifests_of(fingerprint):
        if isinstance(manifest.files, FileList):
            yield "list of files", True, manifest.files.listed
        yield from ((one.path, one.kept, one.digest) for one in files_in(manifest, objects))


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(_info(name), data)


def _add_object(archive: zipfile.ZipFile, digest: str, path: Path) -> None:
    digits = hex_of(digest)
    info = _info(f"objects/{digits[:2]}/{digits[2:]}")
    info.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(info, "w") as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.create_system = 3  # Unix, whatever packs it
    return info
