from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.replay.planning.paths import (
    absolute,
    check_inside,
    check_outside,
    check_root,
    inside,
    refuse_overlap,
)

ROOT = "/home/someone/project"
parts = st.sampled_from(["a", "b.csv", "..", ".", "", "etc", "x\0y", "…", "n" * 300])
paths = st.builds("/".join, st.lists(parts, max_size=6)) | st.text(max_size=40)


@given(paths)
def test_an_accepted_path_stays_within_the_project(path: str) -> None:
    try:
        check_inside(path)
    except InputError:
        return
    assert inside(posixpath.normpath(posixpath.join(ROOT, path)), ROOT)
    assert posixpath.normpath(path) == path
    assert not path.startswith("/")
    assert absolute(path, ROOT) != ROOT


@given(paths.map(lambda path: "/" + path) | paths)
def test_an_accepted_outside_path_is_normal_and_no_system_folder(path: str) -> None:
    try:
        check_outside(path)
    except InputError:
        return
    assert posixpath.normpath(path) == path
    assert path.startswith("/")
    top = path.split("/")[1]
    assert top not in {"", "etc", "proc", "sys", "dev", "run", "usr", "bin", "lib", "boot"}


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/etc", "/etc/passwd", "/proc/self/environ", "/sys/x", "/dev/sda", "/run/x"),
        *("/usr/lib/x", "/bin/sh", "/sbin/init", "/lib/x", "/lib64/x", "/boot/vmlinuz"),
        *("/var/run/docker.sock", "/var/lib/docker/x", "/home/me/docker.sock", "/opt"),
        *("/opt/auditor", "/opt/auditor/env/bin/python", "//etc/passwd", "/data/../etc/passwd"),
        *("/data/", "data", "", "/data\0", "/" + "a" * 5000, "/" + "a" * 256, "/data/./x"),
        "/data" + "/d" * 600,
    ],
)
def test_refuses_what_a_hostile_fingerprint_would_name(path: str) -> None:
    with pytest.raises(InputError, match="is refused") as caught:
        check_outside(path)
    assert caught.value.hint
    with pytest.raises(InputError):
        check_root(path)


@pytest.mark.parametrize("path", ["/data/x.csv", "/home/me/x", "/optional/x", "/srv/a b", "/tmp/x"])
def test_accepts_data_folders(path: str) -> None:
    assert check_outside(path) == path
    assert check_root(path) == path


def test_a_project_may_lie_where_images_have_them() -> None:
    assert check_root("/usr/src/app") == "/usr/src/app"
    for path in ("/usr/src", "/usr/src/../lib", "/usr/srcs/app", "/usr/lib"):
        with pytest.raises(InputError):
            check_root(path)
    with pytest.raises(InputError):
        check_outside("/usr/src/app")


def test_a_file_cannot_be_a_folder() -> None:
    refuse_overlap(["a", "b/c", "b/d", "/data/x"])
    with pytest.raises(InputError, match="is a file as well"):
        refuse_overlap(["a", "a/b/c"])
