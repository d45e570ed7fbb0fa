"""The container that this process is in, by what container runtimes leave where it can be seen.

Formats: cgroups(7), proc_pid_mountinfo(5), podman-run(1) of ``/run/.containerenv``, systemd's
"Container Interface" of ``container=`` and ``/run/host/container-manager``.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Mapping, Tuple

__all__ = ["facts"]

_MOST = 1 << 20
_ID = r"([0-9a-f]{64})"
_CGROUPS = (
    ("podman", re.compile(r"/libpod-(?:payload-)?" + _ID)),
    ("kubernetes", re.compile(r"/kubepods[^\n]*(?:/|-)" + _ID)),
    ("docker", re.compile(r"/docker[/-]" + _ID)),
    ("containerd", re.compile(r"(?:/cri-containerd-|/system\.slice:containerd:|/nerdctl-)" + _ID)),
    ("containerd", re.compile(r"/(?:default|k8s\.io|moby)/" + _ID)),
    ("lxc", re.compile(r"/lxc(?:\.payload\.|\.payload/|/)([^/\n]+)")),
    ("systemd-nspawn", re.compile(r"/machine\.slice/(?:machine-|systemd-nspawn@)([^/\n]+?)\.s")),
)
# What is mounted at these places lies in a folder of the runtime's that is named for the container.
_MOUNTED = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv")
_MOUNTS = (
    ("podman", re.compile(r"/overlay-containers/" + _ID + "/userdata/")),
    ("docker", re.compile(r"/containers/" + _ID + "/(?:hostname|hosts|resolv.conf)$")),
    ("containerd", re.compile(r"/nerdctl/[^\s]*/containers/[^/]+/" + _ID + "/")),
)
_POD = re.compile(r"(?:/pods/|pod)([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})")
_KUBERNETES = re.compile(r"/kubepods|/kubelet/pods/|/io\.containerd\.[^/\s]*\.cri/sandboxes/")
_SAYS = "docker podman lxc systemd-nspawn"
_ACCOUNT = "run/secrets/kubernetes.io/serviceaccount/namespace"


def facts(root: str, variables: Mapping[str, str]) -> Dict[str, str]:
    """Return ``runtime`` (``none`` outside a container) and what else is learnt, by name.

    ``root`` is the folder that ``proc``, ``run`` and ``etc`` lie in. ``unread`` names what could
    not be read, if nothing else told of a container.
    """
    seen = _Seen(root)
    cgroup, mounts = seen.text("proc/self/cgroup"), seen.text("proc/self/mountinfo")
    unread = "; ".join(seen.unread)
    found = _apptainer(variables) or _named(seen, cgroup, mounts, variables)
    if _in_kubernetes(seen, cgroup + mounts, found, variables):
        found.update(_kubernetes(seen, cgroup + mounts, variables), runtime="kubernetes")
    if not found:
        return {"runtime": "none", "unread": unread} if unread else {"runtime": "none"}
    return found


class _Seen:
    """Files below a root; ``unread`` are those that are there and were refused."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.unread: List[str] = []

    def there(self, name: str) -> bool:
        return os.path.lexists(os.path.join(self.root, name))

    def text(self, name: str) -> str:
        try:
            with open(os.path.join(self.root, name), "rb") as file:
                return file.read(_MOST).decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            self.unread.append("/%s cannot be read: %s" % (name, error.strerror))
            return ""


def _apptainer(variables: Mapping[str, str]) -> Dict[str, str]:
    for prefix in ("APPTAINER", "SINGULARITY"):
        image = variables.get(prefix + "_CONTAINER")
        if image:
            name = variables.get(prefix + "_NAME", "")
            return {"runtime": "apptainer", "image": image, "name": name}
    return {}


def _named(seen: _Seen, cgroup: str, mounts: str, variables: Mapping[str, str]) -> Dict[str, str]:
    """Return runtime and id, from the surest sign on."""
    podman = _containerenv(seen)
    by_file = podman or ({"runtime": "docker"} if seen.there(".dockerenv") else {})
    said = _said(seen, variables)
    by_word = {"runtime": said if said in _SAYS.split() else "other"} if said else {}
    found = dict(by_file)
    for runtime, identity in (*_in_cgroup(cgroup), *_in_mounts(mounts)):
        found.setdefault("runtime", runtime)
        if found["runtime"] == runtime:
            found.setdefault("id", identity)
    return found or by_word


def _containerenv(seen: _Seen) -> Dict[str, str]:
    if not seen.there("run/.containerenv"):
        return {}
    rows = (line.partition("=")[::2] for line in seen.text("run/.containerenv").splitlines())
    said = {key.strip(): value.strip().strip('"') for key, value in rows}
    names = (("id", "id"), ("name", "name"), ("image", "image"), ("image_id", "imageid"))
    return dict({"runtime": "podman"}, **{ours: said[key] for ours, key in names if said.get(key)})


def _said(seen: _Seen, variables: Mapping[str, str]) -> str:
    """Return the word that the container's manager left for what runs in it."""
    for name in ("run/host/container-manager", "run/systemd/container"):
        word = seen.text(name).strip()
        if word:
            return word
    for entry in seen.text("proc/1/environ").split("\0"):
        if entry.startswith("container="):
            return entry.partition("=")[2]
    return variables.get("container", "")


def _in_cgroup(cgroup: str) -> Iterator[Tuple[str, str]]:
    for runtime, pattern in _CGROUPS:
        match = pattern.search(cgroup)
        if match:
            yield runtime, match.group(1)


def _in_mounts(mounts: str) -> Iterator[Tuple[str, str]]:
    fields = [line.split(" ") for line in mounts.splitlines()]
    sources = [row[3] for row in fields if len(row) > 4 and row[4] in _MOUNTED]  # noqa: PLR2004 - root, mount point
    for runtime, pattern in _MOUNTS:
        for source in sources:
            match = pattern.search(source)
            if match:
                yield runtime, match.group(1)
                break


def _in_kubernetes(
    seen: _Seen, text: str, found: Dict[str, str], variables: Mapping[str, str]
) -> bool:
    if _KUBERNETES.search(text):
        return True
    # The variable alone is also set by those who talk to a cluster from outside.
    if "KUBERNETES_SERVICE_HOST" not in variables:
        return False
    return bool(found) or seen.there(_ACCOUNT)


def _kubernetes(seen: _Seen, text: str, variables: Mapping[str, str]) -> Dict[str, str]:
    pod = _POD.search(text)
    found = {
        "pod": variables.get("HOSTNAME", "") or seen.text("etc/hostname").strip(),
        "pod_id": pod.group(1).replace("_", "-") if pod else "",
        "namespace": seen.text(_ACCOUNT).strip(),
    }
    return {key: value for key, value in found.items() if value}
