"""Which recorded paths may become files, folders or mounts: rules against hostile fingerprints."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from auditor.errors import InputError

__all__ = [
    "OWN",
    "absolute",
    "check_inside",
    "check_outside",
    "check_root",
    "inside",
    "refuse_overlap",
]

OWN = ("/opt/auditor",)
_SYSTEM = frozenset(
    {"etc", "proc", "sys", "dev", "run", "usr", "bin", "sbin", "boot", "lib", "lib32", "lib64"}
    | {"libx32", "libexec"}
)
_SYSTEM_BELOW = ("/var/run", "/var/lib/docker", "/var/lib/containerd", "/var/lib/containers")
_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock")
_MAX_PATH = 4096
_MAX_NAME = 255
_MAX_DEPTH = 500  # deeper folders than Python's stack cannot be made, and nobody has them


def absolute(path: str, root: str) -> str:
    """Return a recorded path as an absolute one."""
    return path if path.startswith("/") else posixpath.normpath(posixpath.join(root, path))


def inside(path: str, folder: str) -> bool:
    """Say whether ``path`` is ``folder`` or lies in it; both normalised."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def check_inside(path: str) -> str:
    """Return a path that stays within the project. Raises ``InputError`` for any other."""
    _check_text(path)
    parts = path.split("/")
    if path.startswith("/") or any(part in {"", ".", ".."} for part in parts):
        raise _refused(path, "it leaves the project")
    return path


def check_outside(path: str) -> str:
    """Return an absolute path that may be mounted. Raises ``InputError`` for system folders."""
    _check_text(path)
    if not path.startswith("/") or posixpath.normpath(path) != path or path.startswith("//"):
        raise _refused(path, "it is not a plain absolute path")
    top = path.split("/")[1]
    if top in {"", *_SYSTEM} or any(inside(path, folder) for folder in _SYSTEM_BELOW):
        raise _refused(path, "it lies in a system folder")
    if posixpath.basename(path) in _SOCKETS:
        raise _refused(path, "it is a container engine's socket")
    if any(inside(path, own) or inside(own, path) for own in OWN):
        raise _refused(path, "a replay needs that place itself")
    return path


def check_root(root: str) -> str:
    """Return the project root, where a replay lays its tree out. Raises ``InputError``."""
    if inside(root, "/usr/src/") and root != "/usr/src":
        _check_text(root)
        if posixpath.normpath(root) == root:
            return root
    return check_outside(root)


def refuse_overlap(paths: Iterable[str]) -> None:
    """Refuse a file that lies below another file. Raises ``InputError``."""
    files = set(paths)
    for path in files:
        parent = posixpath.dirname(path)
        while parent not in {"", "/"}:
            if parent in files:
                raise _refused(path, f"{parent} is a file as well")
            parent = posixpath.dirname(parent)


def _check_text(path: str) -> None:
    if not path or "\0" in path or len(path.encode("utf-8", "surrogateescape")) > _MAX_PATH:
        raise _refused(path[:80], "it is empty, too long or has a NUL")
    parts = path.split("/")
    if any(len(part.encode("utf-8", "surrogateescape")) > _MAX_NAME for part in parts):
        raise _refused(path[:80], "a name in it is too long")
    if len(parts) > _MAX_DEPTH:
        raise _refused(path[:80], "it is too deep")


def _refused(path: str, reason: str) -> InputError:
    return InputError(
        f"the fingerprint's path {path!r} is refused: {reason}",
        hint="a replay lays out and mounts only files of the project and of data folders",
    )
