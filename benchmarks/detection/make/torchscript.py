"""TorchScript, each network traced by a process of its own.

PyTorch gives a class that it traces again in the same process another name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch
from content import nudged
from pair import Pair, harmless, planted

__all__ = ["pairs"]


class _Net(torch.nn.Module):
    def __init__(self, act: str) -> None:
        super().__init__()
        torch.manual_seed(48)
        self.first = torch.nn.Linear(4, 8)
        self.act = getattr(torch.nn, act)()
        self.last = torch.nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.act(self.first(x)))


def _saved(name: str, act: str, edit: str) -> bytes:
    net = _Net(act)
    with torch.no_grad():
        if edit == "weight":
            net.first.weight[3, 2] += 1e-3
        if edit == "noise":
            net.first.weight.copy_(torch.from_numpy(nudged(net.first.weight.numpy())))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        torch.jit.trace(net, torch.zeros(1, 4)).save(str(place))
        return place.read_bytes()


def _traced(name: str = "model.pt", act: str = "ReLU", edit: str = "") -> bytes:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_saved, name, act, edit).result()


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    plain = _traced()
    yield harmless(
        "torchscript-saved-under-other-name",
        "model.pt",
        plain,
        _traced("export_final.pt"),
        "Saved under another name and renamed: the folder inside the archive tells.",
    )
    yield harmless(
        "torchscript-last-bit",
        "model.pt",
        plain,
        _traced(edit="noise"),
        "Weights differ in the last bit of a float32.",
    )
    yield planted(
        "torchscript-weight",
        "model.pt",
        plain,
        _traced(edit="weight"),
        "One weight is 0.001 higher.",
    )
    yield planted(
        "torchscript-code",
        "model.pt",
        plain,
        _traced(act="Tanh"),
        "The activation in the code is another.",
    )
