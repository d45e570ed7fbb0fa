"""Every sample is run, replayed in the real engine, and gets the verdict its folder expects."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Project, expectations

Document = dict[str, Any]
Copy = Callable[[str], Project]

SAMPLES = expectations()
REPLAYED = [(name, expected) for name, expected in SAMPLES if "runs" not in expected]
COMPARED = [(name, expected) for name, expected in SAMPLES if "runs" in expected]
AUDIT_MEMBERS = {
    *("schema", "id", "verdict", "levels", "original", "replays", "plan", "policy"),
    *("items", "divergences", "causes", "unverified"),
}
ITEM_MEMBERS = {"kind", "name", "verdict", "levels", "deterministic", "note"}
DIVERGENCE_MEMBERS = {
    *("area", "subject", "change", "before", "after", "magnitude", "severity", "note"),
}


def test_there_are_samples() -> None:
    assert {name for name, _expected in SAMPLES} == {
        *("digits", "unseeded", "hash-seed", "changed-data", "failing-run"),
        *("drifted-dependency", "resaved-model", "threads"),
        *("missing-data", "needs-network"),
    }


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize(("name", "expected"), REPLAYED, ids=[name for name, _ in REPLAYED])
def test_sample(name: str, expected: Document, project: Copy) -> None:
    sample = project(name)
    run(sample, expected)
    check_fingerprint(sample.fingerprint(), expected)
    for step in expected.get("between", ()):
        change(sample.folder / step["file"], step)
    check_audit(replay(sample, expected), expected)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "expected"), COMPARED, ids=[name for name, _ in COMPARED])
def test_two_runs_of_a_sample(
    name: str, expected: Document, project: Copy, programs: dict[str, Path]
) -> None:
    sample = project(name)
    for one in expected["runs"]:
        path = f"{programs[one.get('environment', 'samples')]}:{sample.environment['PATH']}"
        variables = {"PATH": path, **one.get("variables", {})}
        command = ("run", "--name", one["name"], "--", *expected["command"])
        result = sample.auditor(*command, env=variables)
        assert result.returncode == 0, result.stderr
        check_fingerprint(sample.fingerprint(one["name"]), expected)
    names = [one["name"] for one in expected["runs"]]
    check_audit(sample.json("compare", *names, status=expected["exit"]), expected)
    for policy, verdict in expected.get("policies", {}).items():
        assert sample.json("compare", *names, "--policy", policy)["verdict"] == verdict


def run(sample: Project, expected: Document) -> None:
    keep = ("--keep", expected["keep"]) if "keep" in expected else ()
    with service(sample, expected) as place:
        given = expected.get("variables", {}).items()
        variables = {name: text.format(service=place) for name, text in given}
        result = sample.auditor("run", *keep, "--", *expected["command"], env=variables)
    assert result.returncode == expected.get("run_exit", 0), result.stderr


@contextmanager
def service(sample: Project, expected: Document) -> Iterator[str]:
    """Run the program that the sample needs while it is recorded; yield the line that it prints."""
    if "service" not in expected:
        yield ""
        return
    with subprocess.Popen(expected["service"], **sample.settings()) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.kill()


def change(path: Path, step: Document) -> None:
    if step.get("remove"):
        path.unlink()
        return
    with path.open("a") as file:
        file.write(step["append"])


def replay(sample: Project, expected: Document) -> Document:
    before = {path: path.stat().st_mtime_ns for path in sample.folder.iterdir() if path.is_file()}
    document: Document = sample.json("replay", "latest", status=expected["exit"])
    after = {path: path.stat().st_mtime_ns for path in sample.folder.iterdir() if path.is_file()}
    assert after == before, "a replay touched the original's files"
    return document


def check_fingerprint(document: Document, expected: Document) -> None:
    recipe, outcome = document["recipe"], document["outcome"]
    assert recipe["command"]["value"]["argv"] == expected["command"]
    assert paths(recipe["inputs"]) == expected["inputs"]
    assert paths(recipe["source"]["files"]) == [expected["command"][1]]
    assert paths(outcome["outputs"]) == expected["outputs"]
    assert outcome["exit"]["value"]["code"] == expected.get("run_exit", 0)


def paths(manifest: Document) -> list[str]:
    return [file["path"] for file in manifest["value"]["files"]]


def check_audit(audit: Document, expected: Document) -> None:
    assert audit["verdict"] == expected["verdict"], audit.get("reason")
    assert audit.keys() >= AUDIT_MEMBERS
    assert all(item.keys() >= ITEM_MEMBERS for item in audit["items"])
    assert all(item.keys() >= DIVERGENCE_MEMBERS for item in audit["divergences"])
    replays = 1 if "runs" in expected else 2
    assert len(audit["replays"]) == (0 if expected["verdict"] == "not-replayed" else replays)
    if expected["verdict"] == "not-replayed":
        assert (audit["plan"] is not None) is expected.get("planned", False)
    check_items(audit, expected)
    causes = {cause["factor"]: cause["status"] for cause in audit["causes"]}
    assert {causes.get(factor) for factor in expected.get("causes", ())} <= {"candidate"}
    if not expected.get("causes"):
        assert not causes
    elif expected["verdict"] == "diverged":
        assert next(iter(causes)) == expected["causes"][0]
    for name in expected.get("names", ()):
        assert name in audit["reason"]


def check_items(audit: Document, expected: Document) -> None:
    items = {item["name"]: item for item in audit["items"]}
    verdicts = {name: item["verdict"] for name, item in items.items()}
    for name, verdict in expected.get("items", {}).items():
        assert verdicts.get(name) == verdict, verdicts
    for name, levels in expected.get("levels", {}).items():
        assert items[name]["levels"].items() >= levels.items(), name
    for name, deterministic in expected.get("deterministic", {}).items():
        assert items[name]["deterministic"] is deterministic, name
