from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable, comparator_for
from auditor.compare.artifacts.torch import Torch
from auditor.compare.readers.torch_storage import read_torch

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare" / "torch"
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
TWELVE = np.arange(12.0, dtype="f4").reshape(3, 4)


def real(name: str) -> bytes:
    return (DATA / name).read_bytes()


def test_known_by_name_or_start() -> None:
    for name in ("a.pt", "a.PTH"):
        assert isinstance(comparator_for(name, b""), Torch)
    for start in (real("checkpoint_model.ckpt"), real("state_legacy.pt")):
        for name in ("last.ckpt", "pytorch_model.bin", "a.pkl", "noname"):
            assert isinstance(comparator_for(name, start[:64]), Torch)
    assert not isinstance(comparator_for("a.ckpt", b"PK\x03\x04" + b"\0" * 60), Torch)
    assert not isinstance(comparator_for("a.bin", b"\0" * 64), Torch)


KINDS = ["state_{}.pt", "checkpoint_{}.ckpt", "module_{}.pth", "script_{}.pt"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_made_again_is_within(differ: Differ, kind: str) -> None:
    found = differ(kind, real(kind.format("model")), real(kind.format("again")))
    assert found.relation == "within"
    assert found.notes
    assert found.magnitude is not None
    assert found.magnitude.differing == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_weight_that_changed_is_different(differ: Differ, kind: str) -> None:
    found = differ(kind, real(kind.format("model")), real(kind.format("weight")))
    assert found.relation == "different"
    assert len([line for line in found.evidence if "[0, 0]: -0.00" in line]) == 1


def test_what_is_set_aside_is_named(differ: Differ) -> None:
    state = differ("a.pt", real("state_model.pt"), real("state_again.pt"))
    assert "the same keys in another order" in state.notes
    assert any("id of the file's content" in note for note in state.notes)
    code = differ("a.pt", real("script_model.pt"), real("script_again.pt"))
    assert "set aside: the order of constants of classes in the code" in code.notes


def test_both_forms_of_file_hold_the_same(differ: Differ) -> None:
    for new, old in (("state_model.pt", "state_legacy.pt"), ("kinds.pt", "kinds_legacy.pt")):
        found = differ("a.pt", real(new), real(old))
        assert found.relation == "within"
        assert found.magnitude is not None
        assert found.magnitude.differing == 0


@pytest.mark.parametrize("name", ["kinds.pt", "kinds_legacy.pt"])
def test_tensors_are_what_was_saved(name: str) -> None:
    tree = read_torch(DATA / name).tree
    same = np.testing.assert_array_equal
    same(tree["whole"].values, TWELVE)
    same(tree["t"].values, TWELVE.T)
    same(tree["slice"].values, TWELVE[1:, ::2])
    same(tree["expanded"].values, np.ones(5))
    same(tree["f16"].values, TWELVE.astype("f2"))
    same(tree["u16"].values, TWELVE.astype("u2"))
    same(tree["bool"].values, [True, False])
    same(tree["c128"].values, np.array([1 + 2j]))
    same(tree["scalar"].values, np.array(3))
    same(tree["buffer"]["<tensor>"].values, TWELVE)
    assert tree["buffer"]["<state>"]["persistent"] is True
    assert tree["empty"].shape == tree["empty"].values.shape == (0, 3)
    assert tree["bf16"].dtype == "bfloat16"
    same(tree["bf16"].values, (TWELVE.view("u4") >> 16).astype("u2"))
    assert tree["f8"].dtype == "float8_e4m3fn"
    same(tree["f8"].values[0], [0, 0x38, 0x40, 0x44])
    assert tree["frozen"]["requires_grad"] is False
    assert tree["grad"]["requires_grad"] is True
    assert tree["conj"]["<more>"] == [{"conj": True}]
    same(tree["q"]["<quantised>"].values, (TWELVE * 10 + 1).clip(-128, 127))
    assert tree["q"]["<quantiser>"][1:] == [0.1, 1]
    same(tree["storage"].values.view("f4"), np.ones(2))
    assert tree["keys"] == {"<1>": 1, "1": 2}
    assert tree["dtype"] == {"<name>": "torch.float32"}


def item(value: str | int) -> bytes:
    if isinstance(value, int):
        return b"I%d\n" % value
    return b"X" + len(value).to_bytes(4, "little") + value.encode()


def numbers(*values: int) -> bytes:
    return b"(" + b"".join(map(item, values)) + b"t"


def rebuilt(
    size: tuple[int, ...] = (2, 3),
    stride: tuple[int, ...] = (3, 1),
    offset: int = 0,
    kind: str = "FloatStorage",
    *,
    key: str = "0",
    device: str = "cpu",
) -> bytes:
    """Return a pickle of one tensor."""
    storage = (
        b"(" + item("storage") + b"ctorch\n" + kind.encode() + b"\n"
        + item(key) + item(device) + item(6) + b"tQ"
    )  # fmt: skip
    args = storage + item(offset) + numbers(*size) + numbers(*stride) + b"\x89Nt"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + args + b"R."


def saved(
    pickled: bytes,
    storage: bytes = np.arange(6, dtype="f4").tobytes(),
    method: int = zipfile.ZIP_STORED,
    **members: bytes,
) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as file:
        file.writestr("a/data.pkl", pickled)
        file.writestr("a/data/0", storage)
        for name, content in members.items():
            file.writestr(f"a/{name}", content)
    return target.getvalue()


def values(tmp_path: Path, content: bytes) -> Any:
    (tmp_path / "a.pt").write_bytes(content)
    return read_torch(tmp_path / "a.pt").tree.values


def test_bytes_may_be_in_either_order(tmp_path: Path, differ: Differ) -> None:
    big = saved(rebuilt(), np.arange(6, dtype=">f4").tobytes(), byteorder=b"big")
    np.testing.assert_array_equal(values(tmp_path, big), np.arange(6.0).reshape(2, 3))
    found = differ("a.pt", saved(rebuilt()), big)
    assert found.relation == "within"
    assert any("order of bytes" in note for note in found.notes)


def test_compressed_archives_are_read_too(tmp_path: Path) -> None:
    packed = saved(rebuilt(), method=zipfile.ZIP_DEFLATED)
    np.testing.assert_array_equal(values(tmp_path, packed), np.arange(6.0).reshape(2, 3))


def test_devices_and_the_name_of_the_folder_are_set_aside(differ: Differ) -> None:
    one, other = saved(rebuilt(device="cpu")), saved(rebuilt(device="cuda:0"))
    found = differ("a.pt", one, other)
    assert found.relation == "within"
    assert found.notes == ("set aside: devices (cpu → cuda:0)",)
    renamed = one.replace(b"a/data", b"b/data")
    assert differ("a.pt", one, renamed).relation == "within"


def test_tensors_that_differ_in_shape_or_type_are_different(differ: Differ) -> None:
    one = saved(rebuilt())
    for other in (rebuilt((3, 2), (2, 1)), rebuilt(kind="IntStorage"), rebuilt((2, 2), (3, 1))):
        assert differ("a.pt", one, saved(other)).relation == "different"
    assert differ("a.pt", one, saved(rebuilt(), np.ones(6, "f4").tobytes())).relation == "different"


def test_storages_and_files_that_no_tensor_uses_count(differ: Differ) -> None:
    one, other = (saved(rebuilt(), **{"extra/info.txt": text}) for text in (b"one", b"two"))
    assert differ("a.pt", one, other).relation == "different"
    assert differ("a.pt", one, saved(rebuilt())).relation == "different"


@pytest.mark.parametrize(
    "hostile",
    [
        rebuilt((2, 4)),
        rebuilt((2, 3), (3, 1), 1),
        rebuilt((2, 3), (3, 1), -1),
        rebuilt((2, 3), (-3, 1)),
        rebuilt((-2, 3), (3, 1)),
        rebuilt((2, 3), (3,)),
        rebuilt((2**61, 3), (2**61, 1)),
        rebuilt((1,) * 65, (1,) * 65),
        rebuilt(key="1"),
        rebuilt(key="../../etc/passwd"),
    ],
)
def test_views_beyond_their_storage_are_unreadable(differ: Differ, hostile: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.pt", saved(hostile), saved(rebuilt()))


def test_views_that_repeat_too_often_are_undecided(differ: Differ) -> None:
    with pytest.raises(Undecided, match="repeats"):
        differ("a.pt", saved(rebuilt((2**40, 3), (0, 1))), saved(rebuilt()))
    one = rebuilt((2**30,), (0,)).removesuffix(b".").removeprefix(b"\x80\x02")
    many = b"\x80\x02](" + one + b"q\x01" + b"h\x01" * 10_000 + b"e."
    with pytest.raises(Undecided, match="more than"):
        differ("a.pt", saved(many), saved(rebuilt()))


def test_tensors_of_no_storage_stay_open(differ: Differ) -> None:
    unknown = rebuilt(kind="FloatStorage").replace(b"storage", b"nothing")
    assert differ("a.pt", saved(unknown), saved(unknown)).relation == "unknown"
    later = rebuilt().replace(b"_rebuild_tensor_v2", b"_rebuild_tensor_v9")
    assert differ("a.pt", saved(later), saved(later)).relation == "within"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x1f\x8b",
        real("state_model.pt")[:1000],
        real("state_legacy.pt")[:500],
        real("state_legacy.pt")[:-1],
        saved(b"no pickle"),
    ],
)
def test_broken_files_are_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.pt", broken, broken)


def test_an_archive_without_data_is_unreadable(differ: Differ) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("a/other", b"")
    with pytest.raises(Unreadable, match=r"without data\.pkl"):
        differ("a.pt", target.getvalue(), target.getvalue())


@pytest.mark.slow
def test_large_storages_are_compared_in_bounded_memory(tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    count = 64 * 1024**2
    for name, last in (("a", 1.0), ("b", 2.0)):
        storage = np.ones(count, dtype="f4")
        storage[-1] = last
        content = saved(rebuilt((count,), (1,)), storage.tobytes())
        (tmp_path / name).write_bytes(content)
    code = """
import sys
from pathlib import Path
from auditor.compare.artifacts import Scope, compare_parts
from auditor.model.policy import Policy
scope = Scope(Policy(), ("a.pt",), inner=compare_parts)
print(compare_parts(Path(sys.argv[1]), Path(sys.argv[2]), scope).relation)
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""
    del storage, content
    found = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a"), str(tmp_path / "b")],
        capture_output=True,
        text=True,
        check=True,
    )
    relation, kilobytes = found.stdout.split()
    assert relation == "different"
    # Both files together are 512 MiB.
    assert int(kilobytes) < 300 * 1024


REAL = sorted(DATA.iterdir())


@pytest.mark.slow
@settings(shared, max_examples=80)
@given(data=st.data())
def test_damaged_files_raise_only_what_is_agreed(differ: Differ, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(REAL))
    content = path.read_bytes()
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable, Undecided):
        differ("a.pt", content, bytes(damaged[: data.draw(st.integers(1, len(content)))]))
    with contextlib.suppress(Unreadable, Undecided):
        differ("a.pt", content, bytes(damaged))
