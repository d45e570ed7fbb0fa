"""The policy of an audit: where it is found, read once, before anything is replayed."""

from __future__ import annotations

import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.errors import InputError
from auditor.model.policy import Policy, PolicySource
from auditor.model.record import Record
from auditor.pipeline.policy.check import checked

__all__ = ["FILE", "Declared", "load_policy"]

FILE = "auditor.toml"
PYPROJECT = "pyproject.toml"
_TABLE = "[tool.auditor]"
_MAX_BYTES = 1024 * 1024
_HINT = "auditor policy prints one with every member"


class Declared(Record, frozen=True, kw_only=True):
    """A policy and where it came from."""

    policy: Policy
    source: PolicySource


def load_policy(path: Path | None, root: Path) -> Declared:
    """Return the policy in ``path``, else the project's own, else the default.

    A project at ``root`` has its own in ``auditor.toml``, else in ``[tool.auditor]`` of its
    ``pyproject.toml``. Raises ``InputError``, naming the file and each key that is wrong.
    """
    if path is not None:
        return _declared(path, root, required=True)
    own = root / FILE
    if own.exists() and not own.is_file():
        raise InputError(f"cannot read the policy {FILE}: it is no file")
    # One that cannot be read was meant all the same: no other takes its place unsaid.
    if own.exists() or own.is_symlink():
        return _declared(own, root, required=True)
    return _declared(root / PYPROJECT, root, required=False)


def _declared(path: Path, root: Path, *, required: bool) -> Declared:
    read = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    nested = path.name == PYPROJECT
    if not required and not path.is_file():
        return Declared(policy=Policy(), source=PolicySource(read=read))
    place = _place(path, root) + (f" {_TABLE}" if nested else "")
    document = _parsed(path, _place(path, root))
    table = _own(document) if nested else document
    if table is None and not required:
        return Declared(policy=Policy(), source=PolicySource(read=read))
    if table is None:
        raise InputError(f"{_place(path, root)} has no table {_TABLE}", hint=_HINT)
    policy = checked(table, place)
    return Declared(policy=policy, source=PolicySource(place=place, read=read))


def _own(document: dict[str, Any]) -> Any:  # noqa: ANN401 - what stands in the file
    tool = document.get("tool")
    return tool.get("auditor") if isinstance(tool, dict) else None


def _parsed(path: Path, place: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise InputError(f"{place} is larger than {_MAX_BYTES} bytes, too large for a policy")
        return tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise InputError(f"cannot read the policy {place}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{place} is no UTF-8 text, as TOML is", hint=_HINT) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InputError(f"{place} is not valid TOML: {reason}", hint=_HINT) from None


def _place(path: Path, root: Path) -> str:
    # By its own name where it is a link, and never an error where links go round in a circle.
    whole = Path(os.path.realpath(path.parent), path.name)
    inside = whole.is_relative_to(root.resolve())
    return whole.relative_to(root.resolve()).as_posix() if inside else str(path)
