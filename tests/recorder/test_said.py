"""What a program says of itself while it is observed: ``import auditor`` in a run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import auditor
from auditor import recorder

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.slow

BARE = str(Path(sys.base_prefix) / "bin" / "python3")
"""An interpreter that has no auditor of its own."""
SHIM = Path(recorder.__path__[0]) / "shim.py"


def test_a_run_without_the_package_has_the_interface(bench: Bench) -> None:
    bench.write("data.csv", "1")
    bench.write(
        "run.py",
        """
        import auditor
        auditor.metric("acc", 0.25); auditor.metric("acc", 0.5); auditor.metric("n", 3)
        auditor.metric("loss", float("nan"))
        auditor.param("lr", 0.1); auditor.param("layers", (3, 4)); auditor.param("what", object())
        auditor.input("data.csv")
        auditor.output("made.bin")
        open("made.bin", "w").close()
        """,
    )
    run = bench.run([BARE, "run.py"])
    assert run.status == 0, run.stderr
    told = [(event["name"], event["value"], event["type"]) for event in run.of("metric")]
    assert told == [
        ("acc", "0.25", "float"),
        ("acc", "0.5", "float"),
        ("n", "3", "int"),
        ("loss", "nan", "float"),
    ]
    assert [(event["name"], event["value"]) for event in run.of("param")] == [
        ("lr", "0.1"),
        ("layers", "[3,4]"),
        ("what", "<object>"),
    ]
    assert run.of("metric")[0]["site"] == "run.py:3"
    first = {row["path"]: row for row in run.digests if row["when"] == "first"}
    assert first[str(bench.project / "data.csv")]["seen"] == "declared"


def test_a_module_of_the_project_has_the_name(bench: Bench) -> None:
    bench.write("auditor.py", "mine = 1")
    bench.write("run.py", "import auditor; print(auditor.mine)")
    assert bench.run([BARE, "run.py"]).stdout == b"1\n"


def test_the_interface_is_no_package(bench: Bench) -> None:
    bench.write("run.py", "import auditor.cli")
    assert b"'auditor' is not a package" in bench.run([BARE, "run.py"]).stderr


def test_forked_and_spawned_children_tell_too(bench: Bench) -> None:
    bench.write(
        "run.py",
        """
        import multiprocessing
        import auditor
        def tell(name):
            import auditor
            auditor.metric(name, 1)
        if __name__ == "__main__":
            auditor.metric("parent", 1)
            for method in ("fork", "spawn"):
                child = multiprocessing.get_context(method).Process(target=tell, args=(method,))
                child.start()
                child.join()
        """,
    )
    run = bench.run([BARE, "run.py"])
    assert {event["name"] for event in run.of("metric")} == {"parent", "fork", "spawn"}


def test_seed_everything_is_recorded_with_its_site(bench: Bench) -> None:
    bench.write(
        "run.py", "import auditor, random\nauditor.seed_everything(5)\nprint(random.random())"
    )
    run = bench.run([BARE, "run.py"])
    seeds = {(event["library"], event["value"], event["site"]) for event in run.of("seed")}
    assert ("auditor", "5", "run.py:2") in seeds
    assert run.of("unseeded") == []
    assert run.stdout.startswith(b"0.6229016948897019")


def test_what_cannot_be_told_harms_nobody(bench: Bench) -> None:
    bench.write(
        "run.py", "import auditor; auditor.input('absent'); auditor.input('a\\0b'); print(1)"
    )
    run = bench.run([BARE, "run.py"])
    assert run.stdout == b"1\n"


def test_what_is_no_number_is_refused_where_it_is_told(bench: Bench) -> None:
    bench.write("run.py", "import auditor; auditor.metric('acc', 'high')")
    run = bench.run([BARE, "run.py"])
    assert b"ValueError" in run.stderr
    assert run.of("metric") == []


def test_nobody_is_told_where_nobody_observes() -> None:
    code = "import auditor; auditor.metric('a', 1); auditor.param('b', 2); auditor.input('c')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_package_offers_the_same_functions(bench: Bench) -> None:
    run = bench.python("import auditor; auditor.metric('acc', 1.5); print(auditor.__version__)")
    assert run.stdout.decode().strip() == auditor.__version__
    assert [event["value"] for event in run.of("metric")] == ["1.5"]


def test_there_is_nothing_else_in_the_package() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = auditor.nothing
