from __future__ import annotations

from typing import Any

import pytest

from auditor.errors import NotReplayedError
from auditor.model.fact import unknown
from auditor.model.facts import Arithmetic, Gpu, Gpus
from auditor.replay.options import Options
from auditor.replay.planning.gpu import gpus_of

NONE = Gpus(driver=None, cuda=None, devices=())
HOPPER = Gpu(name="NVIDIA H200", memory=None, capability="9.0")


def gpus(count: int) -> Gpus:
    return Gpus(driver="580.65.06", cuda="13.0", devices=(HOPPER,) * count)


def run(make: Any, count: int, use: Any) -> Any:
    return make(gpu=gpus(count) if count else NONE, arithmetic=Arithmetic(gpu=use))


@pytest.mark.parametrize("use", ["used", "loaded", None])
def test_as_many_as_the_run_had(make_fingerprint: Any, use: Any) -> None:
    fingerprint = run(make_fingerprint, 2, use)
    assert gpus_of(fingerprint, Options(), gpus(2)) == ("2", ())
    assert gpus_of(fingerprint, Options(), gpus(8)) == ("2", ())
    assert gpus_of(fingerprint, Options(), None) == ("2", ())
    asked, (row,) = gpus_of(fingerprint, Options(), gpus(1))
    assert asked == "all"
    assert row.subject == "hardware.gpu"
    assert "had 2 \N{MULTIPLICATION SIGN} NVIDIA H200; the replay has 1" in row.reason


@pytest.mark.parametrize(
    ("use", "word"), [("used", "run used"), ("loaded", "may have"), (None, "may have")]
)
def test_where_there_is_none_it_is_refused(make_fingerprint: Any, use: Any, word: str) -> None:
    fingerprint = run(make_fingerprint, 1, use)
    with pytest.raises(NotReplayedError, match=f"{word}.* NVIDIA H200.*has no GPU") as caught:
        gpus_of(fingerprint, Options(), NONE)
    assert "--allow-cpu" in caught.value.hint
    asked, (row,) = gpus_of(fingerprint, Options(allow_cpu=True), NONE)
    assert asked is None
    assert "computes on the CPU" in row.reason


@pytest.mark.parametrize("here", [NONE, gpus(1), None])
def test_a_run_that_loaded_no_cuda_needs_none(make_fingerprint: Any, here: Gpus | None) -> None:
    asked, (row,) = gpus_of(run(make_fingerprint, 1, "unused"), Options(), here)
    assert asked is None
    assert "did not load the driver" in row.reason


@pytest.mark.parametrize("here", [NONE, gpus(1), None])
def test_a_run_on_a_machine_without_gets_none(make_fingerprint: Any, here: Gpus | None) -> None:
    assert gpus_of(run(make_fingerprint, 0, "unused"), Options(), here) == (None, ())
    nobody_knows = make_fingerprint(gpu=unknown("NVML failed"), arithmetic=unknown("killed"))
    assert gpus_of(nobody_knows, Options(), here) == (None, ())


def test_a_run_that_used_one_of_which_nothing_is_known(make_fingerprint: Any) -> None:
    fingerprint = make_fingerprint(gpu=unknown("NVML failed"), arithmetic=Arithmetic(gpu="used"))
    asked, (row,) = gpus_of(fingerprint, Options(), gpus(1))
    assert asked == "all"
    assert "nothing is known" in row.reason
    with pytest.raises(NotReplayedError, match="used GPUs of which nothing is known"):
        gpus_of(fingerprint, Options(), NONE)


def test_what_is_asked_for_is_taken_as_it_is(make_fingerprint: Any) -> None:
    fingerprint = run(make_fingerprint, 0, "unused")
    asked = Options(gpus="0,1")
    assert gpus_of(fingerprint, asked, gpus(2)) == ("0,1", ())
    assert gpus_of(fingerprint, asked, None) == ("0,1", ())
    with pytest.raises(NotReplayedError, match="--gpus 0,1: this machine's driver shows no GPU"):
        gpus_of(fingerprint, asked, NONE)
    nothing, (row,) = gpus_of(fingerprint, Options(gpus="0,1", allow_cpu=True), NONE)
    assert nothing is None
    assert row.subject == "hardware.gpu"
