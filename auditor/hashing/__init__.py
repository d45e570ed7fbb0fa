"""Digests of files, each from one descriptor that is checked before and after.

SHA-256 is what every document and the store speak: in-toto, OCI and wheels do too. BLAKE3 is there
for who wants it, by name. MD5 is not: DVC's names are read as names, in ``auditor.replay.data``.
"""

from __future__ import annotations

from auditor.hashing.algorithms import ALGORITHMS, algorithm_of
from auditor.hashing.file import CHUNK, UnstableFileError, copy_hashing, hash_file, matches
from auditor.hashing.many import Hashed, hash_files

__all__ = [
    "ALGORITHMS",
    "CHUNK",
    "Hashed",
    "UnstableFileError",
    "algorithm_of",
    "copy_hashing",
    "hash_file",
    "hash_files",
    "matches",
]
