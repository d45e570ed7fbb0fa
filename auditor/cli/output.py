"""What commands print: one JSON document on stdout, or words; talk and progress on stderr."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

__all__ = ["count_or_auto", "json_document", "positive", "progress", "size", "talk"]

_PATIENCE = 1.0  # seconds of silence before progress is shown


def json_document(document: Any) -> None:  # noqa: ANN401 - any record
    """Print the document as JSON on stdout."""
    from auditor.model.canonical import canonical  # noqa: PLC0415 - late: --version needs it not

    sys.stdout.buffer.write(canonical(document) + b"\n")
    sys.stdout.flush()


def talk(text: str) -> None:
    """Say something to the person at the terminal."""
    click.echo(text, err=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """Yield a function that says what is going on now.

    A spinner on stderr, from the first second on, with a bar while the text is an ``Amount``;
    nothing where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console  # noqa: PLC0415 - 60 ms that only a terminal needs
    from rich.progress import (  # noqa: PLC0415 - the same
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    from auditor.model.progress import Amount  # noqa: PLC0415 - late: --version needs it not

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    shown = Progress(*columns, console=console, transient=True)
    task = shown.add_task(what)

    def update(text: str) -> None:
        amount = text if isinstance(text, Amount) else None
        shown.columns = (*columns, BarColumn()) if amount else columns
        shown.update(
            task,
            description=text,
            completed=amount.done if amount else 0,
            total=amount.total if amount else None,
        )

    showing = threading.Timer(_PATIENCE, shown.start)
    showing.start()
    try:
        yield update
    finally:
        showing.cancel()
        showing.join()
        shown.stop()


class _Size(click.ParamType[int]):
    """A number of bytes: ``500``, ``64MiB``, ``1.5G``."""

    name = "size"
    _units = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}  # noqa: RUF012 - click's way

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return bytes; binary units, whichever way they are written."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().removesuffix("ib").removesuffix("b")
        digits = text.rstrip("kmgt")
        try:
            amount = float(digits) * self._units[text[len(digits) :]]
        except (ValueError, KeyError):
            amount = math.nan
        if not (math.isfinite(amount) and amount >= 0):
            self.fail(f"{value!r} is no size; write 500, 64MiB or 2G", param, ctx)
        return int(amount)


size = _Size()


class _Positive(click.ParamType[float]):
    """A finite number above 0: of seconds, of processors."""

    name = "number"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the number."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number > 0):
            self.fail(f"{value!r} is no number above 0", param, ctx)
        return number


positive = _Positive()


class _CountOrAuto(click.ParamType["int | str"]):
    """A number of replays from 1 to 1000, or ``auto``."""

    name = "count"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int | str:
        """Return the number, or ``auto``."""
        if value == "auto":
            return "auto"
        try:
            return click.IntRange(1, 1000).convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is neither a number from 1 to 1000 nor auto", param, ctx)


count_or_auto = _CountOrAuto()
