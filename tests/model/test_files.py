from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.digest import digest_bytes, hex_of
from auditor.model.files import File, manifest

FILES = st.lists(
    st.builds(
        File,
        path=st.text(min_size=1),
        digest=st.binary().map(digest_bytes),
        size=st.integers(0, 10),
        executable=st.booleans(),
    ),
    unique_by=lambda file: file.path,
)


@given(FILES, st.randoms())
def test_the_order_of_files_does_not_matter(files: list[File], random: object) -> None:
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert manifest(shuffled) == manifest(files)


@given(FILES.filter(bool))
def test_any_other_content_is_another_root(files: list[File]) -> None:
    changed = [msgspec.structs.replace(files[0], digest=digest_bytes(b"other")), *files[1:]]
    equal = files[0].digest == digest_bytes(b"other")
    assert (manifest(changed).root == manifest(files).root) is equal


def test_hex_of_drops_the_algorithm() -> None:
    assert hex_of("sha256:ab") == "ab"
