"""What this system's manager knows, and what an RPM system's would answer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from auditor import packages
from auditor.packages.dpkg import Dpkg, _entry, _names
from auditor.packages.rpm import Rpm


@pytest.fixture
def dpkg() -> Dpkg:
    assert shutil.which("dpkg-query"), "these tests are written for Debian"
    return Dpkg()


def test_the_owner_of_a_program_under_either_of_its_names(dpkg: Dpkg) -> None:
    shell = os.path.realpath("/bin/sh")
    found = dpkg.owners((shell, "/usr/bin/sort", "/etc/hostname*", "/nowhere", "relative"))
    assert set(found) == {shell, "/usr/bin/sort"}
    assert found["/usr/bin/sort"].name == "coreutils"
    assert found["/usr/bin/sort"].version


def test_what_a_package_depends_on_and_brings(dpkg: Dpkg) -> None:
    needed = dpkg.needed(frozenset({"perl-base", "no-such-package"}))
    assert {"perl-base", "libc6"} <= {name.partition(":")[0] for name in needed}
    paths = dpkg.contents(frozenset({"perl-base", "no-such-package"}))
    assert "/usr/bin/perl" in paths
    assert all(path.startswith("/") for path in paths)
    assert dpkg.state() == dpkg.state() != ""


def test_relations_between_packages() -> None:
    assert list(_names("aa (>= 1) | bb:any, cc [amd64], , ${x}")) == [("aa", "bb"), ("cc",)]
    line = "ii \tgcc-12\t12.2\tlibc6 (>= 2.3), cpp\tlibc6-dev | libc-dev, r-base-dev\tc-compiler"
    entry = _entry(line)
    assert entry is not None
    assert entry.depends == (("libc6",), ("cpp",), ("libc6-dev", "libc-dev"))
    assert entry.provides == ("c-compiler",)
    assert _entry(line.replace("ii ", "rc ")) is None
    assert _entry("") is None


def test_nothing_is_asked_for_nothing() -> None:
    assert packages.owners(()) == {}
    assert packages.needed(()) == frozenset()
    assert packages.contents(()) == ()


def test_rpm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that answers as rpm 4.18 of Fedora does."""
    (tmp_path / "rpm").write_text(
        """#!/bin/sh
case "$*" in
  -qf*) shift 3; for path in "$@"; do case $path in
      /usr/bin/awk) printf 'gawk.x86_64\\t5.1.1-5.fc38\\n' ;;
      */shared) printf 'one.noarch\\t1-1\\ntwo.noarch\\t2-1\\n' ;;
      */gone) echo "error: file $path: No such file or directory" >&2 ;;
      *) echo "file $path is not owned by any package" ;;
    esac; done ;;
  "-q --requires"*gawk*) printf 'libm.so.6()(64bit)\\n/bin/sh\\nrpmlib(X) <= 3\\n' ;;
  "-q --requires"*) ;;
  *--whatprovides*) echo bash.x86_64; echo "no package provides libm.so.6()(64bit)" ;;
  "-ql"*) printf '/usr/bin/awk\\n(contains no files)\\n' ;;
esac
"""
    )
    (tmp_path / "rpm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    rpm = Rpm()
    found = rpm.owners(("/usr/bin/awk", "/nowhere"))
    assert {path: (one.name, one.version) for path, one in found.items()} == {
        "/usr/bin/awk": ("gawk.x86_64", "5.1.1-5.fc38")
    }
    (tmp_path / "shared").touch()
    both = f"{tmp_path}/shared"
    shared = rpm.owners(("/etc/passwd", both, "/usr/bin/awk", f"{tmp_path}/gone"))
    assert {path: one.name for path, one in shared.items()} == {
        both: "one.noarch",
        "/usr/bin/awk": "gawk.x86_64",
    }
    assert rpm.needed(frozenset({"gawk.x86_64"})) == {"gawk.x86_64", "bash.x86_64"}
    assert rpm.contents(frozenset({"gawk.x86_64"})) == ("/usr/bin/awk",)
