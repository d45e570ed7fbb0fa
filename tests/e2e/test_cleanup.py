"""Nothing is left behind: no container, no temporary image, no staging folder."""

from __future__ import annotations

from collections.abc import Callable

import docker
import pytest

from tests.e2e.conftest import LABEL, Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def owners() -> set[str]:
    """Return the owners of every container of auditor that the engine has."""
    containers = docker.from_env().containers.list(
        all=True, ignore_removed=True, filters={"label": LABEL}
    )
    return {container.labels[LABEL].split(":")[1] for container in containers}


def dangling() -> set[str]:
    """Return the images of auditor's builds that have no name."""
    images = docker.from_env().images.list(filters={"dangling": True})
    return {image.id for image in images if any("auditor" in key for key in image.labels)}


@pytest.mark.parametrize(("sample", "script"), [("failing-run", "score.py")])
def test_after_a_replay(project: Callable[[str], Project], sample: str, script: str) -> None:
    copy = project(sample)
    copy.auditor("run", "--", "python", script)
    before = dangling()
    process = copy.start("replay", "latest")
    _stdout, stderr = process.communicate(timeout=400)
    assert process.returncode == 0, stderr
    assert str(process.pid) not in owners()
    assert dangling() <= before
    folder = copy.folder / ".auditor"
    left = {path.name for path in folder.iterdir()} - {".gitignore", "index.sqlite"}
    assert left <= {"objects", "fingerprints", "audits", "observations", "locks"}
    assert list((folder / "observations").iterdir()) == []
