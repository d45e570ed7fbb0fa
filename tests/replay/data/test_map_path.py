from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.replay.data import is_url, mapped

ROOT = "/home/ada/project"
NAMES = st.lists(st.text("ab#?%& é", min_size=1).filter(lambda n: n.strip(". ")), min_size=1)


def test_the_longest_mapping_wins() -> None:
    maps = {"/data": "/mnt", "/data/large/": "/big", "data/in.csv": "/here/in.csv"}
    assert mapped("/data/a.csv", ROOT, maps) == "/mnt/a.csv"
    assert mapped("/data/large/b/c.csv", ROOT, maps) == "/big/b/c.csv"
    assert mapped("data/in.csv", ROOT, maps) == "/here/in.csv"
    assert mapped(f"{ROOT}/data/in.csv", ROOT, maps) == "/here/in.csv"
    assert mapped("/database/a.csv", ROOT, maps) is None


def test_a_folder_maps_to_an_address_with_everything_below() -> None:
    maps = {"/data": "https://example.org/d/?token=x", "in": "s3://bucket/in/", "gs": "gs://b"}
    assert mapped("/data/a b/c#1.csv", ROOT, maps) == (
        "https://example.org/d/a%20b/c%231.csv?token=x"
    )
    assert mapped("in/a b/c#1.csv", ROOT, maps) == "s3://bucket/in/a b/c#1.csv"
    assert mapped("gs/a.csv", ROOT, maps) == "gs://b/a.csv"


def test_a_file_maps_to_an_address_as_it_is_written() -> None:
    url = "https://example.org/a%2Fb.csv?X-Amz-Signature=1%2B2"
    assert mapped("a.csv", ROOT, {"a.csv": url}) == url


def test_a_file_address_is_a_path() -> None:
    assert mapped("/data/a.csv", ROOT, {"/data": "file:///mnt/my%20data"}) == "/mnt/my data/a.csv"


@given(NAMES)
def test_no_recorded_name_leaves_the_mapped_address(names: list[str]) -> None:
    url = mapped("/data/" + "/".join(names), ROOT, {"/data": "https://example.org/d"})
    assert url is not None
    assert is_url(url)
    assert url.startswith("https://example.org/d/")
    assert not {"#", "?"} & set(url)
