from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.readers import sstable as module
from auditor.compare.readers.crc32c import masked_crc32c
from auditor.compare.readers.sstable import entries
from auditor.compare.values.difference import Undecided, Unreadable

FILES = Path(__file__).parents[2] / "data" / "compare" / "savedmodel"


def number(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + number(value >> 7)


def block(pairs: list[tuple[bytes, bytes]]) -> bytes:
    data, before = b"", b""
    for key, value in pairs:
        shared = next(
            (i for i, (x, y) in enumerate(zip(key, before, strict=False)) if x != y),
            min(len(key), len(before)),
        )
        data += number(shared) + number(len(key) - shared) + number(len(value))
        data += key[shared:] + value
        before = key
    return data + struct.pack("<II", 0, 1)


def table(blocks: list[list[tuple[bytes, bytes]]], kind: int = 0) -> bytes:
    data = b""

    def add(content: bytes) -> bytes:
        nonlocal data
        handle = number(len(data)) + number(len(content))
        whole = content + bytes([kind])
        data += whole + struct.pack("<I", masked_crc32c(whole))
        return handle

    handles = [(pairs[-1][0] if pairs else b"", add(block(pairs))) for pairs in blocks]
    footer = (add(block([])) + add(block(handles))).ljust(40, b"\0")
    return data + footer + struct.pack("<Q", 0xDB4775248B80FB57)


@given(st.dictionaries(st.binary(max_size=6), st.binary(max_size=200)), st.integers(1, 5))
def test_what_was_written_comes_back(pairs: dict[bytes, bytes], size: int) -> None:
    ordered = sorted(pairs.items())
    blocks = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    found = [(key, bytes(value)) for key, value in entries(memoryview(table(blocks)))]
    assert found == ordered


def test_a_real_table() -> None:
    data = (FILES / "model" / "variables" / "variables.index").read_bytes()
    keys = [key for key, _ in entries(memoryview(data))]
    assert keys[:2] == [b"", b"_CHECKPOINTABLE_OBJECT_GRAPH"]
    assert keys == sorted(keys)


def test_compressed_tables_stay_open() -> None:
    with pytest.raises(Undecided, match="compressed"):
        list(entries(memoryview(table([[(b"a", b"b")]], kind=1))))


def test_large_tables_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(Undecided, match="more than the 10"):
        list(entries(memoryview(table([]))))


def test_an_index_that_names_one_block_again_and_again() -> None:
    handle = number(0) + number(len(block([(b"a", b"b" * 50)])))
    whole = table([[(b"a", b"b" * 50)]])
    body = block([(bytes([place]), handle) for place in range(100)])
    start = len(whole) - 48
    data = whole[:start] + body + b"\0" + struct.pack("<I", masked_crc32c(body + b"\0"))
    footer = (number(0) + number(0) + number(start) + number(len(body))).ljust(40, b"\0")
    with pytest.raises(Unreadable, match="overlap"):
        list(entries(memoryview(data + footer + struct.pack("<Q", 0xDB4775248B80FB57))))
