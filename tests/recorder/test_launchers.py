"""Whatever starts the processes of a run, those that read are observed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.slow

READER = "import sys\nopen(sys.argv[1]).read()\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(bench: Bench, method: str) -> None:
    bench.write("data.csv", "1")
    run = bench.python(
        f"""
        import multiprocessing
        def read(path): return open(path).read()
        if __name__ == "__main__":
            with multiprocessing.get_context({method!r}).Pool(1) as pool:
                print(pool.map(read, ["data.csv"]))
                pool.close()
                pool.join()
        """
    )
    assert run.stdout == b"['1']\n"
    assert "data.csv" in run.paths("read")
    readers = {event["pid"] for event in run.of("start")}
    assert len(readers) >= 2


@pytest.mark.parametrize("pool", ["ThreadPoolExecutor", "ProcessPoolExecutor"])
def test_concurrent_futures(bench: Bench, pool: str) -> None:
    bench.write("data.csv", "1")
    run = bench.python(
        f"""
        from concurrent.futures import {pool}
        def read(path): return open(path).read()
        if __name__ == "__main__":
            with {pool}(1) as pool:
                print(pool.submit(read, "data.csv").result())
        """
    )
    assert run.stdout == b"1\n"
    assert "data.csv" in run.paths("read")


def test_pytest(bench: Bench) -> None:
    bench.write("data.csv", "1")
    bench.write("test_it.py", "def test_it():\n    assert open('data.csv').read() == '1'\n")
    run = bench.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"])
    assert run.status == 0, run.stdout
    assert {"data.csv", "test_it.py"} <= set(run.paths("read"))


def test_a_launcher_of_ranks(bench: Bench) -> None:
    """As torchrun and accelerate do it: a process a rank, which knows its rank by variables."""
    bench.write("0.csv", "1")
    bench.write("1.csv", "2")
    bench.write("train.py", "import os\nopen(os.environ['RANK'] + '.csv').read()\n")
    run = bench.python(
        """
        import os, subprocess, sys
        ranks = [
            subprocess.Popen(
                [sys.executable, "-u", "train.py"],
                env={**os.environ, "RANK": str(rank), "WORLD_SIZE": "2"},
                start_new_session=True,
            )
            for rank in range(2)
        ]
        for rank in ranks:
            rank.wait()
        """
    )
    assert {"0.csv", "1.csv", "train.py"} <= set(run.paths("read"))
    assert len(run.of("end")) == 3


def test_a_shell_between(bench: Bench) -> None:
    bench.write("data.csv", "1")
    bench.write("read.py", READER)
    bench.write("all.sh", f"#!/bin/sh\ncd . && {sys.executable} read.py data.csv\n")
    run = bench.run(["sh", "all.sh"])
    assert "data.csv" in run.paths("read")


def test_a_program_of_another_language(bench: Bench) -> None:
    """The file that an R or shell child is told to run is an input by its name."""
    bench.write("fit.R", "cat(1)")
    rscript = bench.write("bin/Rscript", '#!/bin/sh\ncat "$1"\n')
    rscript.chmod(0o755)
    path = f"{rscript.parent}{os.pathsep}{os.environ['PATH']}"
    bench.write("run.py", "import subprocess\nsubprocess.run(['Rscript', 'fit.R'], check=True)\n")
    run = bench.run([sys.executable, "run.py"], env={"PATH": path})
    assert run.stdout == b"cat(1)"
    assert "fit.R" in {
        str(Path(row["path"]).relative_to(bench.project))
        for row in run.digests
        if row["when"] == "first" and row["path"].startswith(f"{bench.project}/")
    }
    assert ["Rscript", "fit.R"] in [event["argv"] for event in run.of("child")]


@pytest.mark.parametrize("option", ["-I", "-E", "-S"])
def test_an_interpreter_that_takes_no_recorder_runs_as_ever(bench: Bench, option: str) -> None:
    bench.write("data.csv", "1")
    bench.write("read.py", READER)
    run = bench.run([sys.executable, option, "read.py", "data.csv"])
    assert (run.status, run.stderr) == (0, b"")
    assert run.of("start") == []
