from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.manifests import differing, narrowed
from auditor.errors import InputError
from auditor.model.digest import digest_bytes
from auditor.model.files import File, FileList, Manifest, encode_list, manifest
from auditor.store.objects import Objects

Tree = dict[str, tuple[str, bool]]
trees = st.dictionaries(
    st.text("abc/é\n", min_size=1, max_size=3),
    st.tuples(st.sampled_from(["x", "y", "z", ""]), st.booleans()),
    max_size=8,
)


@pytest.fixture(scope="module")
def objects() -> Iterator[Objects]:
    with tempfile.TemporaryDirectory() as folder:
        yield Objects(Path(folder))


def tree(contents: Tree) -> Manifest:
    """Return a manifest of files by content; an empty one could not be read."""
    return manifest(
        [
            File(
                path=path,
                digest=digest_bytes(text.encode()) if text else None,
                size=len(path),
                executable=executable,
            )
            for path, (text, executable) in contents.items()
        ]
    )


def listed(whole: Manifest, objects: Objects) -> Manifest:
    assert isinstance(whole.files, tuple)
    files, data = encode_list(whole.files)
    objects.put_bytes(data)
    return Manifest(root=whole.root, files=files)


def missing(whole: Manifest) -> Manifest:
    """Return a manifest whose list is in no store."""
    files = FileList(listed=digest_bytes(b"no"), count=1, unread=0, folders={}, first=())
    return Manifest(root=whole.root, files=files)


@given(a=trees, b=trees, apart=st.booleans(), other_apart=st.booleans(), unread=st.booleans())
def test_it_finds_what_a_dictionary_finds(
    objects: Objects, *, a: Tree, b: Tree, apart: bool, other_apart: bool, unread: bool
) -> None:
    expected = {path for path in {*a, *b} if a.get(path) != b.get(path)}
    if unread:
        expected |= {path for path in {*a, *b} if not (a.get(path) or b[path])[0]}
    one = listed(tree(a), objects) if apart else tree(a)
    other = listed(tree(b), objects) if other_apart else tree(b)
    left, right = differing((one, other), objects, unread=unread)
    assert {*left, *right} == expected
    assert left.keys() == expected & a.keys()
    assert right.keys() == expected & b.keys()


@given(st.lists(st.tuples(trees, st.booleans()), min_size=1, max_size=4))
def test_narrowing_leaves_what_not_all_have_alike(
    objects: Objects, contents: list[tuple[Tree, bool]]
) -> None:
    first, *others = [tree(one) for one, _apart in contents]
    paths = {path for other in others for path in _unlike(first, other)}
    sides = [listed(tree(one), objects) if apart else tree(one) for one, apart in contents]
    for side, left, (one, _apart) in zip(sides, narrowed(sides, objects), contents, strict=True):
        assert left.root == side.root
        assert left.files == tuple(file for file in _files(tree(one)) if file.path in paths)


def test_equal_roots_are_not_gone_through(objects: Objects) -> None:
    # Files that do not fit their root: whoever went through them would find a difference.
    one, other = tree({"a": ("x", False)}), tree({"a": ("y", False)})
    assert differing((one, Manifest(root=one.root, files=other.files)), objects) == ({}, {})
    assert differing((missing(one), missing(one)), objects, unread=True) == ({}, {})


def test_a_list_that_is_not_there_is_said(objects: Objects) -> None:
    one, other = tree({"a": ("x", False)}), tree({"a": ("y", False)})
    with pytest.raises(InputError, match="does not hold the list"):
        differing((one, missing(other)), objects)


def test_an_order_that_is_not_kept_makes_no_difference(objects: Objects) -> None:
    whole = tree(dict.fromkeys("abcdef", ("x", False)))
    other = tree(dict.fromkeys("abcdefg", ("x", False)))
    assert isinstance(other.files, tuple)
    mixed = Manifest(root=other.root, files=tuple(reversed(other.files)))
    assert [*map(list, differing((whole, mixed), objects))] == [[], ["g"]]


def _files(whole: Manifest) -> tuple[File, ...]:
    assert isinstance(whole.files, tuple)
    return whole.files


def _unlike(a: Manifest, b: Manifest) -> set[str]:
    one = {(file.path, file.digest, file.executable) for file in _files(a)}
    other = {(file.path, file.digest, file.executable) for file in _files(b)}
    return {path for path, _digest, _bit in one ^ other}
