from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Scope, comparator_for, compare_parts
from auditor.model.policy import Policy

Differ = Callable[..., Difference]


@pytest.fixture
def differ(tmp_path: Path) -> Differ:
    """Compare two contents of a file by the comparator that knows its name."""

    def compare(
        name: str, a: str | bytes, b: str | bytes, policy: Policy | None = None
    ) -> Difference:
        paths = (tmp_path / "a", tmp_path / "b")
        for path, content in zip(paths, (a, b), strict=True):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        comparator = comparator_for(name, paths[0].read_bytes()[:64])
        assert comparator is not None
        scope = Scope(policy or Policy(), (name,), inner=compare_parts)
        return comparator.compare(*paths, scope)

    return compare
