"""WAV audio: rate, channels and samples; titles and other remarks are set aside."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.wav import read_wav
from auditor.compare.values.arrays.arrays import Arrays
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Wav"]

# Remarks, padding, and peaks with the time at which they were found; no sound.
_REMARKS = (
    *("LIST", "bext", "iXML", "axml", "id3", "ID3", "_PMX", "cart", "DISP"),
    *("PEAK", "fact", "ds64", "JUNK", "junk", "FLLR", "PAD", "pad"),
)


class Wav:
    """Compares sound sample by sample."""

    name = "audio samples"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.wav``, and what starts as WAV does."""
        wave = head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == b"WAVE"
        return wave or path.lower().endswith((".wav", ".wave"))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        one, other = read_wav(a), read_wav(b)
        compare_trees(one.facts, other.facts, scope, found)
        Arrays(scope, found).compare("samples", one.samples, other.samples)
        for name in sorted(one.chunks.keys() | other.chunks.keys()):
            left, right = one.chunks.get(name), other.chunks.get(name)
            if left == right:
                continue
            if name.split(" ")[0] in _REMARKS:
                found.note(f"the chunk {name.strip()} differs, which is no sound")
            else:
                found.differ(f"chunk {name}", _size(left), _size(right))
        return found.result()


def _size(chunk: memoryview | None) -> str:
    return "(absent)" if chunk is None else f"({len(chunk)} bytes)"
