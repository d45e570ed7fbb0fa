"""scikit-learn by joblib, pickle and skops."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import joblib
import numpy as np
import skops.io
from content import CLASSES, nudged, samples
from pair import Pair, harmless, planted
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree._tree import Tree

__all__ = ["pairs"]

Edit = Callable[[Any], object]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _joblib()
    yield from _pickled_estimators()
    yield from _skops()


def _pipeline() -> BaseEstimator:
    x, y = samples(120, 4, 71)
    names = np.array(CLASSES)[y]
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0)).fit(x, names)


def _forest() -> BaseEstimator:
    return RandomForestClassifier(6, max_depth=3, random_state=72).fit(*samples(120, 4, 73))


def _edited(model: BaseEstimator, edit: Edit) -> BaseEstimator:
    other = copy.deepcopy(model)
    edit(other)
    return other


def _coefficient(model: BaseEstimator) -> None:
    model[-1].coef_[1, 2] += 1e-3


def _classes(model: BaseEstimator) -> None:
    model[-1].classes_ = model[-1].classes_[[1, 0, 2]]


def _noise(model: BaseEstimator) -> None:
    model[-1].coef_ = nudged(model[-1].coef_)


def _dumped(model: BaseEstimator, compress: object = 0) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=compress)
    return buffer.getvalue()


def _joblib() -> Iterator[Pair]:
    model, forest = _pipeline(), _forest()
    plain = _dumped(model)
    yield harmless(
        "joblib-compressed", "model.joblib", plain, _dumped(model, 3), "The same model, compressed."
    )
    yield harmless(
        "joblib-other-codec",
        "model.joblib",
        _dumped(forest, ("zlib", 3)),
        _dumped(forest, ("lz4", 3)),
        "The same model, compressed by another method.",
    )
    yield harmless(
        "joblib-last-bit",
        "model.joblib",
        plain,
        _dumped(_edited(model, _noise)),
        "Coefficients differ in the last bit of a float64.",
    )
    yield planted(
        "joblib-coefficient",
        "model.joblib",
        plain,
        _dumped(_edited(model, _coefficient)),
        "One coefficient is 0.001 higher.",
    )
    yield planted(
        "joblib-classes-swapped",
        "model.joblib",
        plain,
        _dumped(_edited(model, _classes)),
        "The names of two classes are swapped.",
    )
    yield planted(
        "joblib-tree-missing",
        "forest.joblib",
        _dumped(forest, 3),
        _dumped(_edited(forest, lambda f: f.estimators_.pop()), 3),
        "The forest has one tree fewer.",
    )
    yield planted(
        "joblib-threshold",
        "forest.joblib",
        _dumped(forest),
        _dumped(_edited(forest, lambda f: _moved_threshold(f.estimators_[2].tree_))),
        "One threshold of one tree is 0.01 higher.",
    )


def _moved_threshold(tree: Tree) -> None:
    state = tree.__getstate__()
    state["nodes"]["threshold"][0] += 0.01
    tree.__setstate__(state)


def _pickled_estimators() -> Iterator[Pair]:
    model, forest = _pipeline(), _forest()
    plain = pickle.dumps(model)
    words = TfidfVectorizer().fit(["the cat sat", "the dog ran", "a horse ran"])
    ridge, lasso = (kind(alpha=0.1).fit(*samples(60, 3, 74)) for kind in (Ridge, Lasso))
    lasso.__dict__ = {**ridge.__dict__}
    yield harmless(
        "pickle-estimator-protocol",
        "model.pkl",
        pickle.dumps(model, 3),
        pickle.dumps(model, 5),
        "The same model, pickled with another protocol.",
    )
    yield harmless(
        "pickle-loaded-and-saved",
        "forest.pkl",
        pickle.dumps(forest),
        pickle.dumps(pickle.loads(pickle.dumps(forest)), 4),
        "The same model, loaded and saved again.",
    )
    yield planted(
        "pickle-scaler-mean",
        "model.pkl",
        plain,
        pickle.dumps(_edited(model, lambda m: m[0].mean_.__setitem__(0, m[0].mean_[0] + 1e-3))),
        "One mean of the scaler is 0.001 higher.",
    )
    yield planted(
        "pickle-hyperparameter",
        "model.pkl",
        plain,
        pickle.dumps(_edited(model, lambda m: m[-1].set_params(C=1.5))),
        "A hyperparameter is another.",
    )
    yield planted(
        "pickle-vocabulary",
        "vectorizer.pkl",
        pickle.dumps(words),
        pickle.dumps(_edited(words, lambda w: w.vocabulary_.update(cat=1, dog=0))),
        "Two words have each other's column.",
    )
    yield planted(
        "pickle-class",
        "model.pickle",
        pickle.dumps(ridge),
        pickle.dumps(lasso),
        "The same attributes in an estimator of another class.",
    )


_SKOPS = """
import pickle, sys, skops.io
sys.stdout.buffer.write(skops.io.dumps(pickle.load(sys.stdin.buffer)))
"""


def _skops_elsewhere(model: BaseEstimator) -> bytes:
    """Return the model as another process saves it: objects have other addresses there."""
    command = [sys.executable, "-c", _SKOPS]
    return subprocess.run(
        command, input=pickle.dumps(model), stdout=subprocess.PIPE, check=True
    ).stdout


def _skops() -> Iterator[Pair]:
    model = _pipeline()
    plain = skops.io.dumps(model)
    yield harmless(
        "skops-saved-elsewhere",
        "model.skops",
        plain,
        _skops_elsewhere(model),
        "The same model saved by another process; the file holds addresses of objects.",
    )
    yield harmless(
        "skops-compressed",
        "model.skops",
        plain,
        skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED, compresslevel=9),
        "The same model, compressed.",
    )
    yield planted(
        "skops-coefficient",
        "model.skops",
        plain,
        skops.io.dumps(_edited(model, _coefficient)),
        "One coefficient is 0.001 higher.",
    )
    yield planted(
        "skops-classes-swapped",
        "model.skops",
        plain,
        skops.io.dumps(_edited(model, _classes)),
        "The names of two classes are swapped.",
    )
    yield planted(
        "skops-hyperparameter",
        "model.skops",
        plain,
        skops.io.dumps(_edited(model, lambda m: m[-1].set_params(C=1.5))),
        "A hyperparameter is another.",
    )
