from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import wav as reader

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data/compare/wav"
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)


def real(name: str) -> bytes:
    return (DATA / f"scipy-{name}.wav").read_bytes()


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def wav(codec: int, channels: int, bits: int, data: bytes, *more: bytes, rate: int = 8000) -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", codec, channels, rate, rate * frame, frame, bits)
    body = b"WAVE" + chunk(b"fmt ", form) + chunk(b"data", data) + b"".join(more)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extensible(codec: int, bits: int, valid: int, data: bytes) -> bytes:
    frame = bits // 8
    form = struct.pack(
        "<HHIIHHHHIH", 0xFFFE, 1, 8000, 8000 * frame, frame, bits, 22, valid, 4, codec
    )
    body = b"WAVE" + chunk(b"fmt ", form + bytes(14)) + chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [
        ("pcm8", "uint8", (200, 1)),
        ("pcm16", "int16", (200, 2)),
        ("float32", "float32", (200, 2)),
    ],
)
def test_samples_of_real_files(name: str, dtype: str, shape: tuple[int, int]) -> None:
    found = reader.read_wav(DATA / f"scipy-{name}.wav")
    assert (found.samples.dtype, found.samples.shape) == (dtype, shape)
    assert found.facts["sample rate"] == 8000


def test_samples_are_exact_integers_and_floats_within_tolerance(differ: Differ) -> None:
    content = real("pcm16")
    other = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
    found = differ("a.wav", content, other)
    assert found.relation == "different"
    assert found.evidence[0].startswith("samples[199, 1]: ")
    assert found.magnitude is not None
    assert found.magnitude.max_abs == 1.0
    a = np.array([0.5, -0.25], "f4")
    near = (a * np.float32(1.000001)).tobytes()
    assert differ("a.wav", wav(3, 1, 32, a.tobytes()), wav(3, 1, 32, near)).relation == "within"


@pytest.mark.parametrize("value", [0, 1, -1, 2**23 - 1, -(2**23)])
def test_24_bits(differ: Differ, tmp_path: Path, value: int) -> None:
    data = value.to_bytes(3, "little", signed=True) + b"\1\0\0"
    path = tmp_path / "a"
    path.write_bytes(wav(1, 2, 24, data))
    samples = reader.read_wav(path).samples
    whole: Any = samples.values[slice(0, 1), slice(0, 2)]
    assert whole.tolist() == [[value, 1]]
    other = wav(1, 2, 24, b"\7\0\0\1\0\0")
    assert differ("a.wav", wav(1, 2, 24, data), other).evidence == (f"samples[0, 0]: {value} → 7",)


def test_extensible_files_say_how_many_bits_count(differ: Differ) -> None:
    a, b = extensible(1, 32, 24, bytes(8)), extensible(1, 32, 20, bytes(8))
    assert differ("a.wav", a, b).evidence == ("/valid bits: 24 → 20",)
    assert differ("a.wav", a, wav(1, 1, 32, bytes(8))).relation == "different"


def test_the_header_is_exact(differ: Differ) -> None:
    a, b = wav(1, 1, 16, bytes(8)), wav(1, 1, 16, bytes(8), rate=44100)
    assert differ("a.wav", a, b).evidence == ("/sample rate: 8000 → 44100",)
    found = differ("a.wav", wav(1, 1, 16, bytes(8)), wav(1, 2, 16, bytes(8)))
    assert "/channels: 1 → 2" in found.evidence
    found = differ("a.wav", wav(1, 1, 16, bytes(8)), wav(1, 1, 16, bytes(6)))
    assert found.evidence == ("samples shape: (4, 1) → (3, 1)",)


def test_remarks_are_set_aside_and_named(differ: Differ) -> None:
    a, b = (wav(1, 1, 16, bytes(8), chunk(b"LIST", text)) for text in (b"INFOa", b"INFOb"))
    found = differ("a.wav", a, b)
    assert found.relation == "within"
    assert found.notes == ("the chunk LIST differs, which is no sound",)
    found = differ("a.wav", a, wav(1, 1, 16, bytes(8)))
    assert (found.relation, len(found.notes)) == ("within", 1)


def test_other_chunks_are_exact(differ: Differ) -> None:
    a, b = (wav(1, 1, 16, bytes(8), chunk(b"cue ", text)) for text in (b"1", b"2"))
    assert differ("a.wav", a, b).evidence == ("chunk cue : (1 bytes) → (1 bytes)",)


def test_a_stream_whose_length_was_not_known(differ: Differ) -> None:
    whole = wav(1, 1, 16, bytes(8))
    stream = whole.replace(b"data\x08\0\0\0", b"data\xff\xff\xff\xff")
    assert differ("a.wav", whole, stream).relation == "within"
    assert differ("a.wav", whole, stream + b"\1\0").relation == "different"


def test_codecs_that_are_not_decoded_stay_open(differ: Differ) -> None:
    for content in (wav(0x11, 1, 8, bytes(8)), wav(1, 1, 64, bytes(8))):
        with pytest.raises(Undecided):
            differ("a.wav", content, content)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"RIFF\0\0\0\0AVI ",
        real("pcm16")[:30],
        real("pcm16")[:-1],
        wav(1, 0, 16, b""),
        wav(1, 1, 12, bytes(8)),
        b"RIFF\0\0\0\0WAVE" + chunk(b"fmt ", b"\1\0") + chunk(b"data", b""),
        b"RIFF\0\0\0\0WAVE" + chunk(b"data", b""),
    ],
)
def test_broken_files(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.wav", broken, broken)


def test_chunks_are_counted(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_CHUNKS", 4)
    many = wav(1, 1, 16, bytes(2), *[chunk(b"JUNK", b"")] * 9)
    with pytest.raises(Undecided, match="chunks"):
        differ("a.wav", many, many)


@shared
@given(
    st.sampled_from(["pcm8", "pcm16", "float32"]),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 255)), max_size=5),
    st.none() | st.integers(0, 900),
)
def test_damage_raises_nothing_else(
    differ: Differ, name: str, flips: list[tuple[int, int]], end: int | None
) -> None:
    broken = bytearray(real(name))
    for place, value in flips:
        broken[place] = value
    with contextlib.suppress(Unreadable, Undecided):
        differ("a.wav", real(name), bytes(broken[:end]))
