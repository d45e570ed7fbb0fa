from __future__ import annotations

import pytest

from auditor.errors import NotReplayedError
from auditor.locking import child


def test_a_failure_is_one_line() -> None:
    with pytest.raises(NotReplayedError, match="pip-tools failed: KeyError: 'pins'"):
        child.ask({"mode": "lock", "tags": []}, 60)


def test_it_does_not_wait_for_ever() -> None:
    with pytest.raises(NotReplayedError, match=r"did not answer within 0 s"):
        child.ask({"mode": "lock", "pins": [], "tags": [], "cache": "/nowhere"}, 0.01)


def test_no_reason_is_said_as_such() -> None:
    assert child._last_line(" \n") == "it gave no reason"
