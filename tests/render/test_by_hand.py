from __future__ import annotations

import csv
import io
import subprocess
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.model.facts import Stdin
from auditor.model.plan import Mount
from auditor.render.by_hand import build_lines, mounts_in, run_lines

NAMES = st.text(
    st.characters(exclude_characters="\0/", exclude_categories=("Cs", "Cc")), min_size=1
)


@pytest.fixture
def plan(samples: ModuleType) -> Any:
    return samples.identical().plan


def words(lines: tuple[str, ...], folder: str) -> list[str]:
    """Return what a shell in ``folder`` makes of the command, each word on its own."""
    script = "\n".join(lines).replace("docker run", 'printf "%s\\0"', 1)
    done = subprocess.run(
        ["sh", "-c", script], env={"PWD": folder}, cwd=folder, capture_output=True, check=True
    )
    return done.stdout.decode().split("\0")[:-1]


@settings(max_examples=40, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=3), value=NAMES)
@example(names=["a,b", '"$(id)"'], value="'; id; '")
def test_hostile_names_stay_one_word_and_one_field(
    samples: ModuleType, names: list[str], value: str
) -> None:
    plan = samples.identical().plan
    target = "/" + "/".join(names)
    mounts = (Mount(source=f"tree:{names[0]}", target=target, read_only=True),)
    plan = msgspec.structs.replace(
        plan, mounts=mounts, variables={"A": value}, argv=(target, *names), root=target
    )
    found = words(run_lines(plan), "/tmp")
    (row,) = csv.reader(io.StringIO(found[found.index("--entrypoint") - 1], newline=""))
    assert row == ["type=bind", f"source=/tmp/tree/{names[0]}", f"target={target}", "readonly"]
    assert found[found.index("--env") + 1] == f"A={value}"
    assert found[-len(names) - 2 :] == [target, "audited-run", *names]


def test_mounts_are_numbered_as_they_are_laid_out(plan: Any) -> None:
    mounts = (
        Mount(source="object:sha256:" + "0" * 64, target="/data/a", read_only=True),
        Mount(source="/srv/b", target="/data/b", read_only=True),
        Mount(source="tree:c", target="/p/c", read_only=True),
    )
    found = mounts_in(msgspec.structs.replace(plan, mounts=mounts))
    assert [mount.source for mount in found] == [
        *("tree", "passwd", "group", "outside/0", "inputs/1", "tree/c")
    ]


def test_the_base_is_imported_pulled_or_there(plan: Any) -> None:
    def lines(kind: Any) -> str:
        base = msgspec.structs.replace(plan.base, kind=kind, reference="x")
        return build_lines(msgspec.structs.replace(plan, base=base))[0]

    assert lines("host") == "docker import base.tar x"
    assert lines("registry") == "docker pull x"
    assert lines("image").startswith("docker build ")


def test_standard_input_is_what_the_run_read(plan: Any) -> None:
    stdin = Stdin(kind="pipe", digest="sha256:" + "0" * 64)
    lines = run_lines(msgspec.structs.replace(plan, stdin=stdin))
    assert lines[0].startswith("docker run --rm --interactive ")
    assert lines[-1].endswith(" < stdin")
    assert not run_lines(plan)[-1].endswith("< stdin")


def test_flags_of_the_plan_are_printed_as_they_are(plan: Any) -> None:
    flags = ("--read-only", "--tmpfs", "/tmp:rw,size=1", "--ulimit", "core=0:0")
    found = words(run_lines(msgspec.structs.replace(plan, flags=flags)), "/tmp")
    assert found[1 : len(flags) + 1] == list(flags)
