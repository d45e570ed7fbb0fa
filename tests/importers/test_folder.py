from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.importers import IMPORTERS, Declared, importer_of
from auditor.importers.folder import FolderImporter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("train.py", "lib/model.py", ".hidden/x.py", "venv/y.py", "build/z.py", "data.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    (tmp_path / "pins.txt").write_text("numpy==2.0.0\n")
    return tmp_path


def test_a_folder_is_recognised_and_nothing_else(folder: Path) -> None:
    assert importer_of(str(folder), None) is IMPORTERS["folder"]
    assert importer_of("anything", "folder") is IMPORTERS["folder"]
    with pytest.raises(InputError, match="no run found"):
        importer_of(str(folder / "nowhere"), None)
    assert IMPORTERS["folder"].runs(str(folder))[0].name == folder.name


def test_what_was_said_is_declared_and_the_rest_is_unknown(folder: Path) -> None:
    seen = FolderImporter().read(
        str(folder),
        Declared(
            command="python train.py --token abc",
            inputs=("data.csv",),
            outputs=("lib/model.py",),
            params={"lr": "0.1"},
            requirements="pins.txt",
            log="data.csv",
        ),
    )
    assert seen.command.value is not None
    assert seen.command.value.argv == ("python", "train.py", "--token", "[redacted]")
    assert seen.command.how == "declared"
    assert [file.path for file in seen.source.value or ()] == ["train.py"]
    assert seen.source.how == "derived"
    assert [d.name for d in seen.dependencies.value or ()] == ["numpy"]
    assert seen.params["lr"].how == "declared"
    assert seen.stdout.value == str(folder / "data.csv")
    assert seen.exit.how == "derived"
    assert seen.exit.reason
    for fact in (seen.seeds, seen.interpreter, seen.locale, seen.image, seen.network):
        assert (fact.how, fact.value) == ("unknown", None)
        assert fact.reason


def test_nothing_declared_is_nothing_known(folder: Path) -> None:
    seen = FolderImporter().read(str(folder), Declared(command="python train.py"))
    for fact in (seen.outputs, seen.inputs, seen.stdout, seen.exit, seen.times, seen.dependencies):
        assert fact.how == "unknown"
    paths = [file.path for file in seen.source.value or ()]
    assert paths == ["lib/model.py", "train.py"]


def test_a_path_from_where_the_user_stands(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    (here / "elsewhere.csv").write_text("x")
    monkeypatch.chdir(here)
    seen = FolderImporter().read(
        str(folder), Declared(command="python train.py", inputs=("elsewhere.csv",))
    )
    assert [file.path for file in seen.inputs.value or ()] == [str(here / "elsewhere.csv")]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Declared(), "plain folder"),
        (Declared(command="''x 'y"), "cannot be split"),
        (Declared(command=" "), "empty"),
        (Declared(command="python train.py", outputs=("none.npy",)), "no such file"),
        (Declared(command="python train.py", requirements="none.txt"), "no such file"),
    ],
)
def test_what_cannot_be_read_is_said(folder: Path, said: Declared, words: str) -> None:
    with pytest.raises(InputError, match=words):
        FolderImporter().read(str(folder), said)
