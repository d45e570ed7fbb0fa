"""Containers by what their runtimes leave, as crafted trees and for real."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from auditor.recorder.keep.container import facts

ID = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
UID = "11111111-2222-3333-4444-555555555555"
MOUNT = "700 690 254:0 {source} {place} rw,relatime - ext4 /dev/vda1 rw\n"
KEEP = Path(__file__).parents[2] / "auditor" / "recorder" / "keep"


def planted(root: Path, **files: str) -> str:
    """Write files below ``root``; ``__`` stands for ``/`` in their names."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(root)


def mounted(source: str, place: str = "/etc/hostname") -> str:
    return MOUNT.format(source=source, place=place)


@pytest.mark.parametrize(
    ("cgroup", "runtime", "identity"),
    [
        (f"12:pids:/docker/{ID}\n0::/\n", "docker", ID),
        (f"0::/system.slice/docker-{ID}.scope\n", "docker", ID),
        (f"0::/machine.slice/libpod-{ID}.scope/container\n", "podman", ID),
        (f"3:cpu:/kubepods/burstable/pod{UID}/{ID}\n", "kubernetes", ID),
        (f"0::/kubepods.slice/kubepods-pod{UID}.slice/cri-containerd-{ID}.scope", "kubernetes", ID),
        (f"0::/system.slice/nerdctl-{ID}.scope\n", "containerd", ID),
        ("4:memory:/lxc/box\n", "lxc", "box"),
        ("0::/lxc.payload.box/init.scope\n", "lxc", "box"),
        ("0::/machine.slice/systemd-nspawn@box.service/payload\n", "systemd-nspawn", "box"),
    ],
)
def test_by_the_control_group(tmp_path: Path, cgroup: str, runtime: str, identity: str) -> None:
    found = facts(planted(tmp_path, proc__self__cgroup=cgroup), {})
    assert (found["runtime"], found["id"]) == (runtime, identity)


@pytest.mark.parametrize(
    ("source", "place", "runtime"),
    [
        (f"/var/lib/docker/containers/{ID}/hostname", "/etc/hostname", "docker"),
        (f"/docker/containers/{ID}/resolv.conf", "/etc/resolv.conf", "docker"),
        (f"/containers/storage/overlay-containers/{ID}/userdata/hosts", "/etc/hosts", "podman"),
    ],
)
def test_by_what_is_mounted(tmp_path: Path, source: str, place: str, runtime: str) -> None:
    files = {"proc__self__cgroup": "0::/\n", "proc__self__mountinfo": mounted(source, place)}
    assert facts(planted(tmp_path, **files), {}) == {"runtime": runtime, "id": ID}


def test_mounts_of_other_containers_on_a_host_are_not_its_own(tmp_path: Path) -> None:
    place = f"/var/lib/docker/containers/{ID}/mounts/shm"
    files = {"proc__self__cgroup": "0::/init.scope", "proc__self__mountinfo": mounted("/", place)}
    assert facts(planted(tmp_path, **files), {}) == {"runtime": "none"}


def test_the_file_of_podman_tells_its_image(tmp_path: Path) -> None:
    text = f'engine="podman-4.3.1"\nname="box"\nid="{ID}"\nimage="docker.io/a:1"\nimageid="{OTHER}"'
    files = {"run__.containerenv": text}
    assert facts(planted(tmp_path, **files), {"container": "podman"}) == {
        "runtime": "podman",
        "id": ID,
        "name": "box",
        "image": "docker.io/a:1",
        "image_id": OTHER,
    }


def test_a_pod_of_kubernetes(tmp_path: Path) -> None:
    files = {
        "proc__self__cgroup": "0::/\n",
        "proc__self__mountinfo": mounted(f"/var/lib/kubelet/pods/{UID}/etc-hosts", "/etc/hosts"),
        "etc__hostname": "train-0\n",
        "run__secrets__kubernetes.io__serviceaccount__namespace": "science",
    }
    pod = {"runtime": "kubernetes", "pod": "train-0", "pod_id": UID, "namespace": "science"}
    assert facts(planted(tmp_path, **files), {}) == pod


def test_the_variable_of_a_cluster_alone_is_no_container(tmp_path: Path) -> None:
    variables = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "HOSTNAME": "train-0"}
    assert facts(str(tmp_path), variables) == {"runtime": "none"}
    files = {"run__secrets__kubernetes.io__serviceaccount__namespace": "science"}
    found = facts(planted(tmp_path, **files), variables)
    assert (found["runtime"], found["namespace"]) == ("kubernetes", "science")


@pytest.mark.parametrize(
    ("files", "variables", "runtime"),
    [
        ({}, {"APPTAINER_CONTAINER": "/images/a.sif"}, "apptainer"),
        ({}, {"SINGULARITY_CONTAINER": "/images/a.sif"}, "apptainer"),
        ({}, {"container": "lxc"}, "lxc"),
        ({}, {"container": "flatpak"}, "other"),
        ({"proc__1__environ": "PATH=/bin\0container=systemd-nspawn\0"}, {}, "systemd-nspawn"),
        ({"run__host__container-manager": "podman\n"}, {}, "podman"),
        ({".dockerenv": ""}, {}, "docker"),
        ({"proc__self__cgroup": "0::/user.slice/session-1.scope\n"}, {}, "none"),
    ],
)
def test_by_files_and_variables(
    tmp_path: Path, files: dict[str, str], variables: dict[str, str], runtime: str
) -> None:
    assert facts(planted(tmp_path, **files), variables)["runtime"] == runtime


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "proc" / "self" / "mountinfo").mkdir(parents=True)
    found = facts(str(tmp_path), {})
    assert found == {
        "runtime": "none",
        "unread": "/proc/self/mountinfo cannot be read: Is a directory",
    }


@pytest.mark.docker
@pytest.mark.slow
def test_the_id_that_docker_says() -> None:
    """The recorder's own code looks from inside, under a Python of this host."""
    code = (
        "import os, sys; sys.path.insert(0, '/keep'); import json, container;"
        "print(json.dumps(container.facts('/', os.environ)))"
    )
    python = os.path.realpath("/usr/bin/python3")
    made = _docker("import", "-c", "ENV PATH=/usr/bin:/bin", "-", stdin=_empty())
    name = f"auditor-test-{os.getpid()}"
    mounts = [
        f"--volume={place}:{place}:ro"
        for place in ("/usr", "/lib", "/lib64")
        if Path(place).exists()
    ]
    try:
        said = _docker(
            *("run", "--network=none", "--name", name, *mounts, f"--volume={KEEP}:/keep:ro", made),
            *(python, "-c", code),
        )
        found = json.loads(said)
        assert found["runtime"] == "docker"
        assert found["id"] == _docker("inspect", "--format", "{{.Id}}", name)
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=False, capture_output=True)
        subprocess.run(["docker", "rmi", made], check=False, capture_output=True)


def _empty() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("empty"))
    return buffer.getvalue()


def _docker(*arguments: str, stdin: bytes | None = None) -> str:
    done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()
