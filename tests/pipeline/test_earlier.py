from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from auditor.model.audit import Audit
from auditor.model.policy import policy_digest
from auditor.pipeline.compare import compare_refs
from auditor.store import Store
from tests.pipeline.conftest import AUDITOR

pytestmark = pytest.mark.slow

STRICT = "name = 'strict'\n"
LOOSE = "name = 'loose'\nignore = ['result.txt', 'metrics.json*', 'stdout']\n"


@pytest.fixture
def second(project: Path) -> str:
    """A second run of the project, with another result."""
    (project / "train.py").write_text("open('result.txt', 'w').write('other')\nprint('x')\n")
    command = [*AUDITOR, "run", "--name", "second", "--", sys.executable, "train.py"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return "second"


def audit(project: Path, policy: str, *refs: str) -> Audit:
    (project / "auditor.toml").write_text(policy)
    return compare_refs(*refs, None, project, reports=(), tell=lambda _text: None)


def test_loosening_after_a_divergence_is_named(project: Path, second: str) -> None:
    first = audit(project, STRICT, "first", second)
    assert first.verdict == "diverged"
    assert first.policy_changes == ()
    again = audit(project, LOOSE, "first", second)
    assert again.verdict == "identical"
    (since,) = again.policy_changes
    assert (since.audit, since.verdict) == (first.id, "diverged")
    assert since.policy_digest == first.policy_digest == policy_digest(first.policy)
    assert [(one.effect, one.text) for one in since.changes][:1] == [
        ("looser", "what matches result.txt no longer counts")
    ]


def test_the_same_policy_again_names_the_audit_that_failed(project: Path, second: str) -> None:
    first = audit(project, STRICT, "first", second)
    for _again in range(2):
        (since,) = audit(project, LOOSE, "first", second).policy_changes
        assert since.audit == first.id


def test_tightening_is_told_as_such(project: Path, second: str) -> None:
    audit(project, "ignore = ['result.txt']", "first", second)
    (since,) = audit(project, "", "first", second).policy_changes
    assert [one.effect for one in since.changes] == ["tighter", "other"]


def test_a_pass_or_the_same_policy_or_another_run_is_no_reason(project: Path, second: str) -> None:
    assert audit(project, LOOSE, "first", second).verdict == "identical"
    assert audit(project, STRICT, "first", second).policy_changes == ()
    assert audit(project, STRICT, "first", second).policy_changes == ()
    assert audit(project, LOOSE, second, second).policy_changes == ()


def test_each_policy_that_failed_is_named_once(project: Path, second: str) -> None:
    one = audit(project, STRICT, "first", second)
    two = audit(project, "name = 'other'", "first", second)
    newest = audit(project, "name = 'other'", "first", second)
    found = audit(project, LOOSE, "first", second).policy_changes
    assert two.policy_digest == newest.policy_digest
    assert [since.policy_digest for since in found] == [newest.policy_digest, one.policy_digest]


def test_a_damaged_audit_is_passed_over(project: Path, store: Store, second: str) -> None:
    first = audit(project, STRICT, "first", second)
    place = store.audits.place(first.id)
    place.write_bytes(place.read_bytes().replace(b'"diverged"', b'"identical"'))
    assert audit(project, LOOSE, "first", second).policy_changes == ()


def test_where_the_policy_came_from_is_in_the_audit(project: Path, second: str) -> None:
    assert audit(project, STRICT, "first", second).policy_source.place == "auditor.toml"
    (project / "auditor.toml").unlink()
    found = compare_refs("first", second, None, project, reports=(), tell=lambda _text: None)
    assert found.policy_source.place == "default"
    assert found.policy_source.read <= found.created
