from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare import compare
from auditor.compare.pairing import pair_names
from auditor.model.facts import Host
from auditor.model.files import File
from auditor.model.policy import Policy
from auditor.store.objects import Objects

HOSTS = ("gpu-07", "3fa2b8c7d1e0")


def table(**files: str) -> dict[str, File]:
    return named({name.replace("_", "."): content for name, content in files.items()})


def named(files: dict[str, str]) -> dict[str, File]:
    return {
        name: File(path=name, digest=f"sha256:{content}", size=len(content))
        for name, content in files.items()
    }


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (
            "runs/a/events.out.tfevents.1795226042.gpu-07.4242.0",
            "runs/a/events.out.tfevents.1795227441.3fa2b8c7d1e0.7.0",
            "time, host or pid",
        ),
        (
            "train/events.out.tfevents.1795227441.vm.5128.0.v2",
            "train/events.out.tfevents.1795229999.other.9.0.v2",
            "time, host or pid",
        ),
        ("events.out.tfevents.1795226042.vm", "events.out.tfevents.1795226043.x", "time or host"),
        ("runs/Jan05_12-00-01_gpu-07/m.pt", "runs/Feb06_13-00-01_x.y/m.pt", "time or host"),
        (
            "run-20261121_013414-bau7u778/o.log",
            "run-20261122_013414-x8su778a/o.log",
            "time or random id",
        ),
        ("run-20240101_120000/m.json", "run-20240102_130000/m.json", "time"),
        ("outputs/2026-01-05/12-00-01/m.json", "outputs/2026-01-06/13-00-01/m.json", "time"),
        ("m.pkl/2026-11-21T01.50.55.744Z/m.pkl", "m.pkl/2026-11-22T01.50.56.001Z/m.pkl", "time"),
        ("model_1700000000.pt", "model_1800000000.pt", "time"),
        ("model_1700000000123.pt", "model_1800000000456.pt", "time"),
        ("report-2026-01-05.txt", "report-2026-01-06.txt", "time"),
        (
            "mlruns/0/0c067a6faf9b4ebd95e32163e2dc25ba/a",
            "mlruns/0/1c067a6faf9b4ebd95e32163e2dc25bb/a",
            "random id",
        ),
        ("log-pid123.txt", "log-pid4.txt", "pid"),
        ("tmpab12cd9_/x", "tmpzz12cd9_/x", "random name"),
        ("log.gpu-07.txt", "log.3fa2b8c7d1e0.txt", "host"),
    ],
)
def test_names_that_differ_in_what_is_volatile(ours: str, theirs: str, words: str) -> None:
    found = pair_names((named({ours: "a"}), named({theirs: "b"})), HOSTS)
    assert set(found.tables[1]) == {ours}
    assert found.renamed == ({}, {theirs: ours})
    assert found.notes == {ours: (f"paired with {theirs} of replay 1: another {words}",)}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("epoch-1.pt", "epoch-2.pt"),
        ("seed-1234567.json", "seed-7654321.json"),
        ("fold_1/m.json", "fold_2/m.json"),
        ("run-baseline/m.json", "run-improved/m.json"),
        ("model.pt", "weights.pt"),
    ],
)
def test_names_that_differ_in_more_are_not_paired(ours: str, theirs: str) -> None:
    found = pair_names((named({ours: "a"}), named({theirs: "b"})), HOSTS)
    assert set(found.tables[1]) == {theirs}
    assert not found.notes


def test_what_has_the_same_bytes_was_renamed() -> None:
    found = pair_names((table(a_pt="1", e_txt=""), table(b_pt="1", f_txt="")), ())
    assert found.notes == {
        "a.pt": ("renamed to b.pt in replay 1: the same bytes",),
        "b.pt": ("a.pt in the original: the same bytes",),
    }
    assert set(found.tables[1]) == {"b.pt", "f.txt"}
    twice = pair_names((table(a_pt="1"), table(b_pt="1", c_pt="1")), ())
    assert not twice.notes


def test_names_are_paired_one_to_one_or_not_at_all() -> None:
    ours = named({"m-1700000000.pt": "a", "m-1700000001.pt": "b"})
    theirs = named({"m-1800000000.pt": "c", "m-1800000001.pt": "d"})
    assert pair_names((ours, theirs), ()).renamed[1] == {}
    one_same = named({"m-1800000000.pt": "b", "m-1800000001.pt": "d"})
    assert pair_names((ours, one_same), ()).renamed[1] == {
        "m-1800000000.pt": "m-1700000001.pt",
        "m-1800000001.pt": "m-1700000000.pt",
    }


def test_replays_are_paired_with_each_other_too() -> None:
    replays = [named({f"m-1{number}00000000.pt": "a"}) for number in (7, 8)]
    found = pair_names(({}, *replays), ())
    assert set(found.tables[2]) == {"m-1700000000.pt"}


names = st.sampled_from(
    ["a", "b", "m-1700000000", "m-1700000001", "m-1800000000", "2026-01-05/x", "2026-01-06/x"]
)
tables = st.dictionaries(names, st.sampled_from("xyz")).map(named)


@given(st.lists(tables, min_size=1, max_size=4))
def test_no_file_is_lost_or_doubled(given_tables: list[dict[str, File]]) -> None:
    found = pair_names(tuple(given_tables), ())
    for before, after, names_of in zip(given_tables, found.tables, found.renamed, strict=True):
        assert sorted(file.path for file in after.values()) == sorted(before)
        assert {names_of.get(name, name) for name in before} == set(after)


def test_many_names_are_paired_in_linear_time() -> None:
    ours = named({f"{n}/run-20240101_120000/m.json": "a" for n in range(5000)})
    theirs = named({f"{n}/run-20240102_130000/m.json": "b" for n in range(5000)})
    assert len(pair_names((ours, theirs), HOSTS).renamed[1]) == 5000


def test_a_file_with_the_time_in_its_name_is_one_item(
    make_fingerprint: Callable[..., Any], objects: Objects
) -> None:
    runs = [
        make_fingerprint(
            objects,
            outputs={f"run-{time}/m.json": f'{{"loss": {loss}}}', "a.pt": b"x"},
            metrics={f"run-{time}/m.json#/loss": loss},
            host=Host(name=host, user="ada", kernel="6.1"),
        )
        for time, loss, host in (("20240101_120000", 0.5, "desk"), ("20240102_130000", 0.7, "lab"))
    ]
    found = compare(runs[0], (runs[1],), objects, Policy())
    (item,) = [one for one in found.items if one.kind == "file" and one.name != "a.pt"]
    assert item.name == "run-20240101_120000/m.json"
    assert item.to_original[0].values == "different"
    assert item.evidence[1] == "/loss: 0.5 → 0.7"
    assert item.notes[0].startswith("paired with run-20240102_130000/m.json of replay 1")
    (metric,) = [one for one in found.items if one.kind == "metric"]
    assert metric.magnitude is not None
    assert metric.magnitude.max_abs == pytest.approx(0.2)
