from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from auditor import capture
from auditor.capture import masking
from auditor.model.files import File
from auditor.model.fingerprint import Fingerprint
from auditor.pipeline.run import Filed, RunOptions, run
from auditor.store.objects import Objects

_TOKEN = "gh" + "p_" + "aB3" * 12


def _run(root: Path, program: str, *arguments: str) -> Filed:
    (root / "train.py").write_text(program)
    argv = (sys.executable, "train.py", *arguments)
    options = RunOptions(argv=argv, params={"note": _TOKEN}, trace="python")
    return run(options, root, stdout=subprocess.DEVNULL)


def _holding(folder: Path, secret: str) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if secret.encode() in path.read_bytes()]


@pytest.mark.slow
def test_secrets_of_a_run_never_land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_NOTE", _TOKEN)
    program = "import sys\nprint('got', sys.argv[-1], flush=True)\nraise ValueError(sys.argv[-1])\n"
    made = _run(tmp_path, program, "--note", _TOKEN).fingerprint.record.masked.value
    assert made is not None
    places = {key.partition(":")[0] for key in made if key.endswith("github-token")}
    assert places >= {"argv", "params", "processes", "stdout", "stderr", "uncaught", "variables"}
    assert not _holding(tmp_path / ".auditor", _TOKEN)


@pytest.mark.slow
def test_a_run_without_secrets_says_so(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("print(1)\n")
    options = RunOptions(argv=(sys.executable, "train.py"), trace="python")
    fact = run(options, tmp_path, stdout=subprocess.DEVNULL).fingerprint.record.masked
    assert (fact.value, fact.reason) == ({}, "none was found")


@pytest.mark.slow
def test_a_file_that_holds_one_stays_and_is_named(tmp_path: Path) -> None:
    made: Fingerprint = _run(tmp_path, f"key = '{_TOKEN}'\n").fingerprint
    assert made.record.unmasked.value == {"train.py: github-token": 1}
    assert _holding(tmp_path / ".auditor" / "objects", _TOKEN)


def test_files_past_the_budget_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "_MOST", 10)
    objects = Objects(tmp_path)
    digest = objects.put_bytes(_TOKEN.encode())
    file = File(path="a.txt", digest=digest, size=len(_TOKEN), kept=True)
    fact = masking.left_in([file], objects)
    assert (fact.value, fact.reason) == ({}, "1 files were not searched")


def test_nobody_else_enters_the_observation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []

    def look(folder: Path) -> None:
        modes.append(folder.stat().st_mode & 0o777)
        raise KeyboardInterrupt

    monkeypatch.setattr(capture, "read", look)
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path, "print(1)\n")
    assert modes == [0o700]
