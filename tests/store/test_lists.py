from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError, IntegrityError
from auditor.model import files as model
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes
from auditor.model.fact import recorded
from auditor.model.files import (
    File,
    FileList,
    Manifest,
    decode_line,
    encode_line,
    encode_list,
    inline,
    manifest,
    root_of,
)
from auditor.model.fingerprint import as_stored, check_digests, identity, unknown_facts
from auditor.store import lists
from auditor.store.lists import check_lists, files_in, keep_list, table_of, with_files
from auditor.store.objects import Objects

FILES = st.lists(
    st.builds(
        File,
        path=st.text(min_size=1),
        digest=st.none() | st.binary().map(digest_bytes),
        size=st.none() | st.integers(0, 2**53 - 1),
        executable=st.booleans(),
        kept=st.booleans(),
        digest_at_end=st.none() | st.binary().map(digest_bytes),
        gone=st.booleans(),
        seen=st.text(),
        reason=st.text(),
    ),
    unique_by=lambda file: file.path,
)
Make = Any


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_INLINE", 3)


def many(count: int = 50) -> list[File]:
    return [
        File(path=f"f{n % 3}/{n:03}", digest=digest_bytes(b"%d" % n), size=n) for n in range(count)
    ]


def kept(files: list[File], objects: Objects) -> Manifest:
    whole = manifest(files)
    return Manifest(root=whole.root, files=keep_list(whole.files, objects))


@given(FILES)
def test_a_line_is_canonical_and_tells_all(files: list[File]) -> None:
    for file in files:
        line = encode_line(file)
        row = msgspec.json.decode(line)
        assert line == canonical(row) + b"\n"
        assert decode_line(line) == file


@given(FILES)
def test_the_root_is_that_of_the_canonical_rows(files: list[File]) -> None:
    rows = [[f.path, f.digest, f.executable] for f in sorted(files, key=lambda f: f.path)]
    assert manifest(files).root == digest_bytes(canonical(rows))
    _listed, data = encode_list(files)
    assert root_of(map(decode_line, data.splitlines(keepends=True))) == manifest(files).root


def test_names_that_are_no_text_have_one_root_read_or_not(objects: Objects) -> None:
    names = ["b", "\udcff", "a\udc80", "~", "é", "z"]
    one = kept([File(path=name, digest=None, size=None) for name in names], objects)
    assert root_of(files_in(one, objects)) == one.root


def test_a_short_list_stays_where_it_is(objects: Objects) -> None:
    assert kept(many(3), objects) == manifest(many(3))
    assert isinstance(kept(many(4), objects).files, FileList)


def test_a_file_is_found_without_reading_the_list(objects: Objects) -> None:
    table = table_of(kept(many(), objects), objects)
    assert {path: table[path] for path in table} == {file.path: file for file in many()}
    assert len(table) == 50
    for path in ("", "f0/0000", "f1/", "zzz"):
        assert path not in table


def test_a_fingerprint_is_the_same_read_or_not(objects: Objects, make_fingerprint: Make) -> None:
    lost = File(path="lost", digest=None, size=None, reason="permission denied")
    outputs = recorded(kept([*many(), lost], objects), "test")
    run = as_stored(make_fingerprint(objects, outputs=outputs))
    assert check_digests(canonical(run)) == identity(run)
    whole = with_files(run, objects)
    assert whole.outcome.outputs.value == manifest([*many(), lost])
    assert with_files(make_fingerprint(objects), objects) == make_fingerprint(objects)
    (gap,) = unknown_facts(run.outcome)
    assert gap.subject == "outputs"
    assert gap.reason.startswith("1 of 51 were not read")
    check_lists(run, objects)


@pytest.mark.parametrize(
    "change",
    [{"count": 51}, {"unread": 1}, {"folders": {"x/": 50}}, {"first": ()}],
)
def test_a_list_that_is_not_what_is_said_of_it_is_refused(
    objects: Objects, make_fingerprint: Make, change: dict[str, Any]
) -> None:
    one = kept(many(), objects)
    lie = msgspec.structs.replace(one, files=msgspec.structs.replace(one.files, **change))
    with pytest.raises(IntegrityError):
        check_lists(make_fingerprint(outputs=recorded(lie, "test")), objects)


@pytest.mark.parametrize(
    "data",
    [b"\n", b"[]\n", b"{", b"\xff", b'["a"]\n', b'["' + b"a" * 100_000, b"[" * 100_000],
)
def test_a_list_that_is_none_is_refused(
    objects: Objects, make_fingerprint: Make, data: bytes
) -> None:
    files = FileList(listed=objects.put_bytes(data), count=1, unread=0, folders={}, first=())
    one = Manifest(root=digest_bytes(b""), files=files)
    run = make_fingerprint(outputs=recorded(one, "test"))
    for read in (check_lists, with_files):
        with pytest.raises(InputError, match="cannot be read"):
            read(run, objects)
    with pytest.raises(InputError, match="cannot be read"):
        table_of(one, objects).get("a")


def test_lines_that_are_not_sorted_or_not_canonical_are_refused(
    objects: Objects, make_fingerprint: Make
) -> None:
    files, data = encode_list(many(5))
    lines = data.splitlines(keepends=True)
    for other in (b"".join(reversed(lines)), data.replace(b",", b", ")):
        bad = msgspec.structs.replace(files, listed=objects.put_bytes(other))
        run = make_fingerprint(outputs=recorded(Manifest(root=manifest([]).root, files=bad), "t"))
        with pytest.raises(InputError, match="not in order"):
            check_lists(run, objects)


def test_a_list_that_is_missing_or_changed_is_said(objects: Objects, tmp_path: Path) -> None:
    one = kept(many(), objects)
    assert isinstance(one.files, FileList)
    with pytest.raises(InputError, match="does not hold the list"):
        list(files_in(one, Objects(tmp_path / "none")))
    with pytest.raises(InputError, match="only the digest"):
        inline(one.files)
    objects.path(one.files.listed).write_bytes(b"changed")
    with pytest.raises(IntegrityError):
        list(files_in(one, objects))


def test_very_many_folders_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "MOST_FOLDERS", 2)
    assert encode_list(many())[0].folders == {"./": 50}
    assert encode_list(many()[:1])[0].folders == {"f0/": 1}


@pytest.mark.parametrize(
    ("path", "folder"),
    [("a", "./"), ("a/b/c", "a/"), ("/data/x", "/data/"), ("/x", "./"), ("a\udcff/b", "a\\xff/")],
)
def test_the_top_folder(path: str, folder: str) -> None:
    assert model.top_folder(path) == folder
