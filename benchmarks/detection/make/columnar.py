"""Parquet and Feather."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from content import nudged, predictions
from pair import Pair, harmless, planted
from pyarrow import feather
from pyarrow import parquet as pq

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _parquet_harmless()
    yield from _parquet_planted()
    yield from _feather()


def _table() -> pd.DataFrame:
    table = predictions()
    rng = np.random.default_rng(31)
    return table.assign(
        score=rng.uniform(0.4, 1, len(table)),
        seen=pd.date_range("2026-01-05", periods=len(table), freq="h"),
    )


def _parquet(table: pd.DataFrame | pa.Table, **options: object) -> bytes:
    buffer = io.BytesIO()
    arrow = (
        table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    )
    pq.write_table(arrow, buffer, **options)
    return buffer.getvalue()


def _parquet_harmless() -> Iterator[Pair]:
    table = _table()
    plain = _parquet(table)
    yield harmless(
        "parquet-other-codec",
        "predictions.parquet",
        plain,
        _parquet(table, compression="zstd"),
        "The same table, compressed by another method.",
        decisions="same",
    )
    yield harmless(
        "parquet-row-groups",
        "predictions.parquet",
        plain,
        _parquet(table, row_group_size=17, use_dictionary=False),
        "The same table in smaller row groups and plain encoding.",
        decisions="same",
    )
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    by_other = json.loads(arrow.schema.metadata[b"pandas"]) | {"pandas_version": "2.2.3"}
    yield harmless(
        "parquet-other-writer",
        "predictions.parquet",
        plain,
        _parquet(arrow.replace_schema_metadata({b"pandas": json.dumps(by_other).encode()})),
        "The same table, written by another version of pandas.",
        decisions="same",
    )
    yield harmless(
        "parquet-last-bit",
        "predictions.parquet",
        plain,
        _parquet(table.assign(score=nudged(table.score.to_numpy()))),
        "Scores differ in the last bit of a float64.",
        decisions="same",
    )


def _parquet_planted() -> Iterator[Pair]:
    table = _table()

    def change(name: str, why: str, other: pd.DataFrame, decisions: str | None = None) -> Pair:
        return planted(
            name, "predictions.parquet", _parquet(table), _parquet(other), why, decisions=decisions
        )

    row = table.index == 17  # noqa: PLR2004 - one row
    yield change("parquet-row-dropped", "One row is missing.", table.drop(index=30), "different")
    yield change("parquet-cast", "Scores became float32.", table.astype({"score": "float32"}))
    yield change("parquet-integer-type", "Ids became int32.", table.astype({"id": "int32"}))
    yield change(
        "parquet-renamed",
        "A column has another name.",
        table.rename(columns={"score": "probability"}),
    )
    other = table.predicted.where(~row, "horse" if table.predicted[17] != "horse" else "cat")
    yield change(
        "parquet-label",
        "One sample is predicted to be of another class.",
        table.assign(predicted=other),
        "different",
    )
    later = table.seen.where(~row, table.seen + pd.Timedelta(hours=1))
    yield change(
        "parquet-time-of-data",
        "One time of observation, which is data, is an hour later.",
        table.assign(seen=later),
    )
    yield change(
        "parquet-missing-value",
        "One score is missing.",
        table.assign(score=table.score.where(~row)),
    )


def _feather_of(table: pd.DataFrame, compression: str) -> bytes:
    buffer = io.BytesIO()
    feather.write_feather(table, buffer, compression=compression)
    return buffer.getvalue()


def _feather() -> Iterator[Pair]:
    table = _table()
    other = table.assign(score=table.score.where(table.index != 40, table.score - 1e-3))  # noqa: PLR2004 - one row
    yield harmless(
        "feather-other-codec",
        "features.feather",
        _feather_of(table, "lz4"),
        _feather_of(table, "uncompressed"),
        "The same table, not compressed.",
    )
    yield harmless(
        "feather-zstd",
        "features.arrow",
        _feather_of(table, "lz4"),
        _feather_of(table, "zstd"),
        "The same table, compressed by another method.",
    )
    yield planted(
        "feather-score",
        "features.feather",
        _feather_of(table, "lz4"),
        _feather_of(other, "lz4"),
        "One score is 0.001 lower.",
    )
    yield planted(
        "feather-row-dropped",
        "features.arrow",
        _feather_of(table, "lz4"),
        _feather_of(table.drop(index=3).reset_index(drop=True), "lz4"),
        "One row is missing.",
    )
