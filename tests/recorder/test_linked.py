"""Versions of the libraries that an interpreter links."""

from __future__ import annotations

import builtins
import pyexpat
import sqlite3
import ssl
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from auditor.capture import read
from auditor.recorder.installed import linked
from tests.capture.conftest import Project


def test_they_are_what_the_interpreter_says() -> None:
    found = linked.versions()
    assert found["openssl"] == ssl.OPENSSL_VERSION
    assert found["sqlite"] == sqlite3.sqlite_version
    assert found["zlib"] == zlib.ZLIB_RUNTIME_VERSION
    assert found["expat"] == pyexpat.EXPAT_VERSION
    told = subprocess.run(["ldd", "--version"], capture_output=True, text=True, check=True).stdout
    assert f"({found['glibc']})" in told


def test_what_an_interpreter_was_built_without_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "ssl":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert "openssl" not in linked.versions()
    monkeypatch.setattr(linked, "_GLIBC", linked.re.compile(rb"no such library (x)"))
    assert "glibc" not in linked.versions()


def test_a_run_says_what_its_interpreter_links(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("ssl.py", "raise SystemExit('a module of the project')")
    seen = read(project.run(sys.executable, "-c", "pass"))
    assert seen.libraries.value == linked.versions()
    gone = read(project.run("true"))
    assert gone.libraries.how == "unknown"
