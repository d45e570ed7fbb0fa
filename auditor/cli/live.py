"""What is going on, while several runs are replayed: one live table on stderr."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from auditor.cli import output

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

__all__ = ["Watch", "watching"]

_EVERY = 4  # times a second
_LONGEST = 28


class Watch:
    """Is told of a reference what is going on with it now."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell

    def __call__(self, ref: str, text: str) -> None:
        """Show ``text``; an empty one: it is done with."""
        self._tell(ref, text)

    def aside(self) -> AbstractContextManager[object]:
        """Return a context in which others may print."""
        return nullcontext()


class _Table(Watch):
    """One row a reference. Told by several threads."""

    def __init__(self, refs: tuple[str, ...]) -> None:
        super().__init__(self._told)
        self._rows: dict[str, tuple[str, float | None]] = dict.fromkeys(refs, ("waiting", None))
        self._lock = threading.Lock()
        self.live: Live | None = None

    def _told(self, ref: str, text: str) -> None:
        with self._lock:
            if text:
                since = self._rows.get(ref, ("", None))[1]
                self._rows[ref] = (text, time.monotonic() if since is None else since)
            else:
                self._rows.pop(ref, None)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the table away meanwhile."""
        assert self.live is not None, "the table is shown"
        self.live.stop()
        try:
            yield
        finally:
            self.live.start()

    def table(self) -> Table:
        """Return the table as it is now, without what is done with."""
        from rich.table import Table  # noqa: PLC0415 - 60 ms that only a terminal needs

        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("run", no_wrap=True, max_width=_LONGEST)
        table.add_column("now", no_wrap=True, ratio=1)
        table.add_column("for", justify="right")
        with self._lock:
            for ref, (text, since) in self._rows.items():
                spent = "" if since is None else f"{time.monotonic() - since:.0f} s"
                table.add_row(ref, text, spent)
        return table


@contextmanager
def watching(refs: tuple[str, ...]) -> Iterator[Watch]:
    """Yield what is to be told. One reference has a spinner, several a table.

    Nothing is shown where stderr is no terminal.
    """
    if len(refs) == 1:
        with output.progress("replaying") as tell:
            yield Watch(lambda _ref, text: tell(text))
        return
    if not sys.stderr.isatty():
        yield Watch(lambda _ref, _text: None)
        return
    from rich.console import Console  # noqa: PLC0415 - 60 ms that only a terminal needs
    from rich.live import Live  # noqa: PLC0415 - as above

    watch = _Table(refs)
    with Live(
        get_renderable=watch.table,
        console=Console(stderr=True),
        refresh_per_second=_EVERY,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as watch.live:
        yield watch
