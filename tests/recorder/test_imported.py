"""Which modules a distribution brings, and which a process has in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from auditor.recorder.installed.modules import brought
from auditor.recorder.observer.modules import in_memory


def test_the_modules_of_a_record() -> None:
    paths = (
        "pkg/__init__.py",
        "pkg/sub/__init__.py",
        "six.py",
        "_ext.cpython-311-x86_64-linux-gnu.so",
        "space/one/__init__.py",
        "space/one/deep.py",
        "space/deeper/two/__init__.py",
        "space/plain.py",
        "pkg-1.0.dist-info/METADATA",
    )
    assert brought([(path, "", "") for path in paths], "ignored") == [
        *("_ext", "pkg", "six", "space.deeper.two", "space.one", "space.plain")
    ]
    assert brought([], "b\na\n") == ["a", "b"]
    assert brought([], None) is None


def test_modules_in_memory_by_the_folder_they_lie_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def module(name: str, file: str | None) -> None:
        made = ModuleType(name)
        made.__dict__.update({"__file__": file} if file else {"__path__": []})
        monkeypatch.setitem(sys.modules, name, made)

    module("aa", "/place/aa/__init__.py")
    module("aa.inner", "/place/aa/inner.py")
    module("bb", "/other/bb.so")
    module("ss", None)
    module("ss.one", "/place/ss/one/__init__.py")
    module("ss.one.deep", "/place/ss/one/deep.py")
    module("ss.two", "/place/ss/two.py")
    found = in_memory()
    assert found["/place"] == ["aa", "ss.one", "ss.two"]
    assert found["/other"] == ["bb"]
    assert not any("json" in names for names in found.values())


def test_it_takes_no_time(tmp_path: Path) -> None:
    """Twenty thousand modules in memory: a fraction of a second, and a bounded answer."""
    code = (
        "import sys, time, types\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "from auditor.recorder.observer.modules import in_memory\n"
        "for n in range(20000):\n"
        "    m = types.ModuleType(f'm{n}'); m.__file__ = f'/p/m{n}.py'\n"
        "    sys.modules[m.__name__] = m\n"
        "start = time.process_time(); found = in_memory()\n"
        "print(time.process_time() - start, len(found['/p']))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True
    )
    seconds, count = said.stdout.split()
    assert float(seconds) < 1
    assert int(count) == 5000
