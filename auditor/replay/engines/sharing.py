"""Whether an engine sees the files of this host: one on another machine, or in a VM, does not."""

from __future__ import annotations

import io
import os
import socket
import struct
import tarfile
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from auditor.replay.engines.failures import engine_errors
from auditor.replay.engines.labels import labelled
from auditor.replay.running.owner import MARK, PREFIX, owner

__all__ = ["PROBE", "shares_files"]

PROBE = "auditor/probe"
_TAG = f"{PROBE}:1"
_DAEMONS = frozenset({"dockerd", "podman"})
_TARGET = "/probe"


def shares_files(client: Any) -> bool:  # noqa: ANN401 - the SDK has no types of its own
    """Say whether bind mounts show this host's files.

    Sure without asking where the daemon itself has this process's mounts; else it is tried: a file
    is mounted and read back. Raises ``EngineError``.
    """
    return _same_mounts(client) or _tried(client)


def _same_mounts(client: Any) -> bool:  # noqa: ANN401 - as above
    try:
        path = client.api.get_adapter(client.api.base_url).socket_path
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        process = Path("/proc", str(struct.unpack("3i", peer)[0]))
        # A relay, or a launcher that handed its socket on, says nothing of the daemon behind it.
        return (process / "comm").read_text().strip() in _DAEMONS and all(
            os.path.samestat((process / name).stat(), Path("/proc/self", name).stat())
            for name in ("ns/mnt", "root")
        )
    except (AttributeError, OSError):  # no socket of this machine, or not ours to look at
        return False


def _tried(client: Any) -> bool:  # noqa: ANN401 - as above
    from docker.errors import APIError  # noqa: PLC0415 - late: slow

    said = uuid.uuid4().hex
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as name,
        engine_errors("trying whether it sees this host's files"),
    ):
        Path(name, MARK).write_text(owner(), encoding="utf-8")
        Path(name, "said").write_text(said, encoding="utf-8")
        try:
            return _read(client, name) == said
        except APIError:  # there is no such folder where the engine runs
            return False


def _read(client: Any, folder: str) -> str:  # noqa: ANN401 - as above
    """Return what a container finds in the file. It need not be started for that."""
    from docker.errors import APIError, ImageNotFound  # noqa: PLC0415 - late: slow
    from docker.types import Mount  # noqa: PLC0415 - late: slow

    try:
        image = client.images.get(_TAG)
    except ImageNotFound:
        client.api.import_image_from_data(_nothing(), repository=_TAG)
        image = client.images.get(_TAG)
    container = client.containers.create(
        image.id,
        [_TARGET],
        network_mode="none",
        mounts=[Mount(target=_TARGET, source=folder, type="bind", read_only=True)],
        labels=labelled("probe"),
    )
    try:
        chunks, _stat = client.api.get_archive(container.id, f"{_TARGET}/said")
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
            file = tar.extractfile(tar.getmembers()[0])
            return file.read(64).decode("ascii", "replace") if file else ""
    finally:
        with suppress(APIError):
            container.remove(force=True, v=True)


def _nothing() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        folder = tarfile.TarInfo(_TARGET.strip("/"))
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
    return buffer.getvalue()
