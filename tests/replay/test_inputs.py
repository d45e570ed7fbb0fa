from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import InputError, IntegrityError, NotReplayedError
from auditor.model.fact import recorded
from auditor.model.files import File, encode_list
from auditor.replay import Options
from auditor.replay.inputs import files_of, verified


def check(make: Any, *inputs: File, **options: Any) -> tuple[File, ...]:
    fingerprint = make.fingerprint(inputs=inputs)
    return files_of(verified(fingerprint, make.objects, Options(**options)).recipe.inputs)


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
    assert "input a.csv is missing" in caught.value.message
    assert "input b.csv cannot be read" in caught.value.message
    assert "c.csv" not in caught.value.message


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
    assert files_of(verified(run, make.objects, Options()).recipe.inputs) == whole.files
