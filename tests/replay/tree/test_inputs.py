from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import InputError, IntegrityError, NotReplayedError
from auditor.model.fact import recorded
from auditor.model.files import File, encode_list
from auditor.replay import Options
from auditor.replay.data import cache_place
from auditor.replay.tree.inputs import files_of, verified


def check(make: Any, *inputs: File, **options: Any) -> tuple[File, ...]:
    fingerprint = make.fingerprint(inputs=inputs)
    cache = make.root.parent / "cache"
    placed, _options = verified(fingerprint, make.objects, Options(**options), cache=cache)
    return files_of(placed.recipe.inputs)


def test_what_the_store_holds_needs_no_original(make: Any) -> None:
    assert check(make, make.file("a.csv", "1"))[0].kept


def test_what_is_in_its_place_and_unchanged_is_taken_from_there(make: Any) -> None:
    make.root.mkdir()
    (make.root / "a.csv").write_text("1")
    assert not check(make, make.file("a.csv", "1", kept=False), trusted=True)[0].kept


def test_a_file_that_the_store_lost_is_looked_for_in_its_place(make: Any) -> None:
    lost = File(
        path="a.csv", digest=make.file("a.csv", "lost", kept=False).digest, size=4, kept=True
    )
    with pytest.raises(NotReplayedError, match=r"input a\.csv is missing"):
        check(make, lost, trusted=True)
    make.root.mkdir()
    (make.root / "a.csv").write_text("lost")
    assert not check(make, lost, trusted=True)[0].kept


def test_another_persons_run_mounts_nothing_by_itself(make: Any, tmp_path: Path) -> None:
    make.root.mkdir()
    (make.root / "a.csv").write_text("1")
    unkept = make.file("a.csv", "1", kept=False)
    with pytest.raises(NotReplayedError, match="was not recorded here") as caught:
        check(make, unkept)
    assert "--map-path" in caught.value.hint
    assert not check(make, unkept, map_paths={"a.csv": str(make.root / "a.csv")})[0].kept
    (tmp_path / "other.csv").write_text("2")
    with pytest.raises(NotReplayedError, match="was changed"):
        check(make, unkept, map_paths={"a.csv": str(tmp_path / "other.csv")})


def test_all_problems_are_listed_at_once(make: Any) -> None:
    make.root.mkdir()
    (make.root / "b.csv").mkdir()
    with pytest.raises(NotReplayedError) as caught:
        check(
            make,
            make.file("a.csv", "1", kept=False),
            make.file("b.csv", "1", kept=False),
            make.file("c.csv", "2"),
            trusted=True,
        )
    assert caught.value.message == "2 files of the run are missing or changed: a.csv, b.csv"
    missing, unreadable = caught.value.details
    assert missing == (
        f"input a.csv is missing: there is no {make.root}/a.csv (1 byte, sha256 6b86b273ff34…)"
    )
    assert unreadable.startswith("input b.csv cannot be read: it is no regular file (1 byte,")
    assert "--map-path" in caught.value.hint


def test_of_very_many_problems_the_first_are_shown(make: Any) -> None:
    inputs = tuple(make.file(f"{number:02}.csv", str(number), kept=False) for number in range(25))
    with pytest.raises(NotReplayedError) as caught:
        check(make, *inputs, trusted=True)
    assert caught.value.message == (
        "25 files of the run are missing or changed: 00.csv, 01.csv, 02.csv and 22 more"
    )
    assert len(caught.value.details) == 21
    assert caught.value.details[-1] == "and 5 more"


def test_one_content_under_two_names_is_found_once(make: Any, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("1")
    same = (make.file("a.csv", "1", kept=False), make.file("b.csv", "1", kept=False))
    assert len(check(make, *same, map_paths={"b.csv": str(tmp_path / "b.csv")})) == 2


def test_a_mapped_content_that_changed_may_be_found_in_a_cache(make: Any, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("2")
    file = make.file("a.csv", "1", kept=False)
    place = cache_place(make.root.parent / "cache", file.digest)
    place.parent.mkdir(parents=True)
    place.write_text("1")
    assert check(make, file, map_paths={"a.csv": str(tmp_path / "other.csv")})


def test_a_link_to_a_system_file_is_refused(make: Any) -> None:
    make.root.mkdir()
    (make.root / "a.csv").symlink_to("/etc/hostname")
    with pytest.raises(InputError, match="system folder"):
        check(make, make.file("a.csv", "1", kept=False), trusted=True)


def test_a_damaged_object_is_an_integrity_failure(make: Any) -> None:
    file = make.file("a.csv", "1")
    make.objects.path(file.digest).write_text("2")
    with pytest.raises(IntegrityError):
        check(make, file)


def test_what_was_never_read_is_left_alone(make: Any) -> None:
    unread = File(path="a.csv", digest=None, size=None, reason="no permission")
    assert check(make, unread) == (unread,)


def test_a_long_list_is_read(make: Any) -> None:
    inputs = tuple(make.file(f"{n}.csv", "1") for n in range(3))
    run = make.fingerprint(inputs=inputs)
    whole = run.recipe.inputs.value
    listed, data = encode_list(whole.files)
    fact = recorded(msgspec.structs.replace(whole, files=listed), "test")
    run = msgspec.structs.replace(run, recipe=msgspec.structs.replace(run.recipe, inputs=fact))
    with pytest.raises(InputError, match="does not hold the list"):
        verified(run, make.objects, Options())
    make.objects.put_bytes(data)
    placed, _options = verified(run, make.objects, Options())
    assert files_of(placed.recipe.inputs) == whole.files
