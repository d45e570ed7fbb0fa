"""Failures of the Docker SDK as one clear line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.errors import EngineError

__all__ = ["engine_errors", "explanation", "full", "is_full", "root_cause"]

_LONGEST = 300
_DOCTOR = "auditor doctor says how to start it"
_FULL = ("no space left on device", "disk quota exceeded")


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn what the SDK raises when the engine refuses or is gone into ``EngineError``."""
    import requests  # noqa: PLC0415 - late: slow, and only replays need it
    from docker.errors import APIError, DockerException  # noqa: PLC0415 - as above
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - as above

    gone = (requests.RequestException, DockerException, HTTPError)
    try:
        yield
    except APIError as error:
        raise _refusal(explanation(error), doing) from None
    except (requests.exceptions.InvalidJSONError, json.JSONDecodeError, LookupError) as error:
        raise EngineError(
            f"the container engine's answer at {doing} makes no sense: {explanation(error)}",
            hint="is something else listening there? auditor doctor says what answers",
        ) from None
    except (*gone, EOFError, ConnectionError) as error:
        if _is_slow(error):
            raise EngineError(
                f"the container engine did not answer in time while {doing}",
                hint="the machine may be overloaded: try again later",
            ) from None
        raise EngineError(f"the container engine went away while {doing}", hint=_DOCTOR) from None


def is_full(reason: str) -> bool:
    """Say whether an engine's reason is that its disk is full."""
    return any(word in reason.lower() for word in _FULL)


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


def _refusal(reason: str, doing: str) -> EngineError:
    if is_full(reason):
        return full(doing)
    return EngineError(f"the container engine failed at {doing}: {reason}")


def full(doing: str) -> EngineError:
    """Return the error of an engine whose disk is full."""
    return EngineError(
        f"the container engine's disk is full: it failed at {doing}",
        hint="auditor gc --images removes cached images; docker system df says what else there is",
    )


def _is_slow(error: BaseException) -> bool:
    # The SDK's sockets end as one or the other, both with these words
    return "timed out" in str(error).lower()
