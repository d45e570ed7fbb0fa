"""Boosted trees, whose pickled objects hold files of XGBoost's and LightGBM's own formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.compare.readers.blob import Blob
from auditor.compare.readers.pickles.nodes import Made
from auditor.compare.readers.pickles.trees import Builder, Form, Steps, generic
from auditor.compare.values.trees.tree import Tree

__all__ = ["BOOSTERS"]

# ``XGBoosterSerializeToBuffer``: an object of UBJSON with two members, each a file by itself.
_CONFIG = b"{L\x00\x00\x00\x00\x00\x00\x00\x06Config"
_MODEL = b"L\x00\x00\x00\x00\x00\x00\x00\x05Model"


def _xgboost(builder: Builder, node: Made) -> Steps:
    found = yield from generic(builder, node)
    handle = found.get("handle")
    if isinstance(handle, bytes):
        found["handle"] = _kept(builder, dict(_split(handle)))
    return found


def _split(handle: bytes) -> Iterator[tuple[str, bytes]]:
    at = handle.find(_MODEL)
    if handle.startswith(_CONFIG) and at > 0:
        yield "config.ubj", handle[len(_CONFIG) : at]
        yield "model.ubj", handle[at + len(_MODEL) : -1]
    else:
        yield "model.ubj", handle


def _lightgbm(builder: Builder, node: Made) -> Steps:
    found = yield from generic(builder, node)
    for name in ("_handle", "handle"):
        text = found.get(name)
        if isinstance(text, str):
            found[name] = _kept(builder, {"model.txt": text.encode("utf-8", "surrogatepass")})
    return found


def _kept(builder: Builder, files: Mapping[str, bytes]) -> Tree:
    """Hand files over, each under a name of its own."""
    number = len(builder.parts)
    names = {f"booster{number}/{name}": data for name, data in files.items()}
    for name, data in names.items():
        builder.parts[name] = Blob.of(data)
    return {"<files>": list(names)}


BOOSTERS: Mapping[str, Form] = {
    "xgboost.core.Booster": _xgboost,
    "lightgbm.basic.Booster": _lightgbm,
}
