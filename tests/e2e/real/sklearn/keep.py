"""Run an example as it is, and keep what it shows: its figures, its models, its numbers."""

import json
import runpy
import sys
from numbers import Number
from pathlib import Path

import joblib
import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from sklearn.base import BaseEstimator

MOST = 2**20  # bytes of an array: larger ones are grids to be drawn

mpl.use("Agg")
plt.show = lambda *_, **__: None  # figures stay open, and are kept below
names = runpy.run_path(sys.argv[1], run_name="__main__")
left = Path("left")
left.mkdir()
for number in plt.get_fignums():
    plt.figure(number).savefig(left / f"figure-{number}.png")
numbers = {
    name: value if isinstance(value, int) else float(value)
    for name, value in names.items()
    if isinstance(value, Number) and not isinstance(value, (bool, complex))
}
(left / "numbers.json").write_text(json.dumps(numbers, indent=1))
for name, value in names.items():
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.nbytes < MOST:
        np.save(left / f"{name}.npy", value)
    elif isinstance(value, BaseEstimator) and hasattr(value, "n_features_in_"):
        joblib.dump(value, left / f"{name}.joblib")
