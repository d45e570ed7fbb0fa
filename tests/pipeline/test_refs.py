from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from auditor.errors import InputError, IntegrityError
from auditor.model.canonical import canonical
from auditor.model.digest import hex_of
from auditor.pipeline.project import project_root
from auditor.pipeline.refs import Original, find_audit, find_original
from auditor.store import Store


def test_id_prefix_name_and_latest_mean_the_same(original: Original, store: Store) -> None:
    digits = hex_of(original.id)
    for ref in (original.id, digits, digits[:6], "first", "latest"):
        assert find_original(ref, store).id == original.id


def test_a_file_outside_the_store_is_imported_without_trust(
    original: Original, store: Store, tmp_path: Path
) -> None:
    elsewhere = Store(tmp_path / "elsewhere")
    found = find_original(str(store.fingerprints.place(original.id)), elsewhere)
    assert found.id == original.id
    assert not found.trusted


@pytest.mark.parametrize("ref", ["nothing", "abcdef0", "12345", "sha256:" + "0" * 64])
def test_what_is_not_there_is_said_with_what_is(store: Store, ref: str) -> None:
    with pytest.raises(InputError, match="no such fingerprint") as caught:
        find_original(ref, store)
    assert "auditor list" in caught.value.hint


def test_an_empty_store_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find_original("latest", Store(tmp_path))
    assert "auditor run" in caught.value.hint
    assert not (tmp_path / ".auditor").exists()


def test_an_ambiguous_id_lists_what_it_may_mean(original: Original, store: Store) -> None:
    twin = hex_of(original.id)[:10] + "0" * 54
    place = store.fingerprints.place("sha256:" + twin)
    place.write_bytes(store.fingerprints.place(original.id).read_bytes())
    with pytest.raises(InputError, match="ambiguous") as caught:
        find_original(twin[:8], store)
    assert twin[:16] in caught.value.hint


def test_a_truncated_fingerprint_is_unreadable(original: Original, store: Store) -> None:
    place = store.fingerprints.place(original.id)
    place.write_bytes(place.read_bytes()[:-20])
    with pytest.raises(InputError, match="not readable JSON"):
        find_original("latest", store)
    assert store.index.entries()[0].problem


def test_a_newer_schema_is_named(original: Original, tmp_path: Path) -> None:
    document = json.loads(canonical(original.fingerprint)) | {"schema": "auditor.fingerprint/99"}
    path = tmp_path / "newer.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="newer auditor"):
        find_original(str(path), Store(tmp_path / "elsewhere"))


def test_another_document_is_not_a_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("[1]")
    with pytest.raises(InputError, match="not an auditor fingerprint"):
        find_original(str(path), Store(tmp_path / "elsewhere"))


def test_a_changed_fingerprint_has_another_digest(original: Original, store: Store) -> None:
    place = store.fingerprints.place(original.id)
    place.write_bytes(place.read_bytes().replace(b"data.csv", b"dada.csv"))
    with pytest.raises(IntegrityError):
        find_original("latest", store)


def test_no_audit_is_said(project: Path) -> None:
    with pytest.raises(InputError, match="no audit"):
        find_audit("latest", project)


def test_the_index_is_never_the_truth(original: Original, store: Store) -> None:
    assert store.index.entries()[0].name == "first"
    store.index.path.write_bytes(b"this is no database" * 100)
    assert store.index.named("first") == original.id
    store.fingerprints.place(original.id).unlink()
    assert store.index.entries() == ()


def test_the_project_root(project: Path, tmp_path: Path) -> None:
    (project / "deep" / "er").mkdir(parents=True)
    assert project_root(project / "deep" / "er") == project
    plain = tmp_path / "plain"
    plain.mkdir()
    assert project_root(plain) == plain
    os.system(f"git init -q {plain}")
    (plain / "sub").mkdir()
    assert project_root(plain / "sub") == plain
