"""Make all pairs anew: ``python benchmarks/detection/make``."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import archives
import arrays
import boosters
import columnar
import configs
import csv_tables
import databases
import documents
import estimators
import excel
import graphs
import hdf5_files
import json_lines
import keras_models
import logs
import neural
import notebooks
import pickles
import pictures
import safetensors_files
import signals
import threads
import torchscript
from place import halves, written

FAMILIES = (
    archives,
    arrays,
    boosters,
    columnar,
    configs,
    csv_tables,
    databases,
    documents,
    estimators,
    excel,
    graphs,
    hdf5_files,
    json_lines,
    keras_models,
    logs,
    neural,
    notebooks,
    pickles,
    pictures,
    safetensors_files,
    signals,
    threads,
    torchscript,
)


def main() -> None:
    """Make and write the pairs."""
    folder = Path(__file__).parents[1]
    pairs = [pair for family in FAMILIES for pair in family.pairs()]
    twice = [name for name, count in Counter(pair.name for pair in pairs).items() if count > 1]
    if twice:
        raise SystemExit(f"made twice: {twice}")
    for half, members in halves(pairs).items():
        shutil.rmtree(folder / half, ignore_errors=True)
        for pair in members:
            written(folder / half, pair)
        print(half, dict(Counter(pair.effect for pair in members)))


if __name__ == "__main__":
    main()
