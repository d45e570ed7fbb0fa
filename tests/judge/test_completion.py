from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.judge import completion
from auditor.model.fact import Fact, unknown
from auditor.model.facts import Exit, NetworkAccess, Uncaught

Make = Callable[..., Any]
FULL = "[Errno 28] No space left on device: '/tmp/x'"
OFFLINE = ", and the replay has no network (--network bridge allows it)"
NO_NETWORK = f"it tried to reach example.org:443{OFFLINE}"
FAILED = Exit(status="failed", code=1)
NETWORK = (NetworkAccess(host="example.org", port=443),)


def error(kind: str, subject: str = "", message: str = "") -> dict[str, Any]:
    return {"exit": FAILED, "uncaught": (Uncaught(type=kind, message=message, subject=subject),)}


def at(host: str, port: int | None = None) -> NetworkAccess:
    return NetworkAccess(host=host, port=port)


@pytest.mark.parametrize(
    ("replay", "reason"),
    [
        ({}, ""),
        ({"exit": FAILED}, ""),
        (error("ValueError"), ""),
        (
            {**error("urllib.error.URLError", "example.org"), "network": NETWORK},
            NO_NETWORK,
        ),
        (
            {**error("socket.gaierror"), "network": NETWORK},
            NO_NETWORK,
        ),
        (
            {**error("OSError", message="[Errno 101] Network is unreachable"), "network": NETWORK},
            NO_NETWORK,
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
        (
            error("OSError", "/tmp/x", FULL),
            f"there was no room for what it wrote: {FULL}",
        ),
        ({"exit": Exit(status="over-limit", code=137)}, "it wrote or printed more than it may"),
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


LOOKED_UP = NetworkAccess(host="data.example.org", port=None, seen="resolver")
FAILED_CHILD = error("subprocess.CalledProcessError", message="returned status 6")


@pytest.mark.parametrize(
    ("replay", "reason"),
    [
        (
            {**error("TimeoutError", "fe80::1"), "network": (at("fe80::1", 80), *NETWORK)},
            f"it tried to reach [fe80::1]:80{OFFLINE}",
        ),
        (
            {**error("TimeoutError", "x"), "network": (at("localhost", 9), at("b.org"), *NETWORK)},
            f"it tried to reach b.org, example.org:443{OFFLINE}",
        ),
        (
            {**error("ConnectionRefusedError", "localhost"), "network": (at("localhost", 5432),)},
            "it tried to reach localhost:5432, and a replay has none of its machine's services",
        ),
        (
            {**error("ConnectionError"), "network": tuple(at(f"{n}.org") for n in range(9))},
            f"it tried to reach 0.org, 1.org, 2.org, 3.org, 4.org{OFFLINE}",
        ),
        ({"exit": FAILED, "network": (LOOKED_UP,)}, f"it tried to reach data.example.org{OFFLINE}"),
        (
            {**FAILED_CHILD, "network": (LOOKED_UP,)},
            f"it tried to reach data.example.org{OFFLINE}",
        ),
        ({**FAILED_CHILD, "network": NETWORK}, ""),
        ({**error("ValueError"), "network": (LOOKED_UP,)}, ""),
    ],
)
def test_whom_a_replay_without_network_wanted(
    make_fingerprint: Make, replay: Any, reason: str
) -> None:
    assert completion(make_fingerprint(), make_fingerprint(**replay)) == reason


def test_with_a_network_it_is_the_host_that_did_not_answer(make_fingerprint: Make) -> None:
    original = make_fingerprint()
    replay = make_fingerprint(**error("TimeoutError"), network=NETWORK)
    assert completion(original, replay, offline=False) == "it could not reach example.org:443"
    replay = make_fingerprint(exit=FAILED, network=(LOOKED_UP,))
    assert completion(original, replay, offline=False) == ""


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
