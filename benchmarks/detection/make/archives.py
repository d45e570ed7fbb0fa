"""Archives and compressed files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator

import numpy as np
from content import history, predictions
from pair import Pair, harmless, planted

__all__ = ["pairs", "rezipped"]

Members = dict[str, bytes]


def rezipped(archive: bytes, *, level: int, hour: int = 9) -> bytes:
    """Return the ZIP archive with the same members, compressed at ``level``, at another time."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        return _zip({name: source.read(name) for name in source.namelist()}, level=level, hour=hour)


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _zip_harmless()
    yield from _zip_planted()
    yield from _tars()
    yield from _compressed()


def _members() -> Members:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(24, dtype="float32").reshape(4, 6))
    return {
        "results/history.csv": history().to_csv(index=False).encode(),
        "results/predictions.csv": predictions().to_csv(index=False).encode(),
        "weights.npy": buffer.getvalue(),
        "README.md": b"# Results\n",
    }


def _zip(members: Members, *, level: int = 6, hour: int = 9) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, data in members.items():
            member = zipfile.ZipInfo(name, (2026, 3, 2, hour, 14, 6))
            target.writestr(
                member, data, zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED, level or None
            )
    return buffer.getvalue()


def _zip_harmless() -> Iterator[Pair]:
    members = _members()
    plain = _zip(members)
    yield harmless(
        "zip-times",
        "results.zip",
        plain,
        _zip(members, hour=21),
        "The members were written at another time.",
    )
    yield harmless(
        "zip-other-level",
        "results.zip",
        plain,
        _zip(members, level=1),
        "The same members, compressed less.",
    )
    yield harmless(
        "zip-stored-in-other-order",
        "results.zip",
        plain,
        _zip(dict(reversed(members.items())), level=0),
        "The same members in another order, not compressed.",
    )


def _zip_planted() -> Iterator[Pair]:
    members = _members()
    array = bytearray(members["weights.npy"])
    array[-4:] = np.float32(23.5).tobytes()
    lost = members["results/history.csv"].replace(b"\n12,", b"\n13,")
    assert lost != members["results/history.csv"]

    def change(name: str, why: str, other: Members) -> Pair:
        return planted(name, "results.zip", _zip(members), _zip(other), why)

    yield change(
        "zip-member-changed",
        "A table inside differs in one cell.",
        {**members, "results/history.csv": lost},
    )
    yield change(
        "zip-array-changed",
        "An array inside differs in one number.",
        {**members, "weights.npy": bytes(array)},
    )
    yield change(
        "zip-member-added", "A member was added.", {**members, "results/extra.csv": b"a,b\n1,2\n"}
    )
    yield change(
        "zip-member-removed",
        "A member is missing.",
        {name: data for name, data in members.items() if name != "weights.npy"},
    )
    yield change(
        "zip-member-renamed",
        "A member has another name.",
        {name.replace("history", "training"): data for name, data in members.items()},
    )


def _tar(members: Members, *, time: int = 1772442846, mode: str = "w", owner: str = "ana") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as target:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uname, member.uid = len(data), time, owner, len(owner)
            target.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _tars() -> Iterator[Pair]:
    members = _members()
    plain = _tar(members)
    yield harmless(
        "tar-order",
        "results.tar",
        plain,
        _tar(dict(reversed(members.items()))),
        "The members stand in another order.",
    )
    yield harmless(
        "tar-times-and-owner",
        "results.tar",
        plain,
        _tar(members, time=1779227113, owner="bernd"),
        "Another user made it at another time.",
    )
    yield harmless(
        "tar-gz-written-again",
        "results.tar.gz",
        _tar(members, mode="w:gz"),
        gzip.compress(_tar(members, time=1779227113), 1, mtime=1779227113),
        "Made at another time and compressed less.",
    )
    scored = predictions().assign(score=0.5)
    yield planted(
        "tar-member-changed",
        "results.tar",
        plain,
        _tar({**members, "results/predictions.csv": scored.to_csv(index=False).encode()}),
        "All scores in a table inside are 0.5.",
    )
    yield planted(
        "tar-gz-member-missing",
        "results.tar.gz",
        _tar(members, mode="w:gz"),
        _tar({n: d for n, d in members.items() if n != "results/predictions.csv"}, mode="w:gz"),
        "A member is missing.",
    )


def _compressed() -> Iterator[Pair]:
    table = predictions()
    text = table.to_csv(index=False).encode()
    fewer = table.drop(index=50).to_csv(index=False).encode()
    log = history().to_json(orient="records", lines=True).encode()
    other = log.replace(b'"epoch":7', b'"epoch":8')
    assert other != log
    plain = gzip.compress(text, 9, mtime=1772442846)
    yield harmless(
        "gzip-level-and-time",
        "predictions.csv.gz",
        plain,
        gzip.compress(text, 1, mtime=1779227113),
        "Compressed less, at another time.",
        decisions="same",
        kind="compressed",
    )
    yield harmless(
        "gzip-two-members",
        "history.jsonl.gz",
        gzip.compress(log, mtime=0),
        gzip.compress(log[:300], mtime=0) + gzip.compress(log[300:], mtime=0),
        "The same content written in two parts, as after an append.",
        kind="compressed",
    )
    yield harmless(
        "bzip2-level",
        "history.jsonl.bz2",
        bz2.compress(log, 9),
        bz2.compress(log, 1),
        "Compressed with smaller blocks.",
        kind="compressed",
    )
    yield harmless(
        "xz-level",
        "predictions.csv.xz",
        lzma.compress(text, preset=9),
        lzma.compress(text, preset=0),
        "Compressed less.",
        kind="compressed",
        decisions="same",
    )
    yield planted(
        "gzip-row-dropped",
        "predictions.csv.gz",
        plain,
        gzip.compress(fewer, 9, mtime=1772442846),
        "A row of the table inside is missing.",
        decisions="different",
        kind="compressed",
    )
    yield planted(
        "gzip-cut-off",
        "predictions.csv.gz",
        plain,
        plain[: len(plain) // 2],
        "The file ends half-way.",
        kind="compressed",
    )
    yield planted(
        "bzip2-epoch",
        "history.jsonl.bz2",
        bz2.compress(log),
        bz2.compress(other),
        "An epoch has another number.",
        kind="compressed",
    )
    yield planted(
        "xz-row-dropped",
        "predictions.csv.xz",
        lzma.compress(text),
        lzma.compress(fewer),
        "A row of the table inside is missing.",
        kind="compressed",
        decisions="different",
    )
