from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.readers.crc32c import masked_crc32c
from auditor.compare.readers.tfrecord import Records
from auditor.compare.values.difference import Unreadable


def record(data: bytes) -> bytes:
    size = struct.pack("<Q", len(data))
    checks = (struct.pack("<I", masked_crc32c(part)) for part in (size, data))
    return size + next(checks) + data + next(checks)


def unmasked(value: int) -> int:
    rotated = (value - 0xA282EAD8) & 0xFFFFFFFF
    return (rotated >> 17 | rotated << 15) & 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        # RFC 3720, B.4
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (b"123456789", 0xE3069283),
    ],
)
def test_checksums_are_those_of_the_standard(data: bytes, crc: int) -> None:
    assert unmasked(masked_crc32c(data)) == crc


@given(st.lists(st.binary(max_size=300)), st.data())
def test_records_come_back_as_far_as_they_are_whole(
    parts: list[bytes], data: st.DataObject
) -> None:
    whole = [record(part) for part in parts]
    content = b"".join(whole)
    end = data.draw(st.integers(0, len(content)))
    records = Records(memoryview(content[:end]))
    found = [bytes(one) for one in records]
    assert found == parts[: len(found)]
    assert records.rest == end - sum(map(len, whole[: len(found)]))
    assert len(found) == len(parts) or records.rest < len(whole[len(found)])


@given(st.binary(min_size=1, max_size=100), st.data())
def test_damage_is_found(part: bytes, data: st.DataObject) -> None:
    content = bytearray(record(part))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable, match="checksum"):
        list(Records(memoryview(bytes(content))))
