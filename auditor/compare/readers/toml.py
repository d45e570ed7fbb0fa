"""TOML 1.0 (https://toml.io/en/v1.0.0)."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.moment import Moment

__all__ = ["read_toml"]

MAX_BYTES = 4 * 1024 * 1024


def read_toml(path: Path) -> dict[str, Any]:
    """Return a document; times are text. Raises ``Unreadable``, ``Undecided``."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of TOML are more than the {MAX_BYTES} that are parsed")
    try:
        return {key: _plain(value) for key, value in _loaded(path).items()}
    except RecursionError:
        raise Undecided("nested too deeply to be parsed") from None


def _loaded(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except ValueError as error:
        raise Unreadable(f"not valid TOML: {str(error)[:200]}") from None


def _plain(value: Any) -> Any:  # noqa: ANN401 - TOML
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return Moment(value.isoformat()) if isinstance(value, datetime | date | time) else value
