"""What an Alpine system's manager would answer, from a stand-in and a crafted database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.packages.apk import Apk

DATABASE = """C:Q1abc=
P:musl
V:1.2.5-r0
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755

C:Q1def=
P:busybox
V:1.36.1-r28
D:so:libc.musl-x86_64.so.1 /bin/absent !conflict
p:cmd:busybox=1.36.1-r28 /bin/sh
F:bin
R:busybox
F:
R:top
"""


def test_owners_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers as apk-tools 2.14 does; what nobody owns is an error, and no line."""
    (tmp_path / "apk").write_text(
        """#!/bin/sh
for path in "$@"; do case $path in
  /bin/busybox) echo "/bin/busybox is owned by busybox-1.36.1-r28" ;;
  /bin/ls) echo "/bin/ls symlink target is owned by busybox-1.36.1-r28" ;;
  /usr/lib/x) echo "/usr/lib/x is owned by py3-some-thing-2.0_rc1-r3" ;;
  /*) echo "ERROR: $path: Could not find owner package" >&2 ;;
esac; done
exit 1
"""
    )
    (tmp_path / "apk").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = Apk().owners(("/bin/busybox", "/bin/ls", "/usr/lib/x", "/nowhere", "relative"))
    assert {path: (one.name, one.version) for path, one in found.items()} == {
        "/bin/busybox": ("busybox", "1.36.1-r28"),
        "/bin/ls": ("busybox", "1.36.1-r28"),
        "/usr/lib/x": ("py3-some-thing", "2.0_rc1-r3"),
    }


def test_what_a_package_depends_on_and_brings(tmp_path: Path) -> None:
    database = tmp_path / "installed"
    assert Apk(database).state() == ""
    assert Apk(database).needed(frozenset({"busybox"})) == frozenset()
    database.write_text(DATABASE)
    apk = Apk(database)
    assert apk.needed(frozenset({"busybox", "absent"})) == {"busybox", "musl"}
    assert apk.contents(frozenset({"busybox"})) == ("/bin", "/bin/busybox", "/top")
    assert apk.state() != ""
