"""What an executor must be able to do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

__all__ = ["Executor"]


class Executor(Protocol):
    """Carries out calls that do not wait for one another, each once as far as the caller sees.

    ``here``: calls run in this process, on its store and its engine; elsewhere all that a call
    needs is in its arguments, which are pickled, and so is what it returns.
    """

    @property
    def here(self) -> bool:
        """Say whether calls run in this process."""
        ...

    def share(self, data: bytes) -> Any:  # noqa: ANN401 - a handle of the executor's own kind
        """Return what stands for ``data`` as an argument of many calls; it is sent once."""
        ...

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:  # noqa: ANN401
        """Start ``call`` as soon as there is room.

        Where whoever carries it out is lost, it is started again elsewhere, and the future has the
        one result. Its exception is the call's own, or ``NotReplayedError`` where it was lost too
        often.
        """
        ...

    def close(self, *, abandon: bool = False) -> None:
        """Wait for what was started; or with ``abandon`` start nothing more, and do not wait."""
        ...
