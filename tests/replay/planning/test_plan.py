from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError, NotReplayedError
from auditor.model.fact import recorded, unknown
from auditor.model.facts import Command
from auditor.model.files import File
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Base, Lock, LockedWheel
from auditor.replay import Options, plan
from auditor.replay.environment.dockerfile import dockerfile, requirements_of
from auditor.replay.planning.mounts import MOST, mounts_of

BASE = Base(kind="host", reference="auditor/base:1", reason="test", python="/usr/bin/python3.11")
NOTHING = Lock(requirements="")
DIGEST = "sha256:" + "ab" * 32


def planned(fingerprint: Any, lock: Lock = NOTHING, **options: Any) -> Any:
    return plan(fingerprint, lock, BASE, Options(**options))


def test_says_everything_that_will_be_done(make: Any) -> None:
    made = planned(
        make.fingerprint(
            source={"train.py": ""},
            inputs=(make.file("data/in.csv", "1"), make.file("state.json", "{}")),
            outputs=(make.file("out/sub/x.txt", ""), make.file("state.json", "{1}")),
            made=("out/sub",),
            cwd="work",
            variables={"OMP_NUM_THREADS": "1"},
        ),
        timeout=5.0,
        memory=1000,
        cpus=1.5,
    )
    assert made.root == str(make.root)
    assert made.workdir == f"{make.root}/work"
    assert made.user == "65534:65534"
    assert [file.path for file in made.files] == ["data/in.csv", "state.json", "train.py"]
    assert made.directories == ("out", "work")
    assert [(mount.source, mount.read_only) for mount in made.mounts] == [
        ("tree:data/in.csv", True)
    ]
    assert made.limits.network == "none"
    assert (made.limits.timeout, made.limits.memory, made.limits.cpus) == (5.0, 1000, 1.5)
    assert "FROM auditor/base:1\n" in made.dockerfile
    assert plan(make.fingerprint(), NOTHING, BASE, Options()) == planned(make.fingerprint())


def test_a_virtual_environment_in_the_project_becomes_a_link(make: Any) -> None:
    interpreter = make.interpreter(prefix=f"{make.root}/.venv", base_prefix="/usr")
    made = planned(
        make.fingerprint(source={"train.py": "", ".venv/lib/site.py": ""}, interpreter=interpreter)
    )
    assert made.links == {".venv": "/opt/auditor/env"}
    assert [file.path for file in made.files] == ["train.py"]


def test_inputs_outside_the_project_need_trust_or_a_mapping(make: Any) -> None:
    large = make.file("/data/large.csv", "1", kept=False)
    kept = make.file("/data/kept.csv", "2")
    fingerprint = make.fingerprint(inputs=(large, kept))
    sources = {mount.target: mount.source for mount in planned(fingerprint, trusted=True).mounts}
    assert sources == {
        "/data/kept.csv": f"object:{kept.digest}",
        "/data/large.csv": "/data/large.csv",
    }
    made = planned(fingerprint, map_paths={"/data": "/mnt/d"})
    assert "/mnt/d/large.csv" in {mount.source for mount in made.mounts}


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/shadow", "/var/run/docker.sock", "/opt/auditor/x", "a//b"]
)
def test_hostile_paths_are_refused_wherever_they_stand(make: Any, path: str) -> None:
    hostile = File(path=path, digest=DIGEST, size=1, kept=True)
    with pytest.raises(InputError, match="is refused"):
        planned(make.fingerprint(inputs=(hostile,)))
    if not path.startswith("/"):
        with pytest.raises(InputError, match="is refused"):
            planned(make.fingerprint(outputs=(hostile,)))


@pytest.mark.parametrize("root", ["/", "/etc", "/usr/lib", "/opt", "relative", "/home/../etc"])
def test_hostile_roots_are_refused(make: Any, root: str) -> None:
    with pytest.raises(InputError, match="is refused"):
        planned(make.fingerprint(root=root))


@pytest.mark.parametrize("cwd", ["../..", "/etc", "../../../etc"])
def test_hostile_working_directories_are_refused(make: Any, cwd: str) -> None:
    with pytest.raises(InputError, match="is refused"):
        planned(make.fingerprint(cwd=cwd, root="/srv/project"))


def test_a_working_directory_outside_the_project_is_kept(make: Any) -> None:
    assert planned(make.fingerprint(cwd="/data/work")).workdir == "/data/work"


def test_without_a_command_there_is_nothing_to_replay(make: Any) -> None:
    fingerprint = make.fingerprint()
    for fact, error in (
        (unknown("nobody said"), NotReplayedError),
        (recorded(Command(argv=()), "test"), NotReplayedError),
        (recorded(Command(argv=("",)), "test"), InputError),
        (recorded(Command(argv=("python", "\0")), "test"), InputError),
    ):
        recipe = msgspec.structs.replace(fingerprint.recipe, command=fact)
        with pytest.raises(error):
            planned(msgspec.structs.replace(fingerprint, recipe=recipe))


def test_says_which_facts_it_does_not_restore(make: Any) -> None:
    fingerprint = make.fingerprint(
        ("torchrun", "train.py"),
        inputs=(File(path="gone.csv", digest=None, size=None, reason="no permission"),),
        outputs=(make.file("/results/x", ""), make.file("/tmp/x", "")),
        dependencies=None,
        interpreter=None,
    )
    environment = msgspec.structs.replace(
        fingerprint.recipe.environment, interpreter=unknown("nobody said")
    )
    recipe = msgspec.structs.replace(fingerprint.recipe, environment=environment)
    fingerprint = msgspec.structs.replace(fingerprint, recipe=recipe)
    lock = Lock(requirements="", unlocked=(Unverified(subject="dependency:x", reason="gone"),))
    subjects = [entry.subject for entry in planned(fingerprint, lock, network="bridge").unhonoured]
    assert subjects == [
        *("stdin", "environment.python", "programs", "network"),
        *("input:gone.csv", "output:/results/x", "names", "dependencies", "dependency:x"),
    ]
    subjects = [entry.subject for entry in planned(fingerprint, gpus="all").unhonoured]
    assert "hardware.gpu" not in subjects


def test_only_wheels_are_installed_each_by_its_own_digest() -> None:
    wheels = (
        LockedWheel(name="b", version="2", file="b-2-py3-none-any.whl", digest=DIGEST),
        LockedWheel(name="a", version="1", file="a-1.tar.gz", digest=DIGEST),
    )
    text = requirements_of(Lock(requirements="", wheels=wheels))
    assert text == f"b==2 \\\n    --hash={DIGEST}\n"
    assert requirements_of(NOTHING).startswith("#")


def test_the_dockerfile_has_no_shell_and_no_network_address() -> None:
    text = dockerfile(BASE)
    runs = [line for line in text.splitlines() if line.startswith(("RUN", "CMD", "ENTRYPOINT"))]
    assert all("[" in line for line in runs)
    assert "http" not in text
    assert "--no-index" in text
    assert "--require-hashes" in text


names = st.sampled_from(["a", "b", "c"])
trees = st.sets(st.lists(names, min_size=1, max_size=4).map("/".join), max_size=12).map(
    lambda found: {p + ".txt" for p in found}
)


@given(trees, trees, trees)
def test_folders_are_mounted_only_where_they_hold_nothing_but_inputs(
    inputs: set[str], source: set[str], written: set[str]
) -> None:
    many = {f"many/{n}.txt" for n in range(MOST + 1)} | inputs
    files = tuple(
        File(path=path, digest=DIGEST, size=1, kept=True) for path in sorted(many | source)
    )
    mounts = mounts_of(files, frozenset(many), frozenset(written), "/r", Options())
    targets = [mount.target.removeprefix("/r/") for mount in mounts]
    for path in many - written:
        assert sum(path == t or path.startswith(t + "/") for t in targets) == 1, path
    for path in (source - many) | written:
        assert not any(path == t or path.startswith(t + "/") for t in targets), path
    assert "many" in targets or any(path.startswith("many/") for path in written | source)
