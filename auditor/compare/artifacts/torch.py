"""PyTorch's checkpoints and models: tensors as arrays, all else as objects."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.documents import compare_documents
from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.torch_storage import LEGACY, read_torch

__all__ = ["Torch"]

_ZIP = b"PK\x03\x04"
_SUFFIXES = (".pt", ".pth")


class Torch:
    """Compares files of ``torch.save`` and ``torch.jit.save``; no code of them is run."""

    name = "PyTorch tensors"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.pt``, ``.pth``, and by its start any file that PyTorch wrote."""
        if head.startswith(_ZIP):
            # The name of the archive's first member stands right behind its header.
            return b"data.pkl" in head[30:300] or path.lower().endswith(_SUFFIXES)
        return head.startswith(LEGACY) or path.lower().endswith(_SUFFIXES)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files of PyTorch. Raises ``Unreadable``, ``Undecided``."""
        return compare_documents(read_torch(a), read_torch(b), scope)
