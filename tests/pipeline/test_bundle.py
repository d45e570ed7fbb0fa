from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from auditor.errors import InputError, IntegrityError
from auditor.model.digest import digest_bytes, hex_of
from auditor.model.fact import recorded
from auditor.model.files import FileList, Manifest
from auditor.model.fingerprint import fingerprint_of
from auditor.model.plan import Lock, LockedWheel
from auditor.pipeline.bundle import is_bundle, pack, unpack
from auditor.pipeline.refs import Original, find_original
from auditor.store import Store
from auditor.store.lists import files_in, keep_list

Members = dict[str, bytes]


@pytest.fixture
def bundle(original: Original, store: Store, tmp_path: Path) -> Path:
    path = tmp_path / "run.zip"
    header = pack(original.id, original.fingerprint, store, path)
    assert header.absent == ()
    return path


def _rewrite(bundle: Path, change: Callable[[Members], None]) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    change(members)
    changed = bundle.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return changed


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_bundle_carries_a_run_to_an_empty_folder(
    bundle: Path, original: Original, tmp_path: Path
) -> None:
    elsewhere = Store(tmp_path / "elsewhere")
    found = find_original(str(bundle), elsewhere)
    assert (found.id, found.fingerprint) == (original.id, original.fingerprint)
    assert not found.trusted
    outputs = found.fingerprint.outcome.outputs.value
    assert outputs is not None
    for file in outputs.files:
        assert file.digest is not None
        elsewhere.objects.read(file.digest)


def test_what_was_recorded_here_stays_trusted(bundle: Path, store: Store) -> None:
    assert find_original(str(bundle), store).trusted


def test_the_same_run_gives_the_same_bytes(
    bundle: Path, original: Original, store: Store, tmp_path: Path
) -> None:
    pack(original.id, original.fingerprint, store, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_a_bundle_is_recognised(bundle: Path, project: Path) -> None:
    assert is_bundle(bundle)
    assert not is_bundle(project / "train.py")


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "objects/../../evil", "a\\..\\b", "objects/zz/short", "evil", "x/"],
)
def test_a_member_that_leaves_its_folder_is_refused(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    hostile = _rewrite(bundle, lambda members: members.update({name: b"evil"}))
    with pytest.raises(InputError, match="bundle"):
        unpack(hostile, Store(tmp_path / "elsewhere"))
    assert not (tmp_path / "elsewhere").exists()


def test_a_changed_object_is_refused(bundle: Path, tmp_path: Path) -> None:
    def change(members: Members) -> None:
        name = next(name for name in members if name.startswith("objects/"))
        members[name] += b"!"

    with pytest.raises(IntegrityError):
        unpack(_rewrite(bundle, change), Store(tmp_path / "elsewhere"))
    assert not _files(tmp_path / "elsewhere" / ".auditor" / "fingerprints")


def test_a_changed_fingerprint_is_refused(bundle: Path, tmp_path: Path) -> None:
    def change(members: Members) -> None:
        members["fingerprint.json"] = members["fingerprint.json"].replace(b"data.csv", b"dada.csv")

    with pytest.raises(IntegrityError):
        unpack(_rewrite(bundle, change), Store(tmp_path / "elsewhere"))


@pytest.mark.parametrize("missing", ["bundle.json", "fingerprint.json"])
def test_a_zip_without_its_documents_is_no_bundle(
    bundle: Path, tmp_path: Path, missing: str
) -> None:
    with pytest.raises(InputError, match="not a bundle"):
        unpack(
            _rewrite(bundle, lambda members: members.pop(missing) and None),
            Store(tmp_path / "elsewhere"),
        )


def test_one_byte_that_was_changed_is_a_digest_that_does_not_match(
    bundle: Path, tmp_path: Path
) -> None:
    whole = bundle.read_bytes()
    with zipfile.ZipFile(bundle) as archive:
        member = archive.getinfo("fingerprint.json")
    place = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(IntegrityError):
        unpack(damaged, Store(tmp_path / "other"))


def test_a_truncated_bundle_is_refused(bundle: Path, tmp_path: Path) -> None:
    bundle.write_bytes(bundle.read_bytes()[:-100])
    assert is_bundle(bundle)
    with pytest.raises(InputError, match="truncated"):
        unpack(bundle, Store(tmp_path / "elsewhere"))


def test_a_member_that_appears_twice_is_refused(bundle: Path, tmp_path: Path) -> None:
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(bundle, "a") as archive,
    ):
        archive.writestr("bundle.json", b"{}")
    with pytest.raises(InputError, match="twice"):
        unpack(bundle, Store(tmp_path / "elsewhere"))


def test_a_bomb_is_refused_before_it_is_unpacked(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.pipeline.bundle._MAX_BYTES", 10)
    with pytest.raises(InputError, match="too large"):
        unpack(bundle, Store(tmp_path / "elsewhere"))


@pytest.fixture
def many(original: Original, store: Store, monkeypatch: pytest.MonkeyPatch) -> Original:
    """The run with its outputs as a list of their own."""
    monkeypatch.setattr("auditor.store.lists.MOST_INLINE", 1)
    run = original.fingerprint
    whole = run.outcome.outputs.value
    assert whole is not None
    fact = recorded(Manifest(root=whole.root, files=keep_list(whole.files, store.objects)), "test")
    outcome = msgspec.structs.replace(run.outcome, outputs=fact)
    name, _path = store.save_fingerprint(fingerprint_of(run.name, run.recipe, outcome, run.record))
    return find_original(name, store)


def test_a_bundle_carries_its_lists(many: Original, store: Store, tmp_path: Path) -> None:
    pack(many.id, many.fingerprint, store, tmp_path / "many.zip")
    elsewhere = Store(tmp_path / "elsewhere")
    found = find_original(str(tmp_path / "many.zip"), elsewhere)
    assert found.fingerprint == many.fingerprint
    outputs = found.fingerprint.outcome.outputs.value
    files = list(files_in(outputs, elsewhere.objects))
    assert [file.path for file in files] == ["metrics.json", "result.txt"]
    for file in files:
        elsewhere.objects.read(file.digest or "")


def test_a_bundle_without_its_list_is_refused(many: Original, store: Store, tmp_path: Path) -> None:
    bundle = tmp_path / "many.zip"
    pack(many.id, many.fingerprint, store, bundle)
    outputs = many.fingerprint.outcome.outputs.value
    assert outputs is not None
    assert isinstance(outputs.files, FileList)
    digits = hex_of(outputs.files.listed)
    changed = _rewrite(
        bundle, lambda members: members.pop(f"objects/{digits[:2]}/{digits[2:]}") and None
    )
    elsewhere = Store(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="does not hold the list"):
        unpack(changed, elsewhere)
    assert not elsewhere.fingerprints.ids()
    store.objects.path(outputs.files.listed).unlink()
    with pytest.raises(InputError, match="does not hold the list"):
        pack(many.id, many.fingerprint, store, tmp_path / "again.zip")
    assert not (tmp_path / "again.zip").exists()


def test_more_files_than_can_be_unpacked_are_not_packed(
    original: Original, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.pipeline.bundle._MAX_MEMBERS", 5)
    with pytest.raises(InputError, match="too many"):
        pack(original.id, original.fingerprint, store, tmp_path / "run.zip")


def test_a_wheel_that_no_index_has_travels_with_its_lock(
    original: Original, store: Store, tmp_path: Path
) -> None:
    digest = store.objects.put_bytes(b"a wheel")
    file = "mine-1.0-py3-none-any.whl"
    wheel = LockedWheel(name="mine", version="1.0", file=file, digest=digest, kept=True)
    lost = LockedWheel(
        name="lost", version="1.0", file="lost.whl", digest=digest_bytes(b"lost"), kept=True
    )
    lock = Lock(requirements="mine==1.0\n", pylock="lock-version = '1.0'\n", wheels=(wheel, lost))
    store.save_lock(original.id, lock)
    header = pack(original.id, original.fingerprint, store, tmp_path / "run.zip")
    assert header.absent == ("wheels/lost.whl",)
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert archive.read("pylock.toml") == b"lock-version = '1.0'\n"
        assert archive.read("requirements.txt") == b"mine==1.0\n"
    elsewhere = Store(tmp_path / "elsewhere")
    identity = unpack(tmp_path / "run.zip", elsewhere)
    assert elsewhere.lock(identity) == lock
    assert elsewhere.objects.read(digest) == b"a wheel"
