"""Records of TensorFlow: length, checksum of the length, data, checksum of the data.

Format: https://www.tensorflow.org/tutorials/load_data/tfrecord
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from auditor.compare.readers.crc32c import masked_crc32c
from auditor.compare.values.difference import Unreadable

__all__ = ["Records"]

_HEADER = 12
_TRAILER = 4
# Longer ones hold pictures and graphs: a checksum of them takes too long.
_CHECKED = 64 * 1024


class Records:
    """The records of one file, to be gone through once.

    ``rest`` is afterwards how many bytes at the end are no whole record: the run was writing.
    """

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.rest = 0

    def __iter__(self) -> Iterator[memoryview]:
        """Yield the data of each record. Raises ``Unreadable``."""
        at, data = 0, self.data
        while at < len(data):
            if at + _HEADER > len(data):
                break
            length, checksum = struct.unpack("<QI", data[at : at + _HEADER])
            if masked_crc32c(data[at : at + 8]) != checksum:
                raise Unreadable(f"the length of the record at byte {at} has a wrong checksum")
            end = at + _HEADER + length
            if end + _TRAILER > len(data):
                break
            record = data[at + _HEADER : end]
            (checksum,) = struct.unpack("<I", data[end : end + _TRAILER])
            if length <= _CHECKED and masked_crc32c(record) != checksum:
                raise Unreadable(f"the record at byte {at} has a wrong checksum")
            yield record
            at = end + _TRAILER
        self.rest = len(data) - at
