"""Inputs that are fetched, through the one function that looks for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.errors import NotReplayedError
from auditor.replay import Options
from auditor.replay.tree.inputs import files_of, host_place, verified
from tests.replay.data.conftest import Site


def test_what_is_at_an_address_is_fetched_before_the_run(make: Any, site: Site) -> None:
    site.files["/d/a%20b.csv"] = b"1"
    file = make.file("/data/a b.csv", "1", kept=False)
    cache = make.root.parent / "cache"
    maps = {"/data": f"{site.url}/d"}
    options = Options(map_paths=maps)
    fingerprint = make.fingerprint(inputs=(file,))
    _placed, planned = verified(fingerprint, make.objects, options, cache=cache, fetch=False)
    assert site.asked == []
    placed, found = verified(fingerprint, make.objects, options, cache=cache)
    assert found == planned
    place = host_place(files_of(placed.recipe.inputs)[0], str(make.root), found)
    assert place is not None
    assert Path(place).read_text() == "1"
    assert Path(place).is_relative_to(cache)
    site.files.clear()
    assert verified(fingerprint, make.objects, options, cache=cache)[1] == found


def test_nothing_is_fetched_where_something_is_missing(make: Any, site: Site) -> None:
    site.files |= {"/d/a.csv": b"1", "/d/there.csv": b"there"}
    inputs = (
        make.file("/data/a.csv", "1a", kept=False),
        make.file("/data/b.csv", "1b", kept=False),
        make.file("/data/there.csv", "there", kept=False),
        make.file("gone.csv", "3", kept=False),
        make.file("here.csv", "4", kept=False),
        make.file("the-same.csv", "there", kept=False),
    )
    options = Options(map_paths={"/data": f"{site.url}/d", "gone.csv": "/nowhere/gone.csv"})
    with pytest.raises(NotReplayedError) as caught:
        verified(make.fingerprint(inputs=inputs), make.objects, options)
    failed = f"cannot be fetched from {site.url}/d"
    assert sorted(line.partition(" (")[0] for line in caught.value.details) == [
        f"input /data/a.csv {failed}/a.csv: it has 1 bytes there, and had 2",
        f"input /data/b.csv {failed}/b.csv: the server answered 404 Not Found",
        "input gone.csv is missing: there is no /nowhere/gone.csv",
        "input here.csv was not kept, and this run was not recorded here",
    ]
    assert site.served == 0


def test_a_fingerprint_from_elsewhere_names_no_address_and_no_place(
    make: Any, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "mine.csv").write_text("1")
    site.files["/a.csv"] = b"1"
    hints = {
        "data/a.csv.dvc": f"outs:\n- md5: {'0' * 32}\n  path: {tmp_path}/mine.csv\n",
        ".dvc/config": f"[core]\n remote = x\n['remote \"x\"']\n url = {site.url}\n",
        ".lfsconfig": f"[lfs]\n url = {site.url}\n",
    }
    inputs = (make.file(str(tmp_path / "mine.csv"), "1", kept=False),)
    fingerprint = make.fingerprint(inputs=inputs, source=hints)
    with pytest.raises(NotReplayedError, match="was not recorded here"):
        verified(fingerprint, make.objects, Options(), cache=tmp_path / "cache")
    assert site.asked == []
