from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import InputError, IntegrityError
from auditor.model.canonical import canonical
from auditor.model.entropy import ProcessEntropy, entropy_of
from auditor.model.fact import recorded
from auditor.model.facts import Entropy
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Base, Lock, Plan
from auditor.replay import Options, entropy_plan, plan
from auditor.replay.planning.entropy import ENTROPY
from auditor.replay.running.request import request_of
from auditor.replay.tree.layout import lay_out

DRAWS = (("numpy", "default_rng", "train.py:1", "ff"),)
DRAWN = entropy_of([ProcessEntropy(role="train.py 0000", draws=DRAWS)])


def planned(fingerprint: Fingerprint) -> Plan:
    base = Base(kind="host", reference="", reason="")
    return plan(fingerprint, Lock(requirements=""), base, Options(user="1:1"))


def with_entropy(make: Any, digest: str | None) -> Fingerprint:
    fingerprint = make.fingerprint(source={"train.py": "pass"})
    record = msgspec.structs.replace(
        fingerprint.record, entropy=recorded(Entropy(digest=digest), "test")
    )
    changed: Fingerprint = msgspec.structs.replace(fingerprint, record=record)
    return changed


def test_the_object_is_mounted_and_asked_for(make: Any, tmp_path: Path) -> None:
    fingerprint = with_entropy(make, make.objects.put_bytes(DRAWN))
    plain = planned(fingerprint)
    fed = entropy_plan(plain, fingerprint, make.objects)
    assert isinstance(fed, Plan)
    assert fed.entropy == fingerprint.record.entropy.value.digest  # type: ignore[union-attr]
    work = tmp_path / "work"
    work.mkdir()
    (mount,) = [one for one in lay_out(fed, make.objects, work) if one.target == ENTROPY]
    assert mount.read_only
    assert Path(mount.source).read_bytes() == DRAWN
    assert request_of(fed, fingerprint)["entropy"] == ENTROPY
    assert request_of(plain, fingerprint)["entropy"] == ""
    assert ENTROPY not in {one.target for one in plain.mounts}


def test_why_there_is_nothing_to_feed(make: Any) -> None:
    unknown = make.fingerprint(source={"train.py": "pass"})
    cases = (
        (unknown, "is not known: the test does not say"),
        (with_entropy(make, None), "was not seen to draw"),
        (with_entropy(make, "sha256:" + "0" * 64), "is not in the store"),
    )
    for fingerprint, reason in cases:
        said = entropy_plan(planned(fingerprint), fingerprint, make.objects)
        assert isinstance(said, str)
        assert reason in said


@pytest.mark.parametrize(
    "data",
    [
        b"not JSON",
        b"[" * 100_000,
        entropy_of([]),
        canonical({"schema": "auditor.entropy/1", "processes": [{"role": 7, "draws": []}]}),
        entropy_of([ProcessEntropy(role="a\n0\t9\tb", draws=DRAWS)]),
        entropy_of([ProcessEntropy(role="a", draws=(("x", "y", "z", "../../etc"),))]),
    ],
)
def test_a_hostile_object_is_refused_before_anything_runs(make: Any, data: bytes) -> None:
    fingerprint = with_entropy(make, make.objects.put_bytes(data))
    with pytest.raises(InputError, match="the recorded entropy"):
        entropy_plan(planned(fingerprint), fingerprint, make.objects)


def test_an_object_with_another_content_is_refused(make: Any) -> None:
    digest = make.objects.put_bytes(DRAWN)
    make.objects.path(digest).write_bytes(DRAWN.replace(b'"ff"', b'"00"'))
    fingerprint = with_entropy(make, digest)
    with pytest.raises(IntegrityError):
        entropy_plan(planned(fingerprint), fingerprint, make.objects)
