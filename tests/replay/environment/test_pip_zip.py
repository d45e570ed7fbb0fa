from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from auditor.replay.environment.pip_zip import pip_folder, pip_version, pip_zip


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
    assert ran(data, tmp_path) == "__main__.pyc"
    assert ran(of_another_python(data), tmp_path) == "__main__.py"
    (own / "__main__.py").write_text("print('changed')\n")  # what was compiled is another source
    assert "tool/__main__.pyc" not in names(pip_zip(own))


def ran(data: bytes, folder: Path) -> str:
    """Return the name of the file that Python ran."""
    place = folder / "tool.zip"
    place.write_bytes(data)
    command = [sys.executable, "-I", f"{place}/tool"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def of_another_python(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, bytes(4) + content[4:] if name.endswith(".pyc") else content)
    return buffer.getvalue()
