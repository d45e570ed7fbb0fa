from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Unreadable
from auditor.compare.readers.crc32c import masked_crc32c
from auditor.compare.readers.tfrecord import Records
from auditor.model.policy import Policy

Differ = Callable[..., Difference]
FILES = Path(__file__).parents[2] / "data" / "compare" / "tensorboard"
NAME = "runs/events.out.tfevents.1795226042.vm.5128.0"
TIMES = "set aside: the times at which events were written"


def read(name: str) -> bytes:
    return (FILES / f"{name}.tfevents").read_bytes()


def record(data: bytes) -> bytes:
    size = struct.pack("<Q", len(data))
    return b"".join(
        (
            size,
            struct.pack("<I", masked_crc32c(size)),
            data,
            struct.pack("<I", masked_crc32c(data)),
        )
    )


def changed(name: str, old: bytes, new: bytes) -> bytes:
    assert old in read(name)
    records = [bytes(one).replace(old, new) for one in Records(memoryview(read(name)))]
    return b"".join(map(record, records))


@pytest.mark.parametrize(("a", "b"), [("model", "again"), ("tf_model", "tf_again")])
def test_the_same_log_written_twice(differ: Differ, a: str, b: str) -> None:
    assert read(a) != read(b)
    found = differ(NAME, read(a), read(b))
    assert found.relation == "within"
    assert (found.evidence, found.curves, found.notes) == ((), (), (TIMES,))


def test_noise_in_the_last_bit_is_within(differ: Differ) -> None:
    found = differ(NAME, read("model"), read("noise"))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.differing == 12
    assert [(curve.name, curve.parted) for curve in found.curves] == [("loss/train", None)]


def test_a_scalar_that_parts(differ: Differ) -> None:
    found = differ(NAME, read("model"), read("weight"))
    assert found.relation == "different"
    assert found.evidence == (
        "loss/train parts at step 5: 0.1666666716337204 → 0.16766667366027832, then constant",
    )
    (curve,) = found.curves
    assert (curve.parted, curve.after, curve.total) == (5.0, "constant", 12)


def test_scalars_of_tensorflow_are_tensors(differ: Differ) -> None:
    found = differ(NAME, read("tf_model"), read("tf_weight"))
    assert found.relation == "different"
    assert found.evidence == ("loss parts at step 1: 0.5 → 0.5009999871253967, then recovering",)


def test_a_longer_run_parts_at_its_end(differ: Differ) -> None:
    found = differ(NAME, read("model"), read("longer"))
    assert found.relation == "different"
    assert [(curve.name, curve.parted, curve.after) for curve in found.curves] == [
        ("loss/train", 12.0, "ended"),
        ("accuracy", 12.0, "ended"),
    ]


def test_durations_are_masked(differ: Differ) -> None:
    found = differ(NAME, read("tf_model"), read("tf_again"))
    assert [(mask.rule, mask.count) for mask in found.masks] == [("duration", 3)]
    assert (
        differ(NAME, read("tf_model"), read("tf_again"), Policy(masks=())).relation == "different"
    )


def test_hyperparameters_are_compared(differ: Differ) -> None:
    found = differ(NAME, read("tf_model"), changed("tf_model", b"adam", b"lion"))
    assert found.relation == "different"
    place = "/about/_hparams_~1session_start_info/plugin_data/content/session_start_info/hparams"
    assert found.evidence == (f'{place}/opt/string_value: "adam" → "lion"',)


def test_texts_histograms_and_pictures_are_compared(differ: Differ) -> None:
    text = differ(NAME, read("model"), changed("model", b"a small run", b"a large run"))
    assert text.relation == "different"
    assert text.evidence[0].startswith("/logged/about~1text_summary/0/0/tensor/string_val/0: ")
    four, five = struct.pack("<d", 190.0), struct.pack("<d", 191.0)
    histogram = differ(NAME, read("model"), changed("model", four, five))
    assert histogram.evidence == ("/logged/weights/0/0/histo/sum: 190.0 → 191.0",)
    for name in ("model", "tf_model"):
        picture = differ(NAME, read(name), changed(name, b"IDAT", b"IDAX"))
        assert picture.relation != "within"


def test_a_tag_that_one_run_lacks(differ: Differ) -> None:
    found = differ(NAME, read("model"), changed("model", b"accuracy", b"accurate"))
    assert found.relation == "different"
    assert found.evidence[0] == "accuracy parts at step 0: 0.0 → (absent), then ended"


def test_a_log_that_ends_inside_a_record_is_compared_as_far_as_it_goes(differ: Differ) -> None:
    whole = read("model")
    cut = whole + record(b"\x09" + bytes(8))[:-3]
    found = differ(NAME, whole, cut)
    assert found.relation == "within"
    assert "the replay ends inside a record: 22 bytes are left out" in found.notes
    assert differ(NAME, whole, whole[: len(whole) // 2]).relation == "different"


@pytest.mark.parametrize("broken", [b"", b"short", b"x" * 100, read("model")[:20]])
def test_what_is_no_log_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ(NAME, read("model"), broken)


def test_a_record_that_was_damaged_is_unreadable(differ: Differ) -> None:
    damaged = bytearray(read("model"))
    damaged[100] ^= 1
    with pytest.raises(Unreadable, match="wrong checksum"):
        differ(NAME, read("model"), bytes(damaged))
