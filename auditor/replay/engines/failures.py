"""Failures of the Docker SDK as one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from auditor.errors import EngineError

__all__ = ["engine_errors", "explanation", "root_cause"]

_LONGEST = 300


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn what the SDK raises when the engine refuses or is gone into ``EngineError``."""
    import requests  # noqa: PLC0415 - slow, and only replays need it
    from docker.errors import APIError, DockerException  # noqa: PLC0415 - slow, as above

    try:
        yield
    except (requests.RequestException, DockerException, EOFError) as error:
        if isinstance(error, APIError):
            raise EngineError(
                f"the container engine failed at {doing}: {explanation(error)}"
            ) from None
        raise EngineError(
            f"the container engine went away while {doing}",
            hint="auditor doctor says how to start it",
        ) from None


def explanation(error: BaseException) -> str:
    """Return the reason in an error, on one line."""
    text = getattr(error, "explanation", None) or str(error)
    return " ".join(str(text).split())[:_LONGEST]


def root_cause(error: BaseException) -> str:
    """Return what the system said first, which the SDK wraps three times; else the error itself."""
    step: BaseException | None = error
    while step is not None:
        if isinstance(step, OSError) and step.strerror:
            return step.strerror
        step = step.__cause__ or step.__context__
    return explanation(error)
