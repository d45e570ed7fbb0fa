"""WAV files: Multimedia Programming Interface and Data Specifications 1.0 (1991), RIFF and WAVE.

Also ``WAVE_FORMAT_EXTENSIBLE`` and 64-bit sizes, RF64 (EBU Tech 3306).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, NamedTuple

from auditor.compare.readers.mapped import mapped
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["Wav", "read_wav"]

MAX_CHUNKS = 10_000
_FORMAT = struct.Struct("<HHIIHH")
_EXTENSIBLE = 0xFFFE
_PCM, _FLOAT, _A_LAW, _MU_LAW = 1, 3, 6, 7
_CODECS = {_PCM: "PCM", _FLOAT: "float", _A_LAW: "A-law", _MU_LAW: "mu-law"}
_FORMS = {
    (_PCM, 8): "u1",
    (_PCM, 16): "<i2",
    (_PCM, 32): "<i4",
    (_FLOAT, 32): "<f4",
    (_FLOAT, 64): "<f8",
    (_A_LAW, 8): "u1",
    (_MU_LAW, 8): "u1",
}
_UNKNOWN_SIZE = 0xFFFFFFFF
_PACKED_BITS = 24


class Wav(NamedTuple):
    """The facts of the header, the samples in frames by channels, and the other chunks."""

    facts: dict[str, Any]
    samples: Array
    chunks: dict[str, memoryview]


class _Packed:
    """Samples of three bytes, least significant first, as 32-bit integers."""

    def __init__(self, raw: Any) -> None:  # noqa: ANN401 - frames by channels by 3 bytes
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        self._raw = raw
        self.shape = raw.shape[:2]
        self.dtype = np.dtype(np.int32)
        self.base = raw

    def __getitem__(self, box: tuple[slice, ...]) -> Any:  # noqa: ANN401 - an array
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        part = self._raw[box]
        wide = np.zeros((*part.shape[:2], 4), np.uint8)
        wide[..., 1:] = part
        return wide.view("<i4")[..., 0] >> 8


def read_wav(path: Path) -> Wav:
    """Read a header, and map the samples. Raises ``Unreadable``, ``Undecided``."""
    data = mapped(path)
    if bytes(data[:4]) not in {b"RIFF", b"RF64", b"BW64"} or bytes(data[8:12]) != b"WAVE":
        raise Unreadable("not a WAV file")
    chunks = _chunks(data)
    if "fmt " not in chunks or "data" not in chunks:
        raise Unreadable("a WAV file without format or samples")
    facts, codec = _facts(bytes(chunks.pop("fmt ")[:40]))
    samples = _samples(chunks.pop("data"), facts, codec)
    return Wav(facts, samples, chunks)


def _chunks(data: memoryview) -> dict[str, memoryview]:
    """Return the chunks by name, of several of one name numbered."""
    found: dict[str, memoryview] = {}
    offset, long = 12, 0
    while offset + 8 <= len(data):
        name = bytes(data[offset : offset + 4]).decode("latin1")
        size = int.from_bytes(data[offset + 4 : offset + 8], "little")
        rest = data[offset + 8 :]
        if name == "ds64":
            long = int.from_bytes(rest[8:16], "little")
        if name == "data" and size == _UNKNOWN_SIZE:
            # Written by a program that could not go back: as long as the file is.
            size = long or len(rest)
        if size > len(rest):
            raise Unreadable(f"the WAV file ends within its chunk {name!r}")
        if len(found) == MAX_CHUNKS:
            raise Undecided(f"more than {MAX_CHUNKS} chunks")
        found[name if name not in found else f"{name} {len(found)}"] = rest[:size]
        offset += 8 + size + size % 2
    return found


def _facts(form: bytes) -> tuple[dict[str, Any], int]:
    if len(form) < _FORMAT.size:
        raise Unreadable("the format of a WAV file is too short")
    codec, channels, rate, _, frame, bits = _FORMAT.unpack_from(form)
    facts: dict[str, Any] = {"channels": channels, "sample rate": rate, "bits": bits}
    if codec == _EXTENSIBLE and len(form) >= 40:  # noqa: PLR2004 - with its extension
        valid, speakers, codec = struct.unpack_from("<HIH", form, 18)
        facts |= {"valid bits": valid, "speakers": speakers}
    facts["codec"] = _CODECS.get(codec, f"{codec:#06x}")
    if codec not in _CODECS:
        raise Undecided(f"samples in the codec {codec:#06x}, which is not decoded here")
    if not channels or frame * 8 != channels * bits:
        raise Unreadable("the format of a WAV file contradicts itself")
    return facts, codec


def _samples(data: memoryview, facts: dict[str, Any], codec: int) -> Array:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    channels, bits = facts["channels"], facts["bits"]
    frame = channels * bits // 8
    whole = data[: len(data) // frame * frame]
    if codec == _PCM and bits == _PACKED_BITS:
        return Array(_Packed(np.frombuffer(whole, "u1").reshape(-1, channels, 3)), "int24")
    if (codec, bits) not in _FORMS:
        raise Undecided(f"samples of {bits} bits in {facts['codec']}")
    return Array(np.frombuffer(whole, _FORMS[codec, bits]).reshape(-1, channels))
