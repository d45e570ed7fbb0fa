from __future__ import annotations

import os
import time

import pytest

from auditor.errors import EngineError
from auditor.pipeline import gc
from auditor.store import Store


class Engine:
    def clean(self, *, images: bool) -> tuple[int, int]:
        return (2, 3 if images else 0)


def test_only_what_nothing_refers_to_goes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "connect", lambda _name: Engine())
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
    def refuse(_name: str) -> None:
        raise EngineError("no engine answers")

    monkeypatch.setattr(gc, "connect", refuse)
    assert gc.collect(store.root, images=False).engine == "no engine answers"
