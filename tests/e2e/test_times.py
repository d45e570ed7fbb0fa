"""Replays that are added one by one, and the policy that they are judged by."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes
from tests.e2e.conftest import LABEL, Document, Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]

# Most draws lie at the ends of the range, so that hardly any lies beyond what others show.
VARIES = """
import json, math, random
accuracy = 0.9 + 0.01 * math.cos(math.pi * random.random())
json.dump({"accuracy": accuracy}, open("metrics.json", "w"))
"""
STEADY = 'import json; json.dump({"accuracy": 0.9}, open("metrics.json", "w"))'
MARGIN = "require = 'metrics'\n[[margins]]\nmatch = '/accuracy'\nmargin = "
_LUCK = 12
EXIT = {"identical": 0, "consistent": 0, "diverged": 1, "inconclusive": 4}


def record(project: Project, script: str, policy: str = "") -> None:
    (project.folder / ".auditor").mkdir(exist_ok=True)
    (project.folder / "t.py").write_text(script)
    if policy:
        (project.folder / "auditor.toml").write_text(policy)
    made = project.auditor("run", "--metrics", "metrics.json", "--", "python", "t.py")
    assert made.returncode == 0, made.stderr


def replay(project: Project, verdict: str, *options: str) -> Document:
    arguments = ("replay", "latest", "--times", "auto", *options)
    audit: Document = project.json(*arguments, status=EXIT[verdict])
    assert audit["verdict"] == verdict
    return audit


def test_two_are_enough_where_nothing_varies(empty: Project) -> None:
    record(empty, STEADY)
    audit = replay(empty, "identical")
    assert len(audit["attempts"]) == 2
    assert audit["looks"] == {
        "planned": 9,
        "made": 1,
        "budget": None,
        "ended": "the verdict was settled",
    }


def test_two_are_enough_where_no_margin_allows_it(empty: Project) -> None:
    record(empty, VARIES)
    audit = replay(empty, "diverged")
    assert len(audit["attempts"]) == 2


def test_a_margin_asks_for_more_until_they_are_enough(empty: Project) -> None:
    record(empty, VARIES, MARGIN + "0.2\n")
    audits = [replay(empty, "consistent")]
    while len(audits[-1]["attempts"]) == 2 and len(audits) < _LUCK:
        audits.append(replay(empty, "consistent"))  # two that are nearly equal can be enough
    audit = audits[-1]
    made = len(audit["attempts"])
    assert 3 <= made <= 10
    assert audit["looks"]["made"] == made - 1
    (metric,) = [item for item in audit["items"] if item["kind"] == "metric"]
    assert metric["verdict"] == "consistent"
    assert "9 looks (Bonferroni)" in metric["note"]
    assert f"N = {made}" in metric["note"]


def test_a_margin_too_narrow_ends_at_the_most(empty: Project) -> None:
    record(empty, VARIES, MARGIN + "1e-6\n")
    arguments = ("replay", "latest", "--times", "auto", "--max-times", "4", "--json")
    result = empty.auditor(*arguments)
    audit = json.loads(result.stdout)
    # By chance it may be called diverged, once in twenty times at most.
    assert audit["verdict"] in {"inconclusive", "diverged"}
    assert audit["looks"]["planned"] == 3
    if audit["verdict"] == "inconclusive":
        assert len(audit["attempts"]) == 4
        assert "4 replays were asked for at the most" in audit["looks"]["ended"]
        assert "would be enough" in audit["items"][1]["note"]


def test_a_budget_ends_it(empty: Project) -> None:
    # The margin is as wide as the range: no draw is beyond it, and two replays cannot show it.
    script = VARIES.replace("math.cos(math.pi * random.random())", "random.random()")
    record(empty, script, MARGIN + "0.0101\n")
    audit = replay(empty, "inconclusive", "--budget", "0.001")
    assert len(audit["attempts"]) == 2
    assert audit["looks"]["ended"] == "the budget of 0.001 s was spent"


def test_a_policy_that_changes_meanwhile_has_no_effect(empty: Project) -> None:
    record(empty, STEADY + "\nimport time; time.sleep(3)", "name = 'before'\n")
    process = empty.start("replay", "latest", "--json")
    deadline = time.monotonic() + 120
    while not running(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    (empty.folder / "auditor.toml").write_text("this is no policy\n")
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    audit = json.loads(out)
    assert audit["policy"]["name"] == "before"
    assert audit["policy_source"]["place"] == "auditor.toml"
    digest = digest_bytes(canonical(audit["policy"]))
    assert audit["policy_digest"] == audit["plan"]["policy"] == digest
    for one in audit["replays"]:
        # Read to the second, started to the microsecond.
        started = one["record"]["times"]["value"]["started"]
        assert audit["policy_source"]["read"][:19] <= started[:19]


def running(pid: int) -> bool:
    """Say whether this auditor has a container of its own."""
    form = '{{.Label "' + LABEL + '"}}'
    command = ["docker", "ps", "--format", form]
    owners = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return any(f":{pid}:" in f"{owner}:" for owner in owners.split())
