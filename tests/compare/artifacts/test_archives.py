from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import zip as module
from auditor.compare.values import members

Differ = Callable[..., Difference]
Pack = Callable[..., bytes]
JSON = {"a.json": b'{"x": 0.5}', "b.txt": b"took 3.2s\n"}


def zipped(files: dict[str, bytes], *, date: int = 1, level: int = 9, mode: int = 0o644) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, date, 0, 0, 0))
            info.external_attr = (mode | 0o100000) << 16
            info.compress_type = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
            target.writestr(info, content)
    return file.getvalue()


def tarred(files: dict[str, bytes], *, date: int = 1, mode: int = 0o644, user: str = "") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as target:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode, info.uname = len(content), date, mode, user
            target.addfile(info, io.BytesIO(content))
    return file.getvalue()


def linked(target: str, kind: bytes = tarfile.SYMTYPE) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return file.getvalue()


both = pytest.mark.parametrize(("name", "pack"), [("a.zip", zipped), ("a.tar", tarred)])


@both
def test_members_are_compared_by_what_knows_them(differ: Differ, name: str, pack: Pack) -> None:
    other = {"a.json": b'{"x":0.500000000001}', "b.txt": b"took 4.1s\n"}
    found = differ(name, pack(JSON), pack(other))
    assert found.relation == "within"
    assert [mask.rule for mask in found.masks] == ["duration"]
    assert found.magnitude is not None
    assert found.magnitude.where == "a.json: /x"
    found = differ(name, pack(JSON), pack({**JSON, "a.json": b'{"x": 0.6}'}))
    assert found.relation == "different"
    assert found.evidence == ("a.json: /x: 0.5 → 0.6",)


@both
def test_order_and_times_mean_nothing_and_are_noted(differ: Differ, name: str, pack: Pack) -> None:
    found = differ(name, pack(JSON), pack(dict(reversed(JSON.items())), date=2))
    assert found.relation == "within"
    assert found.notes == ("the members are in another order", "times of members differ")
    assert not differ(name, pack(JSON), pack(JSON)).notes


@both
def test_members_of_one_side_only_differ(differ: Differ, name: str, pack: Pack) -> None:
    found = differ(name, pack(JSON), pack({"a.json": JSON["a.json"], "c": b""}))
    assert found.evidence == ("b.txt: present → (absent)", "c: (absent) → present")


@both
def test_of_permissions_only_execution_counts(differ: Differ, name: str, pack: Pack) -> None:
    found = differ(name, pack({"a": b""}, mode=0o644), pack({"a": b""}, mode=0o664))
    assert found.relation == "within"
    assert found.notes == ("permissions of members differ",)
    found = differ(name, pack({"a": b""}, mode=0o644), pack({"a": b""}, mode=0o755))
    assert found.evidence == ("a mode: not executable → executable",)


@both
def test_names_are_only_text(differ: Differ, name: str, pack: Pack, tmp_path: Any) -> None:
    hostile = {"../../up.json": b"[1]", "/etc/x.json": b"[2]", "a\x1b[2J\n": b"3"}
    changed = {"../../up.json": b"[3]", "/etc/x.json": b"[4]", "a\x1b[2J\n": b"5"}
    found = differ(name, pack(hostile), pack(changed))
    assert "../../up.json: /0: 1 → 3" in found.evidence
    assert all(line.isprintable() for line in found.evidence)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


@both
def test_a_member_that_appears_twice_is_unreadable(differ: Differ, name: str, pack: Pack) -> None:
    class Twice(dict[str, bytes]):
        def items(self) -> Any:
            return [("a", b"1"), ("a", b"2")]

    with pytest.raises(Unreadable, match="twice"):
        if name == "a.zip":
            with pytest.warns(UserWarning, match="Duplicate"):
                twice = pack(Twice())
        else:
            twice = pack(Twice())
        differ(name, twice, pack(JSON))


@both
def test_what_unpacks_too_large_is_undecided(
    differ: Differ, name: str, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MAX_TOTAL", 10)
    with pytest.raises(Undecided, match="more than the 10"):
        differ(name, pack(JSON), pack(JSON))


def test_compression_means_nothing(differ: Differ) -> None:
    found = differ("a.whl", zipped(JSON), zipped(JSON, level=0))
    assert found.relation == "within"
    assert found.notes == ("compression of members differ",)


def test_an_archive_by_how_it_starts(differ: Differ) -> None:
    assert differ("a.unknown", zipped(JSON), zipped(JSON, date=2)).relation == "within"


def test_a_bomb_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SUSPECT", 1000)
    bomb = zipped({"a": bytes(1 << 20)})
    with pytest.raises(Undecided, match="unpacks to"):
        differ("a.zip", bomb, zipped({"a": b""}))


def test_an_encrypted_member_is_undecided(differ: Differ) -> None:
    locked = bytearray(zipped({"a": b"x"}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Undecided, match="encrypted"):
        differ("a.zip", bytes(locked), zipped(JSON))


def test_folders_that_names_imply_mean_nothing(differ: Differ) -> None:
    found = differ("a.zip", zipped({"d/": b"", "d/a": b"1"}), zipped({"d/a": b"1"}))
    assert found.relation == "within"
    assert found.notes == ("folders have members of their own on one side only",)
    assert differ("a.zip", zipped({"d/": b""}), zipped({})).relation == "different"


def test_archives_in_archives(differ: Differ) -> None:
    a, b = (zipped({"in.tar": tarred({"m.csv": f"x\n{v}\n".encode()})}) for v in (0.5, 0.75))
    assert differ("a.zip", a, b).evidence[0].startswith("in.tar: m.csv: row 2")
    for _ in range(5):
        a, b = zipped({"in.zip": a}), zipped({"in.zip": b})
    found = differ("a.zip", a, b)
    assert found.relation == "unknown"
    assert "archives deep" in found.notes[0]


def test_links_are_compared_by_where_they_lead(differ: Differ) -> None:
    assert differ("a.tar", linked("/etc/passwd"), linked("/etc/passwd")).relation == "within"
    found = differ("a.tar", linked("/etc/passwd"), linked("b"))
    assert found.evidence == ("link link: /etc/passwd (symbolic) → b (symbolic)",)
    hard = linked("/etc/passwd", tarfile.LNKTYPE)
    assert differ("a.tar", linked("/etc/passwd"), hard).relation == "different"
    assert differ("a.tar", linked("", tarfile.FIFOTYPE), linked("x")).relation == "different"


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gz", lambda data: gzip.compress(data, mtime=1)),
    ("bz2", bz2.compress),
    ("xz", lzma.compress),
]


@pytest.mark.parametrize(("suffix", "pack"), PACKERS)
def test_compressed_files_are_what_they_hold(
    differ: Differ, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    name = f"a.json.{suffix}"
    assert differ(name, pack(b'{"x": 0.5}'), pack(b'{"x":0.50}')).relation == "within"
    found = differ(name, pack(b'{"x": 0.5}'), pack(b'{"x": 0.6}'))
    assert found.evidence == ("a.json: /x: 0.5 → 0.6",)
    assert differ(name, pack(b"[1,") + pack(b"2]"), pack(b"[1, 2]")).relation == "within"
    assert differ(f"model.bin.{suffix}", pack(b"\0"), pack(b"\1")).relation == "different"
    for broken in (pack(b"[1]")[:-5], b"", b"\x1f\x8b", pack(b"[1]") + b"rest"):
        if broken.endswith(b"rest") and suffix == "bz2":
            continue  # bzip2 ignores what follows, as the program does
        with pytest.raises(Unreadable):
            differ(name, pack(b"[2]"), broken) if broken else differ(name, b"x", broken)


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.tgz", gzip.compress), ("a.tar.bz2", bz2.compress), ("a.txz", lzma.compress)],
)
def test_compressed_archives(differ: Differ, name: str, pack: Callable[[bytes], bytes]) -> None:
    found = differ(
        name, pack(tarred(JSON)), pack(tarred({**JSON, "a.json": b'{"x": 1.5}'}, date=7))
    )
    assert found.evidence == ("a.tar: a.json: /x: 0.5 → 1.5",)
    assert "a.tar: times of members differ" in found.notes


def test_the_header_of_gzip_means_nothing_and_is_noted(differ: Differ) -> None:
    a, b = (gzip.compress(b"x", mtime=time) for time in (1, 2))
    found = differ("a.txt.gz", a, b)
    assert found.relation == "within"
    assert found.notes == ("the time or the name in the gzip header differs",)
    assert not differ("a.txt.gz", a, gzip.compress(b"x", 1, mtime=1)).notes


def test_a_compressed_bomb_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_TOTAL", 1000)
    for suffix, pack in PACKERS:
        with pytest.raises(Undecided, match="more than 1000"):
            differ(f"a.{suffix}", pack(bytes(5000)), pack(b""))


def test_xz_that_needs_much_memory_is_undecided(differ: Differ) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    large = bytearray(lzma.compress(b"x", check=lzma.CHECK_NONE, filters=filters))
    # The size of the dictionary, 4 GiB, and the checksum of its header (xz format, 3.1).
    import zlib  # noqa: PLC0415 - for this header alone

    start, size = 12, (large[12] + 1) * 4
    large[large.index(b"\x21\x01", start) + 2] = 40
    checksum = zlib.crc32(large[start : start + size - 4])
    large[start + size - 4 : start + size] = checksum.to_bytes(4, "little")
    with pytest.raises(Undecided, match="memory"):
        differ("a.xz", bytes(large), lzma.compress(b"y"))
