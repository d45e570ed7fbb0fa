from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.judge import completion
from auditor.model.fact import Fact, unknown
from auditor.model.facts import Exit, NetworkAccess, Uncaught

Make = Callable[..., Any]
FAILED = Exit(status="failed", code=1)
NETWORK = (NetworkAccess(host="example.org", port=443),)


def error(kind: str, subject: str = "", message: str = "") -> dict[str, Any]:
    return {"exit": FAILED, "uncaught": (Uncaught(type=kind, message=message, subject=subject),)}


@pytest.mark.parametrize(
    ("replay", "reason"),
    [
        ({}, ""),
        ({"exit": FAILED}, ""),
        (error("ValueError"), ""),
        (
            {**error("urllib.error.URLError", "example.org"), "network": NETWORK},
            "refused network access: example.org (URLError)",
        ),
        (
            {**error("socket.gaierror"), "network": NETWORK},
            "refused network access: example.org (gaierror)",
        ),
        (
            {**error("OSError", message="[Errno 101] Network is unreachable"), "network": NETWORK},
            "refused network access: example.org (OSError)",
        ),
        ({**error("ValueError", message="bad"), "network": NETWORK}, ""),
        (error("urllib.error.URLError", "example.org"), ""),
        (
            error("ModuleNotFoundError", "torch.nn"),
            "missing distribution: no module named torch.nn",
        ),
        (error("ModuleNotFoundError", "model.layers"), ""),
        (
            error(
                "ImportError", message="libGL.so.1: cannot open shared object file: No such file"
            ),
            "missing system library: libGL.so.1",
        ),
        (error("ImportError", "sklearn", "cannot import name 'x'"), ""),
        (error("FileNotFoundError", "data/train.csv"), "missing input: data/train.csv"),
        (error("FileNotFoundError", "/project/data/train.csv"), "missing input: data/train.csv"),
        (error("FileNotFoundError", "/data/other.csv"), "missing input: /data/other.csv"),
        (error("FileNotFoundError", "/tmp/x"), ""),
        (error("FileNotFoundError", "out/model.npy"), ""),
        (error("FileNotFoundError", "never/seen.csv"), ""),
        (error("MemoryError"), "out of memory: MemoryError"),
        ({"exit": Exit(status="out-of-memory", code=137, signal="SIGKILL")}, "out of memory"),
        ({"exit": Exit(status="timed-out", code=137, signal="SIGKILL")}, "timed out"),
        ({"exit": Exit(status="killed", code=137, signal="SIGKILL")}, "killed by SIGKILL"),
        ({"exit": Exit(status="killed", code=139, signal="SIGSEGV")}, ""),
    ],
)
def test_why_a_replay_did_not_complete(make_fingerprint: Make, replay: Any, reason: str) -> None:
    original = make_fingerprint(
        source={"train.py": "", "src/model/__init__.py": ""},
        inputs={"data/train.csv": "1"},
        outputs={"out/model.npy": "1"},
    )
    assert completion(original, make_fingerprint(**replay)) == reason


def test_what_the_engine_says_comes_first(make_fingerprint: Make) -> None:
    replay = make_fingerprint(exit=FAILED)
    assert completion(make_fingerprint(), replay, "timed out after 5 s") == "timed out after 5 s"
    assert completion(make_fingerprint(), make_fingerprint(), "late") == ""


def test_a_failure_that_reproduces_completes(make_fingerprint: Make) -> None:
    for facts in (
        error("ModuleNotFoundError", "torch"),
        {"exit": Exit(status="killed", code=137, signal="SIGKILL")},
    ):
        assert completion(make_fingerprint(**facts), make_fingerprint(**facts)) == ""


def test_the_same_status_for_another_reason_does_not_complete(make_fingerprint: Make) -> None:
    original = make_fingerprint(**error("ValueError"))
    replay = make_fingerprint(**error("ModuleNotFoundError", "torch"))
    assert completion(original, replay).startswith("missing distribution")


def test_an_end_that_is_not_known(make_fingerprint: Make) -> None:
    lost: Fact[Any] = unknown("the container vanished")
    replay = make_fingerprint(exit=lost)
    assert completion(make_fingerprint(), replay) == (
        "how it ended is not known: the container vanished"
    )
    assert completion(make_fingerprint(), replay, "killed") == "killed"


def test_where_inputs_are_not_known_any_missing_file_is_one(make_fingerprint: Make) -> None:
    lost: Fact[Any] = unknown("nobody watched")
    replay = make_fingerprint(**error("FileNotFoundError", "never/seen.csv"))
    assert completion(make_fingerprint(inputs=lost), replay) == "missing input: never/seen.csv"


def test_where_the_source_is_not_known_any_missing_module_is_one(make_fingerprint: Make) -> None:
    lost: Fact[Any] = unknown("nobody watched")
    replay = make_fingerprint(**error("ModuleNotFoundError", "model"))
    assert completion(make_fingerprint(source=lost), replay).startswith("missing distribution")
