"""CSV: predictions, training curves, measured results."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import numpy as np
import pandas as pd
from content import CLASSES, history, nudged, predictions
from pair import Pair, harmless, planted

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _formatting()
    yield from _noise()
    yield from _disputed()
    yield from _rows()
    yield from _cells()
    yield from _results()


def _text(table: pd.DataFrame, **options: object) -> str:
    return table.to_csv(index=False, lineterminator="\n", **options)


def _formatting() -> Iterator[Pair]:
    table, curve = predictions(), history()
    plain, tabs = _text(table), _text(curve, sep="\t")
    yield harmless(
        "csv-line-ends",
        "predictions.csv",
        plain,
        plain.replace("\n", "\r\n"),
        "The lines end as on another system.",
        decisions="same",
    )
    yield harmless(
        "csv-quoted",
        "predictions.csv",
        plain,
        _text(table, quoting=csv.QUOTE_ALL),
        "Every cell stands in quotes, which readers drop.",
        decisions="same",
    )
    yield harmless(
        "csv-number-format",
        "history.csv",
        _text(curve),
        _text(curve, float_format="%.8e"),
        "The same numbers in scientific notation.",
    )
    yield harmless(
        "csv-trailing-zeros",
        "metrics.csv",
        "metric,value\naccuracy,0.95\nloss,0.18\nlr,0.0001\n",
        "metric,value\naccuracy,0.9500\nloss,0.1800\nlr,1e-4\n",
        "The same numbers with trailing zeros and an exponent.",
    )
    yield harmless(
        "csv-final-newline",
        "history.csv",
        _text(curve),
        _text(curve).rstrip("\n"),
        "The last line lacks its line end.",
    )
    yield harmless(
        "csv-tabs-line-ends",
        "history.tsv",
        tabs,
        tabs.replace("\n", "\r\n"),
        "A table with tabs whose lines end as on another system.",
    )


def _noise() -> Iterator[Pair]:
    table = predictions()
    score = np.random.default_rng(11).uniform(0.4, 1, len(table))
    single = score.astype("float32")
    ids = table[["id"]]
    yield harmless(
        "csv-last-bit",
        "predictions.csv",
        _text(table.assign(score=score)),
        _text(table.assign(score=nudged(score))),
        "Scores differ in the last bit of a float64, as after another order of summation.",
        decisions="same",
    )
    yield harmless(
        "csv-last-bit-float32",
        "scores.csv",
        _text(ids.assign(score=single)),
        _text(ids.assign(score=nudged(single))),
        "Scores differ in the last bit of a float32, as after another number of threads.",
    )
    yield harmless(
        "csv-clock-column",
        "history.csv",
        _text(_stamped("2026-03-02T09:14:07", 41)),
        _text(_stamped("2026-05-19T21:40:33", 38)),
        "The column says when each epoch ended; the run was repeated on another day.",
    )


def _stamped(start: str, seconds: int) -> pd.DataFrame:
    curve = history()
    times = pd.date_range(start, periods=len(curve), freq=f"{seconds}s")
    return curve.assign(timestamp=times.strftime("%Y-%m-%dT%H:%M:%S"))


def _disputed() -> Iterator[Pair]:
    table, curve = predictions(), history()
    rng = np.random.default_rng(12)
    taken = [rng.normal(41, 1, len(curve)).round(2) for _ in range(2)]
    labels = table[["id"]].assign(label=rng.integers(0, 3, len(table)))
    yield harmless(
        "csv-seconds-column",
        "history.csv",
        _text(curve.assign(seconds=taken[0])),
        _text(curve.assign(seconds=taken[1])),
        "What an epoch took is noise to most and a result to some.",
        values="either",
    )
    yield harmless(
        "csv-columns-in-other-order",
        "predictions.csv",
        _text(table),
        _text(table[["id", "score", "truth", "predicted"]]),
        "The same named columns in another order: harmless to those who read by name.",
        values="either",
    )
    yield harmless(
        "csv-integers-as-floats",
        "labels.csv",
        _text(labels),
        _text(labels.assign(label=labels.label.astype(float))),
        "Labels are written as 1.0 instead of 1: equal as numbers, another type to readers.",
        values="either",
    )


def _rows() -> Iterator[Pair]:
    table, curve = predictions(), history()
    plain = _text(table)
    shuffled = table.drop(columns="id").iloc[np.random.default_rng(13).permutation(len(table))]
    yield planted(
        "csv-row-dropped",
        "predictions.csv",
        plain,
        _text(table.drop(index=37)),
        "One prediction is missing.",
        decisions="different",
    )
    yield planted(
        "csv-row-twice",
        "features.csv",
        _text(table[["id", "score"]]),
        _text(pd.concat([table[:20], table[19:]])[["id", "score"]]),
        "One row stands there twice.",
    )
    yield planted(
        "csv-rows-shuffled",
        "predictions.csv",
        _text(table.drop(columns="id")),
        _text(shuffled),
        "The rows belong to samples by their place, and their order is another.",
        decisions="different",
    )
    yield planted(
        "csv-cut-off",
        "predictions.csv",
        plain,
        plain[: len(plain) * 2 // 3],
        "The file ends in the middle of a row.",
    )
    yield planted(
        "csv-epoch-off-by-one",
        "history.csv",
        _text(curve),
        _text(curve.assign(epoch=curve.epoch - 1)),
        "Epochs count from 0 instead of from 1.",
    )
    yield planted(
        "csv-epoch-missing",
        "history.csv",
        _text(curve),
        _text(curve[:-1]),
        "Training stopped one epoch earlier.",
    )


def _cells() -> Iterator[Pair]:
    table = predictions()
    plain = _text(table)
    changed = table.predicted.copy()
    changed[22] = CLASSES[(CLASSES.index(changed[22]) + 1) % 3]
    swapped = table.predicted.map({"cat": "dog", "dog": "cat", "horse": "horse"})
    yield planted(
        "csv-label-changed",
        "predictions.csv",
        plain,
        _text(table.assign(predicted=changed)),
        "One sample is predicted to be of another class.",
        decisions="different",
    )
    yield planted(
        "csv-classes-swapped",
        "predictions.csv",
        plain,
        _text(table.assign(predicted=swapped)),
        "Cats are predicted as dogs and dogs as cats.",
        decisions="different",
    )
    yield planted(
        "csv-column-renamed",
        "predictions.csv",
        plain,
        _text(table.rename(columns={"score": "probability"})),
        "A column has another name, and readers by name no longer find it.",
    )
    yield planted(
        "csv-score-changed",
        "predictions.csv",
        plain,
        _text(table.assign(score=table.score.where(table.index != 8, table.score + 1e-3))),  # noqa: PLR2004 - one row
        "One score is 0.001 higher; no label changes.",
        decisions="same",
    )
    yield planted(
        "csv-nan",
        "predictions.csv",
        plain,
        _text(table.assign(score=table.score.where(table.index != 41)), na_rep="nan"),  # noqa: PLR2004 - one row
        "One score became NaN.",
    )
    yield planted(
        "csv-category-changed",
        "features.csv",
        _text(table[["id"]].assign(region=["north", "south", "east"] * 20)),
        _text(
            table[["id"]].assign(
                region=[*["north", "south", "east"] * 19, "north", "south", "West"]
            )
        ),
        "One category of a feature has another name.",
    )
    yield planted(
        "csv-headings-swapped",
        "metrics.csv",
        "class,precision,recall\ncat,0.91,0.84\ndog,0.88,0.93\nhorse,0.97,0.79\n",
        "class,recall,precision\ncat,0.91,0.84\ndog,0.88,0.93\nhorse,0.97,0.79\n",
        "Precision and recall stand under each other's headings.",
    )


def _results() -> Iterator[Pair]:
    rng = np.random.default_rng(14)
    latency = rng.normal(12, 1, 8).round(2)
    bench = pd.DataFrame({"batch": 2 ** np.arange(8), "latency_ms": latency})
    demand = pd.DataFrame(
        {
            "date": pd.date_range("2026-01-05", periods=20).strftime("%Y-%m-%d"),
            "forecast": rng.normal(300, 20, 20).round(1),
        }
    )
    moved = pd.date_range("2026-01-06", periods=20).strftime("%Y-%m-%d")
    confusion = pd.DataFrame([[32, 1, 1], [0, 46, 2], [1, 1, 38]], columns=CLASSES)
    yield planted(
        "csv-accuracy",
        "metrics.csv",
        "metric,value\naccuracy,0.95\nloss,0.18\n",
        "metric,value\naccuracy,0.94\nloss,0.18\n",
        "The accuracy is one per cent lower.",
    )
    yield planted(
        "csv-latency",
        "benchmark.csv",
        _text(bench),
        _text(bench.assign(latency_ms=(latency * 1.3).round(2))),
        "The measured latency, which is the result here, is 30 % higher.",
    )
    yield planted(
        "csv-dates-shifted",
        "forecast.csv",
        _text(demand),
        _text(demand.assign(date=moved)),
        "Forecasts are for the day after: the dates are data, not times of the run.",
    )
    yield planted(
        "csv-confusion-count",
        "confusion.csv",
        _text(confusion),
        _text(confusion.assign(cat=[31, 1, 1])),
        "One sample moved to another cell of the confusion matrix.",
    )
