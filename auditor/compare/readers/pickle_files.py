"""Files of one pickle or several in a row, joblib's among them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.compare.readers.blob import Blob
from auditor.compare.readers.document import Aside, Document
from auditor.compare.readers.joblib_arrays import follow
from auditor.compare.readers.pickles.forms import FORMS
from auditor.compare.readers.pickles.machine import Machine
from auditor.compare.readers.pickles.nodes import Node
from auditor.compare.readers.pickles.source import Source
from auditor.compare.readers.pickles.tensors import Tensors
from auditor.compare.readers.pickles.trees import Builder
from auditor.compare.readers.torch_storage import Embedded
from auditor.compare.values.difference import Unreadable

__all__ = ["read_pickles"]


def read_pickles(path: Path) -> Document:
    """Return what a file of pickles holds. Raises ``Unreadable``, ``Undecided``."""
    document = Document(None, Aside())
    tensors = Tensors(Embedded().find)
    builder = Builder({**FORMS, **tensors.forms}, document.aside)
    builder.open, builder.parts = document.open, document.parts
    with Source(Blob.file(path)) as source:
        trees = {name: builder.tree(node) for name, node in _roots(source, document)}
    document.tree = trees.popitem()[1] if list(trees) == ["<pickle 1>"] else trees
    return document


def _roots(source: Source, document: Document) -> Iterator[tuple[str, Node]]:
    number = 0
    while source.left or not number:
        start = source.at
        machine = Machine(source, follow)
        number += 1
        try:
            root = machine.load()
        except Unreadable:
            if number == 1:
                raise
            document.notes.append("there are other bytes behind the pickle")
            yield "<behind>", source.blob.part(start, source.blob.length - start)
            return
        document.aside.say("protocol of pickle", str(machine.protocol))
        yield f"<pickle {number}>", root
        if machine.discarded:
            yield f"<calls {number}>", machine.discarded
