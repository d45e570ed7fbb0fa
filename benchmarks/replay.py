"""How much longer a replay with its image cached takes than the command in a bare container."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import docker
from measure import alternate, difference, table
from sample import AUDITOR, COMMAND, copy_of_digits, environment, quiet

LIMIT = 2.0  # seconds, for a replay
RUNS = 10
NOBODY = "65534:65534"


def first_replay(folder: Path) -> dict[str, Any]:
    """Run and replay once, so that the image is there; return the audit."""
    quiet(folder, AUDITOR, "run", "--", *COMMAND)
    result = subprocess.run(
        [AUDITOR, "replay", "latest", "--times", "1", "--json"],
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
    )
    audit: dict[str, Any] = json.loads(result.stdout)
    return audit


def bare_container(client: docker.DockerClient, audit: dict[str, Any], folder: Path) -> None:
    """Run the command in a container of the same image, without auditor."""
    fact = audit["replays"][0]["recipe"]["image"]["value"]
    container = client.containers.create(
        fact["id"],
        entrypoint=audit["plan"]["argv"][:1],
        command=audit["plan"]["argv"][1:],
        user=NOBODY,
        working_dir="/project",
        volumes={str(folder): {"bind": "/project", "mode": "rw"}},
        network_mode="none",
    )
    try:
        container.start()
        status = container.wait()["StatusCode"]
        if status:
            raise SystemExit(container.logs().decode())
    finally:
        container.remove(force=True)


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
    client = docker.from_env()
    with tempfile.TemporaryDirectory() as name:
        folder = copy_of_digits(Path(name))
        audit = first_replay(folder)
        bare = writable_copy(Path(name), "bare")
        replay = (AUDITOR, "replay", "latest", "--times", "1")
        taken = alternate(
            RUNS,
            **{
                "bare container": lambda: bare_container(client, audit, bare),
                "auditor replay --times 1": lambda: quiet(folder, *replay),
            },
        )
    print(table("Replay, image cached", taken))
    print(difference(taken, "bare container", "auditor replay --times 1", LIMIT))


if __name__ == "__main__":
    main()
