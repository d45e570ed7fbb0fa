from __future__ import annotations

import zipfile
from pathlib import Path

from auditor.locking import content_digest
from tests.locking.local import captured, install, make_environment, make_wheel


def test_the_digest_of_a_wheel_is_that_of_its_installation(tmp_path: Path) -> None:
    files = {
        "thing.py": "1",
        "thing-1.0.data/purelib/inner.py": "2",
        "thing-1.0.data/scripts/run": "#!python\n",
        "thing-1.0.data/data/share/thing": "3",
    }
    wheel = make_wheel(tmp_path, "thing", files)
    make_environment(tmp_path / "venv")
    install(tmp_path / "venv", wheel)
    (one,) = captured(tmp_path / "venv", tmp_path)
    assert content_digest(wheel) == one.digest
    other = make_wheel(tmp_path, "thing", files | {"thing.py": "other"})
    assert content_digest(other) != one.digest


def test_what_has_no_record_has_no_digest(tmp_path: Path) -> None:
    broken, empty = tmp_path / "broken.whl", tmp_path / "empty.whl"
    broken.write_text("no zip")
    zipfile.ZipFile(empty, "w").close()
    assert content_digest(broken) is None
    assert content_digest(empty) is None
