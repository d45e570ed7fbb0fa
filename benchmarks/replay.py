"""How much longer a replay with its image cached takes than ``docker run`` of the command."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from measure import alternate, difference, table
from sample import AUDITOR, COMMAND, copy_of_digits, environment, quiet

LIMIT = 1.0  # seconds that a warm replay may take more than docker run
RUNS = 10


def first_replay(folder: Path) -> dict[str, Any]:
    """Run and replay once, so that the images are there; return the audit."""
    quiet(folder, AUDITOR, "run", "--", *COMMAND)
    result = subprocess.run(
        [AUDITOR, "replay", "latest", "--base", "host", "--times", "1", "--json"],
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
    )
    audit: dict[str, Any] = json.loads(result.stdout)
    return audit


def docker_run(audit: dict[str, Any], folder: Path) -> None:
    """Run the command in a container of the same image, without auditor."""
    plan, image = audit["plan"], audit["replays"][0]["recipe"]["image"]["value"]["id"]
    quiet(
        folder,
        *("docker", "run", "--rm", "--network", "none", "--user", plan["user"]),
        *("--workdir", "/project", "--volume", f"{folder}:/project"),
        *("--entrypoint", plan["argv"][0], image, *plan["argv"][1:]),
    )


def writable_copy(folder: Path, name: str) -> Path:
    """Copy the project to a folder that the container's user may write to."""
    bare = copy_of_digits(folder / name)
    shutil.rmtree(bare / ".auditor")
    bare.chmod(0o777)
    bare.parent.chmod(0o755)
    folder.chmod(0o755)
    return bare


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = copy_of_digits(folder)
        audit = first_replay(project)
        bare = writable_copy(folder, "bare")
        replay = (AUDITOR, "replay", "latest", "--base", "host", "--times", "1")
        taken = alternate(
            RUNS,
            **{
                "docker run": lambda: docker_run(audit, bare),
                "auditor replay --times 1": lambda: quiet(project, *replay),
            },
        )
    print(table("Replay, image cached", taken))
    print(difference(taken, "docker run", "auditor replay --times 1", LIMIT))


if __name__ == "__main__":
    main()
