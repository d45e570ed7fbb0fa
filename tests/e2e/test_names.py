"""Runs that ask which files there are: their replays find the same names."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from tests.e2e.conftest import Document, Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def audit_of(project: Project, script: str, status: int = 0, *options: str) -> Document:
    (project.folder / "t.py").write_text(textwrap.dedent(script))
    result = project.auditor("run", *options, "--", "python", "t.py")
    assert result.returncode == 0, result.stderr
    document: Document = project.json("replay", "latest", status=status)
    return document


@pytest.fixture
def data(empty: Project) -> Project:
    for name in ("a", "b", "c"):
        file = empty.folder / "data" / "deep" / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name * 10)
        os.utime(file, ns=(0, (1_700_000_000 - ord(name)) * 10**9))
    (empty.folder / "data" / "empty").mkdir()
    return empty


LISTING = {
    "listdir": "sorted(os.listdir('data/deep'))",
    "scandir": "sorted((e.name, e.stat().st_size) for e in os.scandir('data/deep'))",
    "glob": "sorted(glob.glob('data/**/*', recursive=True))",
    "iterdir": "sorted(map(str, Path('data').iterdir()))",
    "rglob": "sorted(map(str, Path('.').rglob('*.csv')))",
    "walk": "sorted((a, sorted(b), sorted(c)) for a, b, c in os.walk('data'))",
    "bytes": "sorted(os.listdir(os.fsencode('data/deep')))",
    "here": "sorted(os.listdir())",
}
ASKING = {
    "exists": "[os.path.exists(p) for p in ('data/deep/a.csv', 'data/empty', 'data/none')]",
    "is_file": "[Path(p).is_file() for p in ('data/deep/b.csv', 'data/deep', 'x')]",
    "size": "os.stat('data/deep/c.csv').st_size",
    "newest": "max(Path('data/deep').glob('*'), key=os.path.getmtime).name",
    "age": "os.path.getmtime('data/deep/a.csv') > os.path.getmtime('data/deep/b.csv')",
}


@pytest.mark.parametrize("expressions", [LISTING, ASKING], ids=["listing", "asking"])
def test_what_is_there_is_there_again(data: Project, expressions: dict[str, str]) -> None:
    lines = "\n".join(f"print({name!r}, {code})" for name, code in expressions.items())
    opened = "open('data/deep/a.csv').read()"
    audit = audit_of(data, f"import glob, os\nfrom pathlib import Path\n{opened}\n{lines}\n")
    assert audit["verdict"] == "identical"
    assert audit["items"]


def test_existing_outputs_are_overwritten_again(empty: Project) -> None:
    script = """
        import json, os
        from pathlib import Path

        os.makedirs("runs", exist_ok=True)
        number = len(os.listdir("runs"))
        Path(f"runs/exp{number}").mkdir()
        Path(f"runs/exp{number}/log.txt").write_text("x" * number)
        resumed = os.path.exists("model.txt")
        Path("model.txt").write_text(f"{number} {resumed}")
        print(number, resumed, Path("model.txt").read_text())
        if os.path.exists("lock"):
            os.remove("lock")
        """
    (empty.folder / "lock").write_text("1")
    for number in range(2):
        (empty.folder / "lock").write_text("1")
        audit = audit_of(empty, script)
        assert audit["verdict"] == "identical", number
        names = {item["name"] for item in audit["items"] if item["kind"] == "file"}
        assert names == {"model.txt", f"runs/exp{number}/log.txt"}


def test_what_other_programs_read_of_a_listed_folder_is_there(data: Project) -> None:
    script = """
        import os, ctypes

        libc = ctypes.CDLL(None)
        for name in sorted(os.listdir("data/deep")):
            descriptor = libc.open(os.fsencode("data/deep/" + name), 0)
            print(name, os.read(descriptor, 100))
        """
    audit = audit_of(data, script)
    assert audit["verdict"] == "identical"


def test_a_replay_that_opens_more_than_was_recorded_did_not_complete(data: Project) -> None:
    script = """
        import os

        chosen = "a" if "auditor" not in os.uname().nodename else "b"
        print(len(open(f"data/deep/{chosen}.csv").read()))
        """
    audit = audit_of(data, script, 3)
    assert audit["verdict"] == "not-replayed"
    assert "data/deep/b.csv" in audit["attempts"][0]["reason"]


def test_a_folder_outside_the_project_keeps_its_names(empty: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    for name in ("a", "b", "deep/c"):
        (outside / name).write_text(name)
    script = f"""
        import os, pathlib
        folder = pathlib.Path({str(outside)!r})
        print(sorted(os.listdir(folder)), (folder / "b").stat().st_size)
        print((folder / "a").read_text(), (folder / "deep/c").read_text())
        """
    audit = audit_of(empty, script)
    assert audit["verdict"] == "identical"
    assert (outside / "b").read_text() == "b"


def test_a_folder_too_large_to_keep_is_known_by_name(empty: Project) -> None:
    folder = empty.folder / "many"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.bin").write_bytes(bytes(3000))
    script = "import os; print(sorted((e.name, e.stat().st_size) for e in os.scandir('many')))"
    audit = audit_of(empty, script, 0, "--keep", "4kB")
    assert audit["verdict"] == "identical"
    told = [entry["reason"] for entry in audit["unverified"] if entry["subject"] == "coverage"]
    assert any("2 file(s) in folders that the run listed" in reason for reason in told)


def test_hidden_names_are_there_and_their_contents_are_not_taken(empty: Project) -> None:
    (empty.folder / ".env").write_text("KEY=1")
    (empty.folder / ".git").mkdir()
    script = "import os; print(sorted(os.listdir('.')), os.path.isdir('.git'))"
    assert audit_of(empty, script)["verdict"] == "identical"
    inputs = empty.fingerprint()["recipe"]["inputs"]["value"]["files"]
    assert not any(file["path"] == ".env" for file in inputs)


def test_many_inputs_in_a_listed_folder(empty: Project) -> None:
    folder = empty.folder / "images"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:03}.txt").write_text(str(number))
    script = """
        import os

        names = sorted(os.listdir("images"))
        print(sum(int(open("images/" + name).read()) for name in names[:200]))
        open("images/index", "w").write("x")
        """
    assert audit_of(empty, script)["verdict"] == "identical"
