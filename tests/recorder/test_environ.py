"""Variables that are read, and have no recorded value."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.slow

SETTINGS = dict.fromkeys(("A", "B", "C", "D", "E", "F", "OMP_NUM_THREADS", "API_TOKEN"), "1")


def read(bench: Bench, script: str, **members: Any) -> dict[str, str]:
    bench.write("run.py", script)
    seen = bench.run([sys.executable, "run.py"], env=SETTINGS, **members)
    assert seen.status == 0, seen.stderr
    return {event["name"]: event["site"] for event in seen.of("variable")}


def test_each_way_to_read_one(bench: Bench) -> None:
    script = """\
        import os
        os.environ["A"]
        os.environ.get("B")
        os.getenv("C")
        "D" in os.environ
        os.getenv("UNSET"), os.environ.get("OMP_NUM_THREADS"), os.environ["HOME"]
        os.getenv("A")
        os.getenv("API_TOKEN")
        """
    sites = {"A": "run.py:2", "B": "run.py:3", "C": "run.py:4", "D": "run.py:5"}
    assert read(bench, script) == {**sites, "API_TOKEN": "run.py:8"}


def test_going_through_all_of_them_reads_none(bench: Bench) -> None:
    script = """\
        import os, subprocess, sys
        dict(os.environ); os.environ.copy(); {**os.environ}; sorted(os.environ.items())
        subprocess.run([sys.executable, "-c", "pass"], env={**os.environ, "X": "1"}, check=True)
        assert os.environ["A"] == "1" and list(os.environ) == list(os.environ.keys())
        """
    assert read(bench, script) == {"A": "run.py:4"}


def test_what_libraries_read_has_no_site(bench: Bench, tmp_path: Any) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "mod.py").write_text("import os; VALUE = os.environ['E']")
    script = f"import sys; sys.path.insert(0, {str(tmp_path / 'lib')!r}); import mod"
    assert read(bench, script) == {"E": ""}


def test_values_that_are_asked_for(bench: Bench) -> None:
    bench.write("run.py", "import os; os.getenv('F')")
    seen = bench.run([sys.executable, "run.py"], env=SETTINGS, variables=["F"])
    assert seen.of("variable") == []
    assert seen.of("start")[0]["variables"]["F"] == "1"
    assert seen.document("start.json")["variables"]["F"] == "1"
    assert os.environ.get("F") is None
