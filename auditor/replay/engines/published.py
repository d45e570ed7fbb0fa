"""What a registry says of an image, asked through the engine: its network, its credentials."""

from __future__ import annotations

import threading
from typing import Any

from auditor.model.record import Record
from auditor.replay.engines.failures import engine_errors, explanation

__all__ = ["Published", "published"]

_NOT_FOR_ALL = (401, 403, 404)
_NO_SUCH_QUESTION = "Not Found"  # of Podman 4, for the path; a registry says what is unknown


class Published(Record, frozen=True, kw_only=True):
    """The answer of a registry: ``digest`` and ``platforms`` (os/arch) of what a name stands for.

    Without a digest, ``reason`` says why; ``answered`` whether the registry itself said so.
    ``able`` is false for an engine that can fetch from registries and not ask them.
    """

    digest: str | None = None
    platforms: tuple[str, ...] = ()
    answered: bool = True
    able: bool = True
    reason: str = ""


def published(client: Any, reference: str, seconds: float) -> Published:  # noqa: ANN401 - no types
    """Ask the registry of ``reference``, for ``seconds`` at most.

    The engine gives up on a registry after minutes, so that its answer is awaited in a thread.
    Raises ``EngineError`` where the engine has gone away.
    """
    answers: list[Published | BaseException] = []

    def ask() -> None:
        try:
            answers.append(_asked(client, reference))
        except BaseException as error:  # noqa: BLE001 - handed on to who waits
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answers:
        return Published(answered=False, reason=f"no answer within {seconds:g} s")
    if isinstance(answers[0], BaseException):
        raise answers[0]
    return answers[0]


def _asked(client: Any, reference: str) -> Published:  # noqa: ANN401 - the SDK has no types
    from docker.errors import APIError  # noqa: PLC0415 - slow, and only replays need it

    with engine_errors(f"asking for {reference}"):
        try:
            document = client.images.get_registry_data(reference).attrs
        except APIError as error:
            reason = explanation(error)
            if reason == _NO_SUCH_QUESTION:
                return Published(answered=False, able=False, reason="the engine cannot ask it")
            return Published(answered=error.status_code in _NOT_FOR_ALL, reason=reason)
    return Published(
        digest=str(document["Descriptor"]["digest"]),
        platforms=tuple(
            f"{row.get('os', '')}/{row.get('architecture', '')}"
            for row in document.get("Platforms") or ()
        ),
    )
