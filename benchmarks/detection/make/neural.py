"""PyTorch: weights and checkpoints of small networks."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from content import CLASSES, matrix, nudged
from pair import Pair, harmless, planted
from torch.utils.serialization import config

__all__ = ["pairs"]

State = OrderedDict[str, torch.Tensor]
Edit = Callable[[dict[str, Any]], object]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _torch_harmless()
    yield from _torch_weights()
    yield from _torch_checkpoints()


def _state() -> State:
    return OrderedDict(
        {
            "conv.weight": torch.from_numpy(matrix(6, 18, 41)).reshape(6, 2, 3, 3),
            "conv.bias": torch.from_numpy(matrix(1, 6, 42)[0]),
            "norm.running_mean": torch.from_numpy(matrix(1, 6, 43)[0]),
            "norm.num_batches_tracked": torch.tensor(360),
            "head.weight": torch.from_numpy(matrix(3, 6, 44)),
            "head.bias": torch.from_numpy(matrix(1, 3, 45)[0]),
        }
    )


def _saved(content: object, name: str = "model.pt", **options: object) -> bytes:
    """Return what ``torch.save`` writes to a file of that name, which it keeps inside."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        torch.save(content, place, **options)
        return place.read_bytes()


def _aligned(content: object) -> bytes:
    with config.patch("save.storage_alignment", 1024):
        return _saved(content)


def _noisy(tensor: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(nudged(tensor.numpy())) if tensor.is_floating_point() else tensor


def _torch_harmless() -> Iterator[Pair]:
    state = _state()
    plain = _saved(state)
    yield harmless(
        "torch-saved-under-other-name",
        "model.pt",
        plain,
        _saved(state, "checkpoint_best.pt"),
        "Saved under another name and renamed: the folder inside the archive tells.",
    )
    yield harmless(
        "torch-legacy-format",
        "model.pth",
        plain,
        _saved(state, _use_new_zipfile_serialization=False),
        "The same tensors in the format of PyTorch before 1.6.",
    )
    yield harmless(
        "torch-alignment",
        "model.pt",
        plain,
        _aligned(state),
        "The tensors begin at multiples of 1024 bytes, for mapping them into memory.",
    )
    yield harmless(
        "torch-strides",
        "model.pt",
        plain,
        _saved(OrderedDict(state, **{"head.weight": state["head.weight"].t().contiguous().t()})),
        "One matrix lies column by column in its storage.",
    )
    whole = torch.cat([state["conv.bias"], state["head.bias"]])
    yield harmless(
        "torch-shared-storage",
        "model.pt",
        plain,
        _saved(OrderedDict(state, **{"conv.bias": whole[:6], "head.bias": whole[6:]})),
        "Two tensors are views of one storage.",
    )
    yield harmless(
        "torch-last-bit",
        "model.pt",
        plain,
        _saved(OrderedDict((name, _noisy(tensor)) for name, tensor in state.items())),
        "Weights differ in the last bit of a float32.",
    )


def _torch_weights() -> Iterator[Pair]:
    plain = _saved(_state())

    def change(name: str, why: str, edit: Callable[[State], object]) -> Pair:
        state = _state()
        edit(state)
        return planted(name, "model.pt", plain, _saved(state), why)

    yield change(
        "torch-one-weight",
        "One weight is 0.001 higher.",
        lambda s: s["conv.weight"][2, 1, 0, 0].add_(1e-3),
    )
    yield change(
        "torch-sign", "One weight has the other sign.", lambda s: s["head.weight"][1, 4].neg_()
    )
    yield change(
        "torch-bias-zero", "A small bias is zero throughout.", lambda s: s["head.bias"].zero_()
    )
    yield change(
        "torch-nan",
        "One weight became NaN.",
        lambda s: s["conv.weight"][5, 0, 2, 2].fill_(float("nan")),
    )
    yield change(
        "torch-half",
        "One matrix became float16.",
        lambda s: s.update({"head.weight": s["head.weight"].half()}),
    )
    yield change(
        "torch-key-renamed",
        "A tensor has another name.",
        lambda s: s.update({"head.b": s.pop("head.bias")}),
    )
    yield change("torch-missing", "A tensor is missing.", lambda s: s.pop("norm.running_mean"))
    yield change(
        "torch-classes-swapped",
        "Two classes have each other's weights and bias.",
        lambda s: s.update({n: s[n][[1, 0, 2]] for n in ("head.weight", "head.bias")}),
    )
    yield change(
        "torch-batches",
        "One batch fewer was seen.",
        lambda s: s["norm.num_batches_tracked"].sub_(1),
    )


def _checkpoint() -> dict[str, Any]:
    parameter = torch.nn.Parameter(torch.from_numpy(matrix(3, 6, 46)))
    optimizer = torch.optim.Adam([parameter], lr=1e-3)
    parameter.sum().backward()
    optimizer.step()
    return {
        "epoch": 12,
        "model": OrderedDict(weight=parameter.detach()),
        "optimizer": optimizer.state_dict(),
        "classes": list(CLASSES),
        "quantised": torch.from_numpy((matrix(4, 4, 47) * 80).astype("int8")),
    }


def _torch_checkpoints() -> Iterator[Pair]:
    plain = _saved(_checkpoint())

    def change(name: str, why: str, edit: Edit) -> Pair:
        other = _checkpoint()
        edit(other)
        return planted(name, "checkpoint.ckpt", plain, _saved(other), why)

    yield harmless(
        "torch-key-order",
        "checkpoint.ckpt",
        plain,
        _saved(dict(reversed(_checkpoint().items()))),
        "The parts of the checkpoint, which are read by name, stand in another order.",
    )
    yield change("torch-epoch", "The checkpoint is one epoch older.", lambda c: c.update(epoch=11))
    yield change(
        "torch-learning-rate",
        "The optimizer has another learning rate.",
        lambda c: c["optimizer"]["param_groups"][0].update(lr=2e-3),
    )
    yield change(
        "torch-int8", "One quantised weight is 1 higher.", lambda c: c["quantised"][1, 1].add_(1)
    )
    yield change(
        "torch-class-names",
        "The names of two classes are swapped.",
        lambda c: c.update(classes=["dog", "cat", "horse"]),
    )
