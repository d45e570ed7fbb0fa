from __future__ import annotations

from typing import Any

import pytest

from auditor.locking import pins_of
from auditor.model.facts import Distribution, Origin

DIGEST = "sha256:" + "ab" * 32


def dist(name: str, version: str = "1.0", **origin: Any) -> Distribution:
    made = Origin(**({"url": "https://example.org/x"} | origin)) if origin else None
    return Distribution(name=name, version=version, digest=None, origin=made)


def test_pins_are_sorted_and_setuptools_is_one_like_the_rest() -> None:
    pins, unlocked = pins_of((dist("setuptools"), dist("numpy", "2.0.1+cpu"), dist("pip")))
    assert [pin.line() for pin in pins] == ["numpy==2.0.1+cpu", "pip==1.0", "setuptools==1.0"]
    assert unlocked == ()


def test_an_archive_with_a_digest_is_pinned_by_its_address() -> None:
    pins, _ = pins_of((dist("x", kind="archive", digest=DIGEST, url="https://e.org/x.whl#frag"),))
    assert pins[0].line() == f"x @ https://e.org/x.whl#{DIGEST.replace(':', '=')}"


@pytest.mark.parametrize(
    ("distribution", "reason"),
    [
        (dist("x", kind="directory", editable=True), "editable"),
        (dist("x", kind="directory"), "from a folder"),
        (dist("x", kind="vcs", commit="c0ffee" * 7), "from a repository at c0ffeec0ffee"),
        (dist("x", kind="vcs"), "from a repository, which"),
        (dist("x", kind="archive"), "did not record"),
        (dist("x", kind="archive", digest=DIGEST, url="ssh://e.org/x.whl"), "fetched again"),
        (dist("x", kind="archive", digest=DIGEST, url="https://e.org/x\n--pre"), "fetched again"),
        (dist("x\n--index-url=http://evil"), "is not a name"),
        (dist("x", "1.0 --hash=sha256:00"), "is not a name"),
    ],
)
def test_what_has_no_digest_is_said_with_its_reason(
    distribution: Distribution, reason: str
) -> None:
    pins, (entry,) = pins_of((distribution,))
    assert pins == ()
    assert entry.subject == f"dependency:{distribution.name}"
    assert reason in entry.reason
