from __future__ import annotations

from typing import Any

import msgspec
import pytest

from auditor.errors import IntegrityError, NotReplayedError
from auditor.model.audit import Attempt
from auditor.model.canonical import canonical
from auditor.model.plan import Base, Lock
from auditor.pipeline.policy import load_policy
from auditor.pipeline.refs import Original
from auditor.pipeline.replay import shared as shared_module
from auditor.pipeline.replay.elsewhere import Elsewhere, Returned
from auditor.pipeline.replay.here import Here
from auditor.pipeline.replay.request import ReplayRequest
from auditor.pipeline.replay.shared import Shared
from auditor.pipeline.sequence import Times
from auditor.replay import Options
from auditor.replay.planning.plan import plan
from auditor.store import Store


def shared_by(store: Store) -> Shared:
    request = ReplayRequest(refs=("latest",), times=Times(least=1, most=1), options=Options())
    return Shared(request, store, load_policy(None, store.root))


def test_replays_side_by_side_have_one_engine(
    original: Original, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the one that is shared is told to start no more containers on Ctrl-C."""
    shared = shared_by(store)
    locked = []

    def connect(_name: str) -> Any:
        locked.append(shared.one_at_a_time.locked())
        raise NotReplayedError("no engine")

    monkeypatch.setattr(shared_module, "connect", connect)
    with pytest.raises(NotReplayedError, match="no engine"):
        Here(original, shared, lambda _text: None)
    assert locked == [True]


def test_what_a_worker_sends_is_what_it_says(original: Original, store: Store) -> None:
    shared, none = shared_by(store), Lock(requirements="")
    store.save_lock(original.id, none)
    source = Elsewhere(original, shared, lambda _text: None)
    made = plan(original.fingerprint, none, Base(kind="host", reference="", reason=""), Options())
    sent = Returned(
        plan=canonical(made),
        attempt=Attempt(number=1, completed=True, reason="", fingerprint=original.id),
        fingerprint=canonical(original.fingerprint),
        objects={},
        machine="there",
    )
    assert source.take(sent).fingerprint == original.fingerprint
    other = msgspec.structs.replace(original.fingerprint, name="another")
    with pytest.raises(IntegrityError, match="another fingerprint"):
        source.take(msgspec.structs.replace(sent, fingerprint=canonical(other)))
    with pytest.raises(IntegrityError, match="something else"):
        source.take(msgspec.structs.replace(sent, objects={original.id: b"else"}))
    shared.close()
