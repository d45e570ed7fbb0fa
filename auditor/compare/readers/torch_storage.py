"""Files of ``torch.save`` and ``torch.jit.save``: pickles, and the storages under their tensors.

After ``torch.serialization``: since PyTorch 1.6 a ZIP archive of ``data.pkl`` and one stored
member a storage, below a folder named after the file; before, five pickles and the storages one
after the other. Storages stay in the file.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from auditor.compare.readers.blob import Blob
from auditor.compare.readers.document import Aside, Document
from auditor.compare.readers.pickles.forms import FORMS
from auditor.compare.readers.pickles.machine import Machine
from auditor.compare.readers.pickles.nodes import Elsewhere, Made, Name, Node, Pairs, Unsupported
from auditor.compare.readers.pickles.source import Source
from auditor.compare.readers.pickles.tensors import Storage, Tensors, element_size, storage_type
from auditor.compare.readers.pickles.trees import Builder
from auditor.compare.readers.stored import Stored
from auditor.compare.values.difference import Unreadable
from auditor.compare.values.trees.tree import Tree

__all__ = ["LEGACY", "Embedded", "read_torch"]

# The pickled magic number before a file of before PyTorch 1.6.
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_ASIDE = {
    ".data/serialization_id": "PyTorch's id of the file's content",
    ".format_version": "version of the archive",
    ".storage_alignment": "alignment of storages",
    "byteorder": "order of bytes",
    "version": "version of the archive's records",
}
_CONSTANT = re.compile(r"\s+\w+ : Final\[")
_SMALL = 4096


def read_torch(path: Path) -> Document:
    """Return what a file of PyTorch holds. Raises ``Unreadable``, ``Undecided``."""
    with path.open("rb") as file:
        legacy = file.read(len(LEGACY)) == LEGACY
    document = Document(None, Aside())
    document.tree = _Sequence(Blob.file(path)).tree(document) if legacy else _zipped(path, document)
    return document


def _built(root: Node, tensors: Tensors, document: Document) -> Tree:
    builder = Builder({**FORMS, **tensors.forms}, document.aside, tensors.refer)
    builder.parts, builder.open = document.parts, document.open
    return builder.tree(root)


def _zipped(path: Path, document: Document) -> Tree:
    with Stored(Blob.file(path)) as archive:
        found = _Archive(archive, document)
        tree = found.pickled("data.pkl", "data/")
        rest = dict(found.rest())
        return {"<data>": tree, **rest} if rest else tree


class _Archive:
    """An archive of PyTorch; names are below its folder."""

    def __init__(self, archive: Stored, document: Document) -> None:
        roots = [name.removesuffix("data.pkl") for name in archive.names if _is_root(name)]
        if not roots:
            raise Unreadable("an archive without data.pkl")
        self.archive = archive
        self.document = document
        self.root = min(roots, key=len)
        self._used = {"data.pkl"}
        self._big = self._text("byteorder").strip() == b"big"

    def pickled(self, name: str, folder: str) -> Tree:
        """Return the tree of a pickle, whose storages lie in ``folder``."""

        def find(node: Node) -> Storage:
            kind, key, device = _reference(node)[:3]
            member = f"{folder}{key}"
            self._used.add(member)
            return Storage(self._blob(member), storage_type(kind), device, big=self._big)

        self._used.add(name)
        with Source(self._blob(name)) as source:
            return _built(Machine(source).load(), Tensors(find), self.document)

    def rest(self) -> Iterator[tuple[str, Tree]]:
        """Yield what is beside the data: code and constants, and files of the user's own."""
        names = [name.removeprefix(self.root) for name in self.archive.names]
        if "constants.pkl" in names:
            yield "<constants>", self.pickled("constants.pkl", "constants/")
        for name in sorted(set(names) - self._used):
            if name in _ASIDE:
                value = self._text(name).decode("latin-1").strip()
                self.document.aside.say(_ASIDE[name], value)
            elif name.endswith(".debug_pkl"):
                self.document.aside.say(
                    "where code was written", self.archive.checksum(self.root + name)
                )
            elif name.startswith("code/"):
                yield f"<{name}>", _code(self._blob(name).read(), self.document.aside)
            else:
                self.document.parts[name] = self._blob(name)
                yield f"<{name}>", {"<file>": name}

    def _blob(self, name: str) -> Blob:
        return self.archive.blob(self.root + name)

    def _text(self, name: str) -> bytes:
        if self.root + name not in self.archive.names:
            return b""
        blob = self._blob(name)
        return blob.part(0, min(blob.length, _SMALL)).read()


def _code(raw: bytes, aside: Aside) -> list[str]:
    """Return the lines of TorchScript's code, constants of a class sorted: a set orders them."""
    order = aside.order("constants of classes in the code")
    lines: list[str] = []
    block: list[str] = []
    for line in raw.decode("utf-8", "replace").splitlines():
        if _CONSTANT.match(line):
            order.add(line)
            block.append(line)
            continue
        lines += [*sorted(block), line]
        block = []
    return [*lines, *sorted(block)]


def _is_root(name: str) -> bool:
    return name == "data.pkl" or (name.endswith("/data.pkl") and name.count("/") == 1)


def _reference(node: Node) -> tuple[str, str, str, int, Node]:
    """Return the class, key, device and count of a storage, and which part of it is meant."""
    match node:
        case Elsewhere(id=("storage", Name(kind), str(key), str(device), int(count), *view)):
            return kind, key, device, count, view[0] if view else None
    raise Unsupported("a tensor whose storage is not in the file")


class _Sequence:
    """A file of before PyTorch 1.6, or the bytes by which one storage is pickled by itself."""

    def __init__(self, blob: Blob) -> None:
        with Source(blob) as source:
            _magic, _protocol = Machine(source).load(), Machine(source).load()
            system = Machine(source).load()
            self._big = isinstance(system, Pairs) and system.get("little_endian") is False
            machine = Machine(source)
            self.root = machine.load()
            keys = Machine(source).load()
            self._storages = dict(self._taken(source, keys, _types(machine.elsewhere)))

    def tree(self, document: Document) -> Tree:
        """Return the tree of the object."""
        return _built(self.root, Tensors(self.find), document)

    def find(self, node: Node) -> Storage:
        """Return the storage to which a node refers."""
        kind, key, device, _count, view = _reference(node)
        if key not in self._storages:
            raise Unreadable("a tensor's storage is missing")
        blob, known = self._storages[key], storage_type(kind)
        match view:
            case (str(), int(offset), int(count)):
                size = element_size(known)
                blob = blob.part(offset * size, count * size)
        return Storage(blob, known, device, big=self._big)

    def _taken(
        self, source: Source, keys: Node, types: dict[str, str]
    ) -> Iterator[tuple[str, Blob]]:
        for key in keys if isinstance(keys, list) else []:
            if not isinstance(key, str) or key not in types:
                raise Unreadable("a storage that nothing refers to")
            order = ">q" if self._big else "<q"
            (count,) = struct.unpack(order, source.take(8))
            size = count * element_size(types[key])
            blob = source.blob.part(source.at, size)
            source.skip(size)
            yield key, blob


def _types(references: list[Elsewhere]) -> dict[str, str]:
    found = {}
    for node in references:
        match node.id:
            case ("storage", Name(kind), str(key), *_):
                found[key] = storage_type(kind)
    return found


class Embedded:
    """Storages that are pickled by themselves, as ``pickle`` and joblib write tensors."""

    def __init__(self) -> None:
        # The node is kept, so that no other one can have its id.
        self._found: dict[int, tuple[Node, Storage]] = {}

    def find(self, node: Node) -> Storage:
        """Return the storage that a call of ``torch.storage._load_from_bytes`` would give."""
        if id(node) not in self._found:
            self._found[id(node)] = (node, self._read(node))
        return self._found[id(node)][1]

    def _read(self, node: Node) -> Storage:
        match node:
            case Made(name="torch.storage._load_from_bytes", args=(Blob() | bytes() as data,)):
                sequence = _Sequence(data if isinstance(data, Blob) else Blob.of(data))
                return sequence.find(sequence.root)
        raise Unsupported("a tensor whose storage is not in the file")
