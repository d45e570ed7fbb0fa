"""The account of a process's entropy, by itself and in this process."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.recorder.keep.entropy import lay_out
from auditor.recorder.observer import gpu, torch_patch
from auditor.recorder.observer.entropy import Entropy, text_of, words_of
from auditor.recorder.observer.journal import Journal
from auditor.recorder.observer.ledger import GLOBAL, Ledger
from auditor.recorder.observer.places import Places
from auditor.recorder.observer.roles import role_of

Start = Callable[..., Entropy]
Draw = tuple[str, str, str, str]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Return a process's account; it is fed with ``(ROLE, DRAWS)`` of each process."""

    def make(*processes: tuple[str, list[Draw]]) -> Entropy:
        (tmp_path / "events").mkdir(exist_ok=True)
        if processes and not (tmp_path / "entropy").exists():
            rows = [{"role": role, "draws": draws} for role, draws in processes]
            (tmp_path / "object").write_text(json.dumps({"processes": rows}))
            assert lay_out(str(tmp_path), str(tmp_path / "object")) == []
        return Entropy(Journal(str(tmp_path)), str(tmp_path))

    return make


def events(folder: Path) -> list[dict[str, Any]]:
    paths = (folder / "events").iterdir()
    lines = [line for path in paths for line in path.read_bytes().splitlines()]
    return [json.loads(line) for line in lines]


def test_draws_of_one_kind_are_given_in_their_order(start: Start) -> None:
    draws = [("numpy", "seed", "a.py:1", value) for value in ("1", "2", "3")]
    entropy = start(("job", [*draws, ("numpy", "seed", "a.py:9", "9")]))
    entropy.become("job")
    assert entropy.given("numpy", "seed", "a.py:9") == "9"
    assert entropy.taken("numpy", "seed", "a.py:1", "77") == "1"
    second = entropy.given("numpy", "seed", "a.py:1")
    assert second == "2"
    entropy.give_back("numpy", "seed", "a.py:1", second)
    assert [entropy.taken("numpy", "seed", "a.py:1", "77") for _ in range(3)] == ["2", "3", "77"]


def test_each_process_of_a_role_is_given_another_s_draws(start: Start, tmp_path: Path) -> None:
    roles = [("job", [("x", "y", "", str(number))]) for number in (1, 2)]
    accounts = [start(*roles) for _ in range(3)]
    for one in accounts:
        one.become("job")
    assert [one.taken("x", "y", "", "f") for one in accounts] == ["1", "2", "f"]
    assert [event["fed"] for event in events(tmp_path)] == [True, True, False]


def test_a_forked_child_has_its_place_as_its_role(start: Start, tmp_path: Path) -> None:
    entropy = start()
    entropy.become("job")
    entropy.child()
    entropy.child()
    entropy.fork()
    entropy.note("x", "y", "", "1", fed=False)
    entropy.child()
    entropy.fork()
    entropy.note("x", "y", "", "1", fed=False)
    assert [event["role"] for event in events(tmp_path)] == ["job/2", "job/2/1"]


def test_files_that_the_program_removed_do_no_harm(start: Start, tmp_path: Path) -> None:
    entropy = start(("job", [("x", "y", "", "1")]))
    (tmp_path / "entropy" / "index").unlink()
    entropy.become("job")
    assert entropy.taken("x", "y", "", "2") == "2"


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["python", "train.py", "--lr", "1"], "train.py"),
        (["/usr/bin/python3.11", "-X", "utf8", "-B", "/a/b/train.py", "--lr", "1"], "train.py"),
        (["python", "-m", "package.train", "--lr", "1"], "-m package.train"),
        (["python", "-c", "print()", "--lr", "1"], "-c"),
        (["python"], "python"),
        (["python", "tra\tin\udcff.py"], "tra?in?.py"),
    ],
)
def test_roles(argv: list[str], name: str) -> None:
    role, _space, checksum = role_of(argv).rpartition(" ")
    assert role == name
    assert len(checksum) == 4


def test_roles_tell_arguments_apart_and_not_places_or_descriptors() -> None:
    assert role_of(["a", "/x/run.py", "1"]) == role_of(["b", "run.py", "1"])
    assert role_of(["a", "run.py", "1"]) != role_of(["a", "run.py", "2"])
    worker = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=%d)"
    one, other = (role_of(["a", "-c", worker % fd, "--multiprocessing-fork"]) for fd in (5, 9))
    assert one == other
    loky = ["a", "-m", "joblib.externals.loky.backend.popen_loky_posix", "--process-name"]
    first, again, second = (
        role_of([*loky, name, "--pipe", pipe])
        for name, pipe in (("Loky-1", "10"), ("Loky-1", "12"), ("Loky-2", "12"))
    )
    assert first == again != second


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_words_are_read_as_they_are_written(words: list[int]) -> None:
    assert words_of(text_of(words)) == words


class Torch:
    """A module of torch's shape, with a seed from entropy and a CUDA device."""

    def __init__(self, seed: int) -> None:
        self.seeds = [seed]
        self.default_generator = types.SimpleNamespace(manual_seed=self.seeds.append)
        self.device = types.SimpleNamespace(
            manual_seed=lambda value: setattr(self.device, "seed", value),
            initial_seed=lambda: self.device.seed,
            get_offset=lambda: self.device.offset,
            seed=seed + 1,
            offset=4,
        )
        self.lazy: list[Callable[[], None]] = []
        self.cuda = types.SimpleNamespace(
            is_initialized=lambda: True,
            default_generators=(self.device,),
            manual_seed_all=self.device.manual_seed,
            _lazy_call=self.lazy.append,
        )
        self.random = types.SimpleNamespace(
            get_rng_state=lambda: memoryview(bytes(repr(self.seeds), "ascii")),
            manual_seed=self.seeds.append,
            seed=lambda: self.seeds.append(seed + 2) or seed + 2,
        )
        self.manual_seed, self.seed = self.random.manual_seed, self.random.seed

    def initial_seed(self) -> int:
        return self.seeds[-1]


def observed(torch: Torch, entropy: Entropy) -> Ledger:
    ledger = Ledger(Places("/nowhere", ()), entropy.journal, entropy)
    torch_patch.patch(torch, ledger)
    for start in torch.lazy:
        start()
    return ledger


def noted(folder: Path) -> dict[str, str]:
    rows = [event for event in events(folder) if event["event"] == "entropy"]
    return {row["function"]: row["value"] for row in rows}


def test_torch_starts_are_recorded_and_given(start: Start, tmp_path: Path) -> None:
    torch = Torch(100)
    ledger = observed(torch, start())
    assert torch.seed() == 102
    torch.seeds.append(0)
    ledger.conclude()
    assert noted(tmp_path) == {GLOBAL: "64", "seed": "66"}  # the device was seeded by then


def test_cuda_s_own_seed_counts_if_it_drew(start: Start, tmp_path: Path) -> None:
    ledger = observed(Torch(100), start())
    ledger.conclude()
    assert noted(tmp_path) == {GLOBAL: "64", "cuda:0": "65"}
    assert [row[:2] for row in ledger.unseeded()] == [["torch", "cuda:0"]]
    seeded = Torch(100)
    ledger = observed(seeded, start())
    seeded.cuda.manual_seed_all(3)
    ledger.conclude()
    assert ledger.unseeded() == []


def test_torch_is_given_what_was_recorded(start: Start, tmp_path: Path) -> None:
    draws = [("torch", GLOBAL, "", "5"), ("torch", "seed", "", "6"), ("torch", "cuda:0", "", "7")]
    entropy = start(("job", draws))
    entropy.become("job")
    torch = Torch(100)
    ledger = observed(torch, entropy)
    assert torch.initial_seed() == 5
    assert torch.device.seed == 7
    ledger.conclude()
    assert noted(tmp_path)["cuda:0"] == "7"
    assert torch.seed() == torch.initial_seed() == 6
    assert all(event["fed"] for event in events(tmp_path) if event["event"] == "entropy")


@pytest.mark.parametrize(
    ("mapped", "use"),
    [
        ((), "unused"),
        (("/lib/libc.so.6", "/lib/libcudart.so.12", "/x/libcudnn.so.9"), "unused"),
        (("/lib/libcuda.so.580.65.06",), "loaded"),
        (("/lib/libcuda.so.580.65.06", "/dev/nvidiactl"), "loaded"),
        (("/lib/libcuda.so.580.65.06", "/dev/nvidiactl", "/dev/nvidia0"), "used"),
        (("/lib/libcuda.so.580.65.06", "/dev/nvidia-uvm"), "used"),
        (("/usr/lib/wsl/lib/libcuda.so.1", "/dev/dxg"), "used"),
    ],
)
def test_whether_a_gpu_was_used(mapped: tuple[str, ...], use: str) -> None:
    assert gpu.use(mapped) == use


def test_torch_knows_whether_it_used_one(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = types.SimpleNamespace(cuda=types.SimpleNamespace(is_initialized=lambda: True))
    monkeypatch.setitem(gpu.sys.modules, "torch", torch)
    assert gpu.use(()) == "used"
    torch.cuda.is_initialized = lambda: 1 / 0
    assert gpu.use(()) == "unused"


def by_pointer(*values: int) -> Callable[..., int]:
    def function(*arguments: Any) -> int:
        which = arguments[0] if len(arguments) > 1 else 0
        arguments[-1]._obj.value = values[which]
        return 0

    return function


@pytest.mark.parametrize(
    ("kind", "name", "function", "text"),
    [
        ("cudnn", "cudnnGetVersion", lambda: 91002, "9.10.2"),
        ("cudnn", "cudnnGetVersion", lambda: 8902, "8.9.2"),
        ("nccl", "ncclGetVersion", by_pointer(22703), "2.27.3"),
        ("nccl", "ncclGetVersion", by_pointer(2804), "2.8.4"),
        ("cudart", "cudaRuntimeGetVersion", by_pointer(12080), "12.8"),
        ("cublas", "cublasGetProperty", by_pointer(12, 8, 4), "12.8.4"),
        ("openmp", "x", None, None),
    ],
)
def test_versions_of_cuda_s_libraries(kind: str, name: str, function: Any, text: str) -> None:
    assert gpu.version(kind, types.SimpleNamespace(**{name: function})) == text
