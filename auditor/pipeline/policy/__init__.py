"""The policy of an audit: the default, or a TOML file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditor.errors import InputError
from auditor.model.policy import Policy

__all__ = ["load_policy"]


def load_policy(path: Path | None) -> Policy:
    """Return the policy in ``path``, or the default. Raises ``InputError``."""
    if path is None:
        return Policy()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Policy)
    except OSError as error:
        raise InputError(f"cannot read the policy {path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is not a valid policy: {error}", hint="docs/policy.md lists its members"
        ) from None
