"""Standard input of a replay: given where it is known, refused where it is known to lack."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from auditor.errors import NotReplayedError
from auditor.model.digest import digest_bytes
from auditor.model.fact import recorded, unknown
from auditor.model.facts import Stdin
from auditor.replay.tree.stdin import STDIN, check_stdin, given


def test_what_is_kept_is_given(make: Any) -> None:
    digest = make.objects.put_bytes(b"text")
    stdin = Stdin(kind="pipe", digest=digest, size=4, kept=True)
    check_stdin(recorded(stdin, "test"), make.objects)
    assert given(stdin) == {"kind": "pipe", "path": STDIN}
    assert given(Stdin(kind="null")) == {}


@pytest.mark.parametrize("kind", ["terminal", "other"])
def test_what_was_asked_and_not_recorded_is_refused(make: Any, kind: Any) -> None:
    stdin = Stdin(kind=kind)
    check_stdin(recorded(stdin, "test"), make.objects)
    with pytest.raises(NotReplayedError, match="asked for input"):
        check_stdin(recorded(msgspec.structs.replace(stdin, asked=True), "test"), make.objects)


def test_what_was_read_and_not_kept_is_refused(make: Any) -> None:
    lost = Stdin(kind="file", digest=digest_bytes(b"lost"), size=4)
    with pytest.raises(NotReplayedError, match="does not hold"):
        check_stdin(recorded(lost, "test"), make.objects)
    changed = Stdin(kind="file")
    with pytest.raises(NotReplayedError, match="it changed"):
        check_stdin(recorded(changed, "test", "it changed"), make.objects)
    check_stdin(unknown("nobody recorded it"), make.objects)
