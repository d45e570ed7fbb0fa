from __future__ import annotations

from pathlib import Path

import pytest

from auditor.model.plan import Limits
from auditor.replay.engines import Ended
from auditor.replay.running.ending import ending
from auditor.replay.tree.sizes import in_words

LIMITS = Limits(timeout=5.0, memory=100 << 20, log=1000)


@pytest.fixture
def observation(tmp_path: Path) -> Path:
    for name in ("request.json", "start.json", "exit.json", "stdout", "stderr"):
        (tmp_path / name).write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("ended", "status", "reason"),
    [
        (Ended(code=143, timed_out=True), "timed-out", "it did not end within 5 s and was stopped"),
        (Ended(code=137, stopped="it wrote too much"), "over-limit", "it wrote too much"),
        (
            Ended(code=137, out_of_memory=True),
            "out-of-memory",
            "it ran out of memory: its limit of 100 MiB was not enough (--memory)",
        ),
    ],
)
def test_a_limit_that_ended_it(observation: Path, ended: Ended, status: str, reason: str) -> None:
    exit_, said = ending(ended, LIMITS, observation)
    assert exit_ is not None
    assert (exit_.status, said) == (status, reason)


def test_without_a_limit_it_was_the_machine_s_memory(observation: Path) -> None:
    ended = Ended(code=137, out_of_memory=True)
    assert "the machine's" in ending(ended, Limits(), observation)[1]


def test_a_run_that_lived_with_a_killed_child_has_ended_by_itself(observation: Path) -> None:
    assert ending(Ended(code=0, out_of_memory=True), LIMITS, observation) == (None, "")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_stream_that_is_too_long_is_cut(observation: Path, name: str) -> None:
    (observation / name).write_bytes(b"x" * 1001)
    exit_, reason = ending(Ended(code=137), LIMITS, observation)
    assert exit_ is not None
    assert exit_.status == "over-limit"
    assert reason == f"it printed more than 1000 bytes on {name} (--log)"
    assert (observation / name).stat().st_size == 1000


def test_a_stream_of_just_what_is_allowed_is_fine(observation: Path) -> None:
    (observation / "stdout").write_bytes(b"x" * 1000)
    assert ending(Ended(code=1), LIMITS, observation) == (None, "")


def test_what_was_written_at_last_counts_too(observation: Path) -> None:
    exit_, reason = ending(Ended(code=0), LIMITS, observation, "it wrote more than 1 GiB (--disk)")
    assert exit_ is not None
    assert (exit_.status, reason) == ("over-limit", "it wrote more than 1 GiB (--disk)")


def test_a_recorder_that_did_not_start(tmp_path: Path) -> None:
    (tmp_path / "request.json").touch()
    reason = ending(Ended(code=2, output="x\nno keeper.py\n"), LIMITS, tmp_path)[1]
    assert reason == "the recorder did not start: no keeper.py"
    assert ending(Ended(code=2), LIMITS, tmp_path)[1].endswith("status 2")


def test_a_recorder_that_was_killed(observation: Path) -> None:
    (observation / "exit.json").unlink()
    (observation / "exit.json").mkdir()
    exit_, reason = ending(Ended(code=137), LIMITS, observation)
    assert exit_ is not None
    assert (exit_.status, exit_.signal) == ("killed", "SIGKILL")
    assert reason == "the recorder did not live to the end of the run: status 137"
    exit_, _reason = ending(Ended(code=1), LIMITS, observation)
    assert exit_ is not None
    assert (exit_.status, exit_.signal) == ("failed", None)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (20 << 30, "20 GiB"),
        (1 << 60, "1.049e+06 TiB"),
    ],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_words(size) == words
