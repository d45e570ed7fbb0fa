from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from auditor.replay.pip_zip import pip_folder, pip_version, pip_zip


def package(folder: Path) -> Path:
    own = folder / "tool"
    own.mkdir()
    (own / "__init__.py").write_text("")
    (own / "__main__.py").write_text("print(__file__.rpartition('/')[2], __cached__)\n")
    return own


def names(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return set(found.namelist())


def test_pip_runs_out_of_it(tmp_path: Path) -> None:
    place = tmp_path / "pip.zip"
    place.write_bytes(pip_zip(pip_folder()))
    command = [sys.executable, "-I", f"{place}/pip", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.startswith(f"pip {pip_version()} from {place}/pip ")


def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    own = package(tmp_path)
    first = pip_zip(own)
    assert names(first) == {"tool/__init__.py", "tool/__main__.py"}
    time.sleep(0.01)
    (own / "__init__.py").touch()
    assert pip_zip(own) == first


def test_compiled_modules_are_used_where_they_fit_and_left_where_not(tmp_path: Path) -> None:
    own = package(tmp_path)
    subprocess.run([sys.executable, "-m", "compileall", "-q", own], check=True)
    data = pip_zip(own)
    assert names(data) >= {"tool/__init__.pyc", "tool/__main__.pyc"}
    place = tmp_path / "tool.zip"
    place.write_bytes(data)
    script = (
        "import sys, tool; assert tool.__loader__.get_code('tool').co_filename.endswith('.py');"
        "print(tool.__loader__.is_package('tool'))"
    )
    for broken in (data, data.replace(data[data.index(b".pyc") + 4 :][:4], b"\0\0\0\0", 1)):
        place.write_bytes(broken)
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONPATH": str(place)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "True\n"
    (own / "__init__.py").write_text("x = 1\n")  # what was compiled is another source
    assert "tool/__init__.pyc" not in names(pip_zip(own))
