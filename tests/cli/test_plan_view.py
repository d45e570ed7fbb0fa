from __future__ import annotations

import json
from pathlib import Path

import click
import msgspec
import pytest

from auditor.cli import plan_view
from auditor.model.digest import digest_bytes
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Base, Limits, Lock, LockedWheel, Mount, Plan
from auditor.pipeline import plan as pipeline
from auditor.pipeline.plan import Planned
from auditor.pipeline.replay.request import ReplayRequest
from auditor.pipeline.sequence import Times
from auditor.replay import Options
from auditor.replay.environment.dockerfile import dockerfile

Capture = pytest.CaptureFixture[str]
ID = digest_bytes(b"run")
BASE = Base(kind="image", reference="python:3.11", reason="asked for", python="/usr/bin/python3")
LOCK = Lock(
    requirements="",
    wheels=(
        LockedWheel(name="numpy", version="2.0", file="numpy-2.0-py3-none-any.whl", digest=ID),
        LockedWheel(name="own", version="1", file="own-1.tar.gz", digest=ID, kept=True),
    ),
    unlocked=(Unverified(subject="dependency:ghost", reason="no index has it"),),
)
PLAN = Plan(
    base=BASE,
    dockerfile=dockerfile(BASE),
    lock=LOCK,
    argv=("/opt/auditor/env/bin/python", "train.py", "--name", "a b"),
    root="/home/ada/digits",
    workdir="/home/ada/digits",
    user="65534:65534",
    variables={"PATH": ":".join(["/a/long/folder"] * 12), "ESCAPE": "\x1b[2J"},
    files=(),
    directories=(),
    mounts=(
        Mount(source="/srv/a.csv", target="/data/a.csv", read_only=True),
        Mount(source=f"object:{ID}", target="/data/b.csv", read_only=True),
    ),
    limits=Limits(memory=1 << 30, timeout=60),
    unhonoured=(Unverified(subject="host", reason="it is another machine"),),
)


def request(*refs: str) -> ReplayRequest:
    return ReplayRequest(refs=refs, times=Times(), options=Options())


@pytest.fixture(autouse=True)
def planned(monkeypatch: pytest.MonkeyPatch) -> None:
    def plan_ref(ref: str, *_: object) -> Planned:
        return Planned(ref=ref, id=ID, plan=PLAN, first=("pull the base",))

    monkeypatch.setattr(pipeline, "plan_ref", plan_ref)


def test_everything_is_there_in_80_columns(capsys: Capture, tmp_path: Path) -> None:
    assert plan_view.show_plans(request("latest"), tmp_path, None, as_json=False) == 0
    told = capsys.readouterr().out
    assert all(len(line) <= 80 for line in told.splitlines())
    assert "\x1b" not in told
    words = " ".join(told.split())
    for text in (
        "/opt/auditor/env/bin/python train.py --name 'a b'",
        "python:3.11 image: asked for",
        "pull the base",
        "FROM python:3.11",
        "numpy==2.0 sha256:",
        "built from source, kept with the run",
        "/data/a.csv: read-only, /srv/a.csv",
        "/data/b.csv: read-only, from the store, sha256:",
        "memory 1.0 GiB",
        "time 60 s",
        "dependency:ghost: no index has it",
        "host: it is another machine",
    ):
        assert text in words


def test_json_is_the_plan(capsys: Capture, tmp_path: Path) -> None:
    plan_view.show_plans(request("a"), tmp_path, None, as_json=True)
    assert msgspec.convert(json.loads(capsys.readouterr().out), Plan) == PLAN
    plan_view.show_plans(request("a", "b"), tmp_path, None, as_json=True)
    assert len(json.loads(capsys.readouterr().out)["plans"]) == 2


def test_a_folder_is_for_one_run(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="one run"):
        plan_view.show_plans(request("a", "b"), tmp_path, tmp_path / "x", as_json=False)
