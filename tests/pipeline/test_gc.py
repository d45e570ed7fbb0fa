from __future__ import annotations

import os
import time

import msgspec
import pytest

from auditor.errors import EngineError
from auditor.model.fact import recorded
from auditor.model.files import File, FileList, Manifest, manifest
from auditor.model.fingerprint import check_digests, fingerprint_of
from auditor.model.plan import Lock, LockedWheel
from auditor.pipeline import gc
from auditor.pipeline.refs import Original
from auditor.store import Store
from auditor.store.lists import files_in, keep_list


class Engine:
    def clean(self, *, images: bool) -> tuple[int, int]:
        return (2, 3 if images else 0)


def test_only_what_nothing_refers_to_goes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "answering", lambda: [Engine()])
    kept = sorted(path for path in store.objects.folder.rglob("*") if path.is_file())
    orphan = store.objects.path(store.objects.put_bytes(b"orphan"))
    young = store.objects.path(store.objects.put_bytes(b"young"))
    old = time.time() - 7200
    for path in (*kept, orphan):
        os.utime(path, (old, old))
    collected = gc.collect(store.root, images=True)
    assert (collected.containers, collected.images) == (2, 3)
    assert (collected.objects, collected.bytes, collected.engine) == (1, 6, "")
    assert sorted(p for p in store.objects.folder.rglob("*") if p.is_file()) == sorted(
        [*kept, young]
    )


def test_without_an_engine_the_store_is_cleaned(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "answering", lambda: [EngineError("no engine answers")])
    assert gc.collect(store.root, images=False).engine == "no engine answers"


def test_what_a_list_of_files_names_stays(
    store: Store, original: Original, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "answering", lambda: [Engine()])
    content = store.objects.put_bytes(b"an output")
    whole = manifest([File(path=f"out/{n}", digest=content, size=9, kept=True) for n in range(5)])
    monkeypatch.setattr("auditor.store.lists.MOST_INLINE", 2)
    files = keep_list(whole.files, store.objects)
    assert isinstance(files, FileList)
    outputs = recorded(Manifest(root=whole.root, files=files), "test")
    outcome = msgspec.structs.replace(original.fingerprint.outcome, outputs=outputs)
    run = original.fingerprint
    name, place = store.save_fingerprint(fingerprint_of("many", run.recipe, outcome, run.record))
    old = time.time() - 7200
    for path in store.objects.folder.glob("*/*"):
        os.utime(path, (old, old))
    gc.collect(store.root, images=False)
    assert store.objects.read(content) == b"an output"
    assert list(files_in(outputs.value, store.objects)) == list(whole.files)
    check_digests(place.read_bytes())
    place.unlink()
    assert gc.collect(store.root, images=False).objects == 2
    assert not store.objects.has(files.listed), name


def test_a_wheel_that_a_lock_keeps_stays(
    store: Store, original: Original, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "answering", lambda: [Engine()])
    digest = store.objects.put_bytes(b"a wheel")
    wheel = LockedWheel(name="a", version="1", file="a.whl", digest=digest, kept=True)
    store.save_lock(original.id, Lock(requirements="", wheels=(wheel,)))
    old = time.time() - 7200
    os.utime(store.objects.path(digest), (old, old))
    gc.collect(store.root, images=False)
    assert store.objects.has(digest)
