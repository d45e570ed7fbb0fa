"""DVC's files as DVC 3 writes them, and the older layout of its cache."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from auditor.model.files import File
from auditor.replay import Options
from auditor.replay.data.dvc import Dvc, by_name
from auditor.replay.data.interface import Context, Wanted
from auditor.store.objects import Objects
from tests.replay.data.conftest import Site, wanted

CONTENT = b"x,y\n1,2\n"


class Repository:
    """A DVC repository made by hand, with a project's store in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / ".dvc").mkdir(parents=True)
        (root / ".dvc" / "config").write_text("[core]\n    autostage = true\n")
        self.objects = Objects(root / ".auditor" / "objects")
        self.source: list[File] = []

    def add(self, content: bytes, cache: Path | None = None, *, legacy: bool = False) -> str:
        md5 = hashlib.md5(content).hexdigest()
        folder = (cache or self.root / ".dvc" / "cache") / ("" if legacy else "files/md5")
        place = folder / md5[:2] / md5[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return md5

    def add_folder(self, files: dict[str, bytes]) -> str:
        rows = [{"md5": self.add(data), "relpath": name} for name, data in sorted(files.items())]
        listing = json.dumps(rows).encode()
        md5 = hashlib.md5(listing).hexdigest()
        place = self.root / ".dvc/cache/files/md5" / md5[:2] / f"{md5[2:]}.dir"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(listing)
        return f"{md5}.dir"

    def track(self, path: str, md5: str, size: int | None = None) -> str:
        """Write ``PATH.dvc`` as ``dvc add`` does, and return its text."""
        lines = ["outs:", f"- md5: {md5}", "  hash: md5", f"  path: {Path(path).name}"]
        text = "\n".join([*lines, *([f"  size: {size}"] if size is not None else []), ""])
        place = self.root / f"{path}.dvc"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return text

    def record(self, path: str, text: str) -> None:
        """Make a document part of the run's recorded source, and of it alone."""
        digest = self.objects.put_bytes(text.encode())
        self.source.append(File(path=path, digest=digest, size=len(text), kept=True))

    def offers(self, file: Wanted, root: str = "/project", *, trusted: bool = False) -> list[str]:
        context = Context(
            root=root,
            source=tuple(self.source),
            objects=self.objects,
            options=Options(trusted=trusted),
            cache=self.root / "own-cache",
        )
        return list(Dvc(context).offers(file))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("DVC_CACHE_DIR", raising=False)
    return Repository(tmp_path / "here")


@pytest.mark.parametrize("legacy", [False, True])
def test_a_file_that_was_added(repository: Repository, *, legacy: bool) -> None:
    md5 = repository.add(CONTENT, legacy=legacy)
    repository.track("data/train.csv", md5, len(CONTENT))
    (place,) = repository.offers(wanted(CONTENT))
    assert Path(place).read_bytes() == CONTENT


def test_the_recorded_source_says_it_as_well(repository: Repository) -> None:
    md5 = repository.add(CONTENT)
    repository.record("data/train.csv.dvc", repository.track("elsewhere/train.csv", md5))
    assert len(repository.offers(wanted(CONTENT))) == 1


def test_an_output_of_a_stage(repository: Repository) -> None:
    md5 = repository.add(CONTENT)
    (repository.root / "dvc.lock").write_text(
        "schema: '2.0'\n"
        "stages:\n  prepare:\n    cmd: python prepare.py\n    deps:\n"
        "    - path: prepare.py\n      hash: md5\n      md5: 20bece56a140c1df772f9c50939b1341\n"
        "      size: 221\n"
        f"    outs:\n    - path: data/train.csv\n      hash: md5\n      md5: {md5}\n"
        f"      size: {len(CONTENT)}\n"
    )
    assert len(repository.offers(wanted(CONTENT))) == 1
    assert repository.offers(wanted(CONTENT + b"more")) == []  # another size


def test_a_file_in_a_folder_that_was_added(repository: Repository) -> None:
    files = {"a/train.csv": CONTENT, "b/train.csv": b"other", "[x]*.csv": b"glob"}
    repository.track("data/raw", repository.add_folder(files))
    (place,) = repository.offers(wanted(CONTENT, "data/raw/a/train.csv"))
    assert Path(place).read_bytes() == CONTENT
    (place,) = repository.offers(wanted(b"glob", "data/raw/[x]*.csv"))
    assert Path(place).read_bytes() == b"glob"
    assert repository.offers(wanted(CONTENT, "data/raw/c/train.csv")) == []


@pytest.mark.parametrize("how", ["variable", "config", "config.local", "user", "relative"])
def test_a_cache_that_lies_elsewhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    shared = tmp_path / "shared"
    repository.track("data/train.csv", repository.add(CONTENT, shared))
    own = repository.root / ".dvc"
    if how == "variable":
        monkeypatch.setenv("DVC_CACHE_DIR", str(shared))
    elif how == "relative":
        (own / "config").write_text("[cache]\n    dir = ../../shared # the lab's\n")
    else:
        folder = tmp_path / "config" / "dvc" if how == "user" else own
        folder.mkdir(parents=True, exist_ok=True)
        name = "config" if how == "user" else how
        (folder / name).write_text(f"['cache']\n    dir = {shared}\n    type = symlink\n")
    (place,) = repository.offers(wanted(CONTENT))
    assert Path(place).is_relative_to(shared)


def remotes(repository: Repository, local: Path) -> str:
    (repository.root / ".dvc" / "config").write_text(
        "[core]\n    remote = main\n"
        f"['remote \"other\"']\n    url = {local}\n"
        "['remote \"main\"']\n    url = s3://bucket/dvc/\n    profile = lab\n"
        "['remote \"desk\"']\n    url = ssh://desk/dvc\n"
    )
    md5 = repository.add(CONTENT, local)
    repository.track("data/train.csv", md5, len(CONTENT))
    return md5


def test_remotes_of_a_trusted_project_the_default_first(
    repository: Repository, tmp_path: Path
) -> None:
    md5 = remotes(repository, tmp_path / "remote")
    root = str(repository.root)
    file = wanted(CONTENT, root=root)
    assert repository.offers(file, root, trusted=True) == [
        f"s3://bucket/dvc/files/md5/{md5[:2]}/{md5[2:]}",
        f"s3://bucket/dvc/{md5[:2]}/{md5[2:]}",
        str(tmp_path / "remote" / "files/md5" / md5[:2] / md5[2:]),
    ]


@pytest.mark.parametrize("kind", ["path", "address"])
def test_a_folder_of_which_only_the_remote_knows(
    repository: Repository, tmp_path: Path, site: Site, kind: str
) -> None:
    listing = repository.add_folder({"a/train.csv": CONTENT})
    repository.track("data/raw", listing)
    remote = tmp_path / "remote"
    shutil.move(repository.root / ".dvc/cache", remote)
    layout = f"files/md5/{listing[:2]}/{listing[2:]}"
    site.files[f"/dvc/{layout}"] = (remote / layout).read_bytes()
    place = {"path": str(remote), "address": f"{site.url}/dvc"}[kind]
    (repository.root / ".dvc/config").write_text(f"['remote \"r\"']\n    url = {place}\n")
    root = str(repository.root)
    file = wanted(CONTENT, "data/raw/a/train.csv", root)
    assert repository.offers(file, root) == []
    assert site.asked == []
    md5 = hashlib.md5(CONTENT).hexdigest()
    assert f"{place}/files/md5/{md5[:2]}/{md5[2:]}" in repository.offers(file, root, trusted=True)


def test_a_fingerprint_from_elsewhere_reaches_no_remote(
    repository: Repository, tmp_path: Path
) -> None:
    remotes(repository, tmp_path / "remote")
    assert repository.offers(wanted(CONTENT)) == []


def test_a_fingerprint_from_elsewhere_brings_no_repository(
    repository: Repository, tmp_path: Path
) -> None:
    there = Repository(tmp_path / "there")
    there.track("data/train.csv", there.add(CONTENT), len(CONTENT))
    (there.root / ".dvc/config").write_text(f"[cache]\n    dir = {there.root}/.dvc/cache\n")
    repository.record(".dvc/config", (there.root / ".dvc/config").read_text())
    file = wanted(CONTENT, root=str(there.root))
    assert repository.offers(file, str(there.root)) == []
    assert len(repository.offers(file, str(there.root), trusted=True)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "outs: [",
        "[1, 2",
        "outs:\n- md5: ../../../../etc/passwd\n  path: train.csv\n",
        "outs:\n- md5: [1]\n  path: train.csv\n",
        "outs: {a: 1}\nstages: [1]\n",
        "!!python/object/apply:os.system ['touch /tmp/x']",
        "[" * 100_000,
        "\x00",
    ],
)
def test_documents_that_say_nothing(repository: Repository, text: str) -> None:
    assert by_name(text.encode()) == {}
    repository.record("data/train.csv.dvc", text)
    assert repository.offers(wanted(CONTENT)) == []


def test_where_there_is_no_repository_nothing_is_read(tmp_path: Path, make: Any) -> None:
    options = Options(trusted=True)
    context = Context(
        root=str(tmp_path), source=(), objects=make.objects, options=options, cache=tmp_path
    )
    assert list(Dvc(context).offers(wanted(CONTENT))) == []
