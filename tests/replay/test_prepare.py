from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.errors import EngineError, MachineError, NotReplayedError
from auditor.locking import take_in
from auditor.model.digest import digest_bytes
from auditor.model.facts import Distribution, Image
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Base, Lock, LockedWheel
from auditor.replay import Options, make_lock, prepare
from auditor.replay.base.choose import Chosen
from auditor.replay.environment import obtain as obtain_module
from auditor.replay.foresee import _user

NOTHING: Any = None


def wheel(name: str, file: str = "") -> LockedWheel:
    file = file or f"{name}-1.0-py3-none-any.whl"
    return LockedWheel(name=name, version="1.0", file=file, digest=digest_bytes(file.encode()))


def dist(name: str) -> Distribution:
    return Distribution(name=name, version="1.0", digest=None)


class Service:
    """The index: says what was asked of it."""

    def __init__(self, lock: Lock) -> None:
        self.made = lock
        self.asked = 0

    def lock(self, *_: Any) -> Lock:
        self.asked += 1
        return self.made


@pytest.fixture
def ask(make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    def call(
        service: Service, given: Lock | None, *names: str, cached: tuple[str, ...] = ()
    ) -> Lock:
        monkeypatch.setattr(obtain_module.locking, "lock", service.lock)
        base = Base(kind="host", reference="x", reason="", python="/usr/bin/python3")
        chosen = Chosen(base=base, image=Image(reference="x", id="sha256:1"), python=make.python)
        for file in cached:
            path = tmp_path / "new"
            path.write_bytes(file.encode())
            take_in(tmp_path, wheel("any", file), path)
        dependencies = tuple(dist(name) for name in names)
        result: Lock = obtain_module.obtain(
            dependencies, given, chosen, tmp_path, NOTHING, "1:1", lambda _: None
        )
        return result

    return call


A, B = wheel("a"), wheel("b")
WHOLE = Lock(requirements="a b", wheels=(A, B))
PART = Lock(
    requirements="a", wheels=(A,), unlocked=(Unverified(subject="dependency:b", reason="gone"),)
)


def test_a_whole_lock_that_fits_is_taken_as_it_is(ask: Any) -> None:
    service = Service(PART)
    assert ask(service, WHOLE, "a", "b", cached=(A.file, B.file)) == WHOLE
    assert service.asked == 0


def test_a_part_of_a_lock_is_made_again_and_the_better_one_taken(ask: Any) -> None:
    files = (A.file, B.file)
    assert ask(Service(WHOLE), PART, "a", "b", cached=files) == WHOLE
    nothing = Lock(requirements="", unlocked=(*PART.unlocked, *PART.unlocked))
    assert ask(Service(nothing), PART, "a", "b", cached=files) == PART


@pytest.mark.parametrize(
    "given",
    [
        Lock(requirements="", wheels=(A, wheel("other"))),
        Lock(requirements="", wheels=(A, wheel("b", "b-1.0-cp27-none-any.whl"))),
    ],
)
def test_a_lock_of_something_else_is_not_taken(ask: Any, given: Lock) -> None:
    assert ask(Service(WHOLE), given, "a", "b", cached=(A.file, B.file)) == WHOLE


def test_a_wheel_built_elsewhere_is_locked_again(ask: Any) -> None:
    service = Service(Lock(requirements="", wheels=(A,)))
    built = wheel("a", "a-1.0-1-py3-none-any.whl")
    lock = ask(service, Lock(requirements="", wheels=(built,)), "a", cached=(A.file,))
    assert lock.wheels == (A,)
    assert service.asked == 1


def test_what_cannot_be_downloaded_or_built_is_an_entry(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = wheel("c", "c-1.0.tar.gz")
    service = Service(Lock(requirements="", wheels=(A, B, source)))

    def fails(*_: Any) -> LockedWheel:
        raise NotReplayedError("its wheel could not be built: no compiler")

    monkeypatch.setattr(obtain_module, "build_wheel", fails)
    lock = ask(service, None, "a", "b", "c", cached=(A.file, source.file))
    assert lock.wheels == (A,)
    reasons = {entry.subject: entry.reason for entry in lock.unlocked}
    assert "could not be downloaded" in reasons["dependency:b"]
    assert reasons["dependency:c"] == "its wheel could not be built: no compiler"

    def gone(*_: Any) -> LockedWheel:
        raise EngineError("the engine went away")

    monkeypatch.setattr(obtain_module, "build_wheel", gone)
    with pytest.raises(EngineError):
        ask(service, None, "a", "b", "c", cached=(A.file, source.file))


def test_an_index_that_does_not_answer_is_a_reason(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> None:
        raise NotReplayedError("the package index did not answer")

    monkeypatch.setattr(obtain_module, "fetch", silent)
    lock = ask(Service(WHOLE), None, "a", "b", cached=(A.file,))
    assert lock.wheels == (A,)
    assert "did not answer" in lock.unlocked[0].reason


def test_a_lock_can_be_made_without_an_engine(make: Any, tmp_path: Path) -> None:
    assert make_lock(make.fingerprint(), make.objects, lambda _: None, tmp_path) == Lock(
        requirements=""
    )
    with pytest.raises(NotReplayedError, match="nothing to lock"):
        make_lock(make.fingerprint(dependencies=None), make.objects, lambda _: None, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot make the cache"):
        make_lock(make.fingerprint(), make.objects, lambda _: None, tmp_path / "file")


def test_inputs_are_verified_before_an_engine_is_asked(make: Any) -> None:
    fingerprint = make.fingerprint(inputs=(make.file("a.csv", "1", kept=False),))
    with pytest.raises(NotReplayedError, match=r"a\.csv"):
        prepare(fingerprint, make.objects, NOTHING, Options(), tell=lambda _: None, cache=None)


def test_root_runs_as_nobody_and_others_as_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert _user() == "65534:65534"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("os.getegid", lambda: 100)
    assert _user() == "1000:100"
