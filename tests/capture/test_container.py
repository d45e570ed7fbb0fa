"""The container that a run was in and its image, from what the recorder left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.capture import read
from auditor.capture.container import handed_in
from auditor.errors import InputError
from auditor.model.facts import Container, Image
from auditor.pipeline.run import RunOptions, run

if TYPE_CHECKING:
    from conftest import Project

ID = "0123456789abcdef" * 4
REFERENCE = f"registry:5000/team/image:1@sha256:{ID}"


def started(project: Project, **members: Any) -> Path:
    """Run something, and write other members into what the recorder knew when it started."""
    folder = project.run("true", trace="python")
    place = folder / "start.json"
    place.write_text(json.dumps({**json.loads(place.read_bytes()), **members}))
    return folder


def test_the_recorder_s_own_look(project: Project) -> None:
    fact = read(project.run("true", trace="python")).container
    assert fact.how == "recorded"
    assert fact.value is not None


def test_a_container(project: Project) -> None:
    inside = {"runtime": "docker", "id": ID}
    seen = read(started(project, container=True, inside=inside))
    assert seen.container.value == Container(runtime="docker", id=ID)
    assert seen.image.how == "unknown"
    assert "AUDITOR_IMAGE=" in seen.image.reason


def test_no_container_is_recorded(project: Project) -> None:
    seen = read(started(project, container=False, inside={"runtime": "none"}))
    assert seen.container.value == Container(runtime="none")
    assert (seen.container.how, seen.image.how) == ("recorded", "recorded")
    assert seen.container.reason == seen.image.reason == "the run was not in a container"


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ({}, "did not look"),
        ({"runtime": "a lie"}, "did not look"),
        ({"runtime": "none", "unread": "/proc/self/cgroup cannot be read: x"}, "cannot be read: x"),
    ],
)
def test_what_was_not_seen(project: Project, inside: dict[str, str], reason: str) -> None:
    fact = read(started(project, inside=inside)).container
    assert fact.how == "unknown"
    assert reason in fact.reason


def test_a_run_that_never_started(project: Project) -> None:
    folder = project.run("true", trace="python")
    (folder / "start.json").unlink()
    seen = read(folder)
    assert seen.container.reason == "the command was not started"
    assert seen.image.how == "unknown"


def test_the_image_that_podman_tells(project: Project) -> None:
    inside = {"runtime": "podman", "id": ID, "image": "docker.io/a:1", "image_id": ID}
    image = read(started(project, container=True, inside=inside)).image
    assert image.value == Image(reference="docker.io/a:1", id=f"sha256:{ID}")
    assert image.how == "recorded"


def test_the_image_that_is_handed_in(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_IMAGE", REFERENCE)
    image = read(project.run("true", trace="python")).image
    assert image.value == Image(reference=REFERENCE, id="", repo_digests=(REFERENCE,))
    assert (image.how, image.source) == ("declared", "AUDITOR_IMAGE")


@pytest.mark.parametrize("reference", ["image:latest", f"image@sha256:{ID[1:]}", f"@sha256:{ID}"])
def test_an_image_without_a_digest_is_refused(
    project: Project, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="AUDITOR_IMAGE is no reference"):
        handed_in(reference)
    monkeypatch.setenv("AUDITOR_IMAGE", reference)
    assert "AUDITOR_IMAGE is no reference" in read(project.run("true", trace="python")).image.reason
    with pytest.raises(InputError, match="AUDITOR_IMAGE is no reference"):
        run(RunOptions(argv=("true",)), project.root, stdout=None)
    assert not (project.root / ".auditor").exists()
