"""One training, its arithmetic done in another order: what the number of threads changes.

A network is trained for real with one thread and with two, and with the samples of each batch in
another order, which permutes the sums in the same way.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch
from content import CLASSES
from pair import Pair, harmless

__all__ = ["pairs"]

WHY = "The same training with another order of summation: weights and scores wander, results stay."


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    one, two = _trained(threads=1), _trained(threads=2)
    permuted = _trained(threads=1, permuted=True)
    yield from _of("threads", one, two)
    yield from _of("batch-order", one, permuted)


class _Run:
    """What one training left: network, losses, and logits of the test samples."""

    def __init__(self, net: torch.nn.Module, losses: list[float], logits: torch.Tensor) -> None:
        self.net = net
        self.losses = losses
        self.logits = logits.numpy()
        self.probabilities = torch.softmax(logits, 1).numpy()
        self.labels = np.array(CLASSES)[self.logits.argmax(1)]


def _data(rows: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, 16, generator=generator)
    rule = torch.randn(16, 3, generator=torch.Generator().manual_seed(1))
    return x, (x @ rule).argmax(1)


def _trained(*, threads: int, permuted: bool = False) -> _Run:
    torch.set_num_threads(threads)
    torch.manual_seed(2)
    norm, head = torch.nn.LayerNorm(64), torch.nn.Linear(64, 3)
    net = torch.nn.Sequential(torch.nn.Linear(16, 64), torch.nn.ReLU(), norm, head)
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    x, y = _data(16384, 3)
    order = torch.Generator().manual_seed(4)
    losses = []
    for epoch in range(6):
        total = 0.0
        shuffled = torch.randperm(len(x), generator=torch.Generator().manual_seed(epoch))
        for at in shuffled.split(2048):
            rows = at[torch.randperm(len(at), generator=order)] if permuted else at
            loss = torch.nn.functional.cross_entropy(net(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / 8)
    with torch.no_grad():
        return _Run(net, losses, net(_data(80, 5)[0]))


def _of(name: str, one: _Run, other: _Run) -> Iterator[Pair]:
    assert (one.labels == other.labels).all()
    for file, written, decides in (
        ("model.pt", _weights, None),
        ("logits.npy", _logits, "same"),
        ("predictions.csv", _predictions, "same"),
        ("probabilities.parquet", _probabilities, None),
        ("metrics.json", _metrics, None),
    ):
        a, b = written(one), written(other)
        assert a != b, (name, file)
        stem, _, suffix = file.partition(".")
        kind = "torch" if suffix == "pt" else suffix
        title = f"{name}-{stem}"
        yield harmless(title, file, a, b, WHY, kind=kind, values="either", decisions=decides)


def _weights(run: _Run) -> bytes:
    buffer = io.BytesIO()
    torch.save(run.net.state_dict(), buffer)
    return buffer.getvalue()


def _logits(run: _Run) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, run.logits)
    return buffer.getvalue()


def _table(run: _Run) -> pd.DataFrame:
    columns: dict[str, Any] = dict(zip(CLASSES, run.probabilities.T, strict=True))
    return pd.DataFrame({"predicted": run.labels, **columns})


def _predictions(run: _Run) -> bytes:
    return _table(run).to_csv(lineterminator="\n").encode()


def _probabilities(run: _Run) -> bytes:
    buffer = io.BytesIO()
    _table(run).drop(columns="predicted").to_parquet(buffer)
    return buffer.getvalue()


def _metrics(run: _Run) -> bytes:
    truth = np.array(CLASSES)[_data(80, 5)[1]]
    accuracy = float((run.labels == truth).mean())
    return json.dumps({"accuracy": accuracy, "losses": run.losses}, indent=1).encode()
