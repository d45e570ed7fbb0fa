"""safetensors."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from content import matrix, nudged
from pair import Pair, harmless, planted

__all__ = ["pairs"]

Named = dict[str, tuple[str, tuple[int, ...], bytes]]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _safetensors_harmless()
    yield from _safetensors_planted()


def _safetensors(tensors: Named, metadata: dict[str, str] | None = None, padding: int = 0) -> bytes:
    """Return the file as the format's specification says: header length, header, data."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    at = 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8 + padding)
    return struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values())


def _tensors(**edits: np.ndarray) -> Named:
    arrays = {
        "embed": matrix(20, 8, 51),
        "head": matrix(8, 3, 52),
        "bias": matrix(1, 3, 53)[0],
        **edits,
    }
    named: Named = {name: ("F32", a.shape, a.astype("<f4").tobytes()) for name, a in arrays.items()}
    low = torch.from_numpy(matrix(4, 4, 54)).bfloat16()
    named["low"] = ("BF16", (4, 4), low.view(torch.int16).numpy().tobytes())
    return named


def _safetensors_harmless() -> Iterator[Pair]:
    plain, tensors = _safetensors(_tensors()), _tensors()
    yield harmless(
        "safetensors-metadata-date",
        "model.safetensors",
        _safetensors(tensors, {"format": "pt", "created": "2026-03-02T09:22:41Z"}),
        _safetensors(tensors, {"format": "pt", "created": "2026-05-19T21:48:07Z"}),
        "The header says when it was made.",
    )
    yield harmless(
        "safetensors-order",
        "model.safetensors",
        plain,
        _safetensors(dict(reversed(tensors.items()))),
        "The tensors stand in another order; they are read by name.",
    )
    yield harmless(
        "safetensors-padding",
        "model.safetensors",
        plain,
        _safetensors(tensors, padding=64),
        "The header ends in more spaces.",
    )
    yield harmless(
        "safetensors-last-bit",
        "model.safetensors",
        plain,
        _safetensors(_tensors(embed=nudged(matrix(20, 8, 51)), head=nudged(matrix(8, 3, 52)))),
        "Weights differ in the last bit of a float32.",
    )


def _safetensors_planted() -> Iterator[Pair]:
    def change(name: str, why: str, other: Named) -> Pair:
        return planted(
            name, "model.safetensors", _safetensors(_tensors()), _safetensors(other), why
        )

    embed = matrix(20, 8, 51)
    more, minus = embed.copy(), embed.copy()
    more[11, 5] += 1e-3
    minus[4, 4] *= -1
    low = torch.from_numpy(matrix(4, 4, 54)).bfloat16()
    low[2, 2] += 0.25
    renamed = _tensors()
    renamed["lm_head"] = renamed.pop("head")
    yield change("safetensors-one-weight", "One weight is 0.001 higher.", _tensors(embed=more))
    yield change("safetensors-sign", "One weight has the other sign.", _tensors(embed=minus))
    yield change(
        "safetensors-bfloat16",
        "One weight in bfloat16 is 0.25 higher.",
        {**_tensors(), "low": ("BF16", (4, 4), low.view(torch.int16).numpy().tobytes())},
    )
    yield change("safetensors-renamed", "A tensor has another name.", renamed)
    yield change(
        "safetensors-bias-zero", "A small bias is zero throughout.", _tensors(bias=np.zeros(3))
    )
