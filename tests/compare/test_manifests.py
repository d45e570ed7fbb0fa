from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.manifests import differing, narrowed
from auditor.model.digest import digest_bytes
from auditor.model.files import File, Manifest, manifest

trees = st.dictionaries(
    st.text("abc/", min_size=1, max_size=3),
    st.tuples(st.sampled_from("xyz"), st.booleans()),
    max_size=8,
)


def tree(contents: dict[str, tuple[str, bool]]) -> Manifest:
    return manifest(
        [
            File(path=path, digest=digest_bytes(text.encode()), size=1, executable=executable)
            for path, (text, executable) in contents.items()
        ]
    )


@given(trees, trees)
def test_it_finds_what_a_dictionary_finds(
    a: dict[str, tuple[str, bool]], b: dict[str, tuple[str, bool]]
) -> None:
    expected = {path for path in {*a, *b} if a.get(path) != b.get(path)}
    assert differing(tree(a), tree(b)) == expected
    assert differing(tree(b), tree(a)) == expected


@given(st.lists(trees, min_size=1, max_size=3))
def test_narrowing_leaves_what_not_all_have_alike(
    contents: list[dict[str, tuple[str, bool]]],
) -> None:
    sides = [tree(one) for one in contents]
    paths = set().union(*(differing(sides[0], side) for side in sides[1:]))
    for side, left in zip(sides, narrowed(sides), strict=True):
        assert left.root == side.root
        assert left.files == tuple(file for file in side.files if file.path in paths)


def test_equal_roots_are_not_gone_through() -> None:
    # Files that do not fit their root: whoever went through them would find a difference.
    one, other = tree({"a": ("x", False)}), tree({"a": ("y", False)})
    assert differing(one, Manifest(root=one.root, files=other.files)) == frozenset()
