from __future__ import annotations

import json
import os
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InputError, NotReplayedError
from auditor.model.facts import Distribution
from auditor.model.fingerprint import Fingerprint
from auditor.replay import Executed, Options, Prepared, execute, prepare
from auditor.replay.base.host import base_image
from auditor.replay.engines import Engine
from auditor.replay.engines import containers as containers_module

pytestmark = pytest.mark.docker

Play = Callable[..., Any]


@pytest.fixture
def play(make: Any, engine: Engine, cache: Path) -> Play:
    def replay(fingerprint: Fingerprint, look: Callable[[Executed], Any], **options: Any) -> Any:
        chosen = Options(**options)
        said: list[str] = []
        prepared = prepare(fingerprint, make.objects, engine, chosen, tell=said.append, cache=cache)
        with execute(prepared, make.objects, engine, 1) as executed:
            return look(executed)

    return replay


def ready(make: Any, engine: Engine, cache: Path, fingerprint: Fingerprint) -> Prepared:
    return prepare(fingerprint, make.objects, engine, Options(), tell=lambda _: None, cache=cache)


def printed(executed: Executed) -> list[str]:
    return (executed.observation / "stdout").read_text().splitlines()


def run(play: Play, make: Any, code: str, **more: Any) -> list[str]:
    fingerprint = make.fingerprint(source={"train.py": code}, **more)
    lines: list[str] = play(fingerprint, printed)
    return lines


def test_installs_the_lock_and_leaves_out_what_cannot_be_locked(
    make: Any, few: tuple[Distribution, ...], engine: Engine, cache: Path
) -> None:
    code = "import numpy, sys; print(numpy.__version__, sys.prefix)"
    fingerprint = make.fingerprint(source={"train.py": code}, dependencies=few)
    prepared = ready(make, engine, cache, fingerprint)
    unlocked = {entry.subject: entry.reason for entry in prepared.plan.lock.unlocked}
    assert unlocked.keys() == {"dependency:auditor-no-such-package"}
    assert "no package index" in unlocked["dependency:auditor-no-such-package"]
    assert "dependency:auditor-no-such-package" in {e.subject for e in prepared.plan.unhonoured}
    with execute(prepared, make.objects, engine, 1) as executed:
        version = next(item.version for item in few if item.name == "numpy")
        assert printed(executed) == [f"{version} /opt/auditor/env"]
        assert executed.code == 0
        assert executed.exit is None
        folder = executed.observation
    assert not folder.exists()


ISOLATION = """
import os, socket
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(os.getuid(), os.getgid(), os.getgroups())
print(*sorted({int(status[k], 16) for k in status if k.startswith("Cap")}))
print(status["NoNewPrivs"].strip(), status["Seccomp"].strip())
def attempt(name, call):
    try:
        call()
        print(name, "worked")
    except OSError as error:
        print(name, "refused", error.errno)
attempt("root", lambda: open("/written", "w"))
attempt("input", lambda: open("data.csv", "a"))
attempt("unlink", lambda: os.unlink("data.csv"))
attempt("replace", lambda: os.replace("train.py", "data.csv"))
attempt("recorder", lambda: open("/opt/auditor/recorder/keeper.py", "a"))
attempt("environment", lambda: open("/opt/auditor/env/pyvenv.cfg", "a"))
attempt("network", lambda: socket.create_connection(("192.0.2.1", 80), 2))
attempt("chown", lambda: os.chown("train.py", 0, 0))
attempt("output", lambda: open("results/out.txt", "w"))
attempt("tree", lambda: os.mkdir("made"))
attempt("tmp", lambda: open("/tmp/scratch", "w"))
attempt("home", lambda: open(os.path.expanduser("~/.cache"), "w"))
print(sorted(os.listdir("/sys/class/net")), os.path.exists("/var/run/docker.sock"))
"""


def test_enforces_what_it_claims(play: Play, make: Any, uid: str) -> None:
    lines = run(
        play,
        make,
        ISOLATION,
        inputs=(make.file("data.csv", "1,2\n"),),
        outputs=(make.file("results/out.txt", ""),),
    )
    assert lines[0].startswith(f"{uid} ")
    assert lines[1] == "0"
    assert lines[2] == "1 2"
    done = dict(line.split(" ", 1) for line in lines[3:-1])
    for what in ("root", "input", "unlink", "replace", "recorder", "environment", "network"):
        assert done[what].startswith("refused"), what
    assert done["chown"].startswith("refused")
    for what in ("output", "tree", "tmp", "home"):
        assert done[what] == "worked", what
    assert lines[-1] == "['lo'] False"


def test_lays_out_a_fresh_tree_at_the_original_place(play: Play, make: Any) -> None:
    make.root.mkdir()
    (make.root / "stray.txt").write_text("of the working tree")
    code = "import os; print(os.getcwd()); print(*sorted(os.listdir('..')))"
    lines = run(
        play,
        make,
        "",
        argv=("python", "-c", code),
        cwd="experiments",
        inputs=(make.file("data.csv", "1"),),
        outputs=(make.file("made/by/run.txt", ""), make.file("found/out.txt", "")),
        made=("made",),
    )
    assert lines == [str(make.root / "experiments"), "data.csv experiments found train.py"]
    assert [path.name for path in make.root.iterdir()] == ["stray.txt"]


def test_restores_variables_and_says_which_it_cannot(play: Play, make: Any) -> None:
    names = "OMP_NUM_THREADS", "TZ", "LD_PRELOAD"
    code = f"import os; print(*map(os.environ.get, {names}))"
    lines = run(
        play,
        make,
        code,
        variables={"OMP_NUM_THREADS": "1", "TZ": "Asia/Tokyo", "LD_PRELOAD": "/x.so"},
    )
    assert lines == ["1 Asia/Tokyo None"]


def test_mounts_an_input_that_was_not_kept_read_only(play: Play, make: Any) -> None:
    make.root.mkdir()
    (make.root / "large.bin").write_text("many bytes")
    fingerprint = make.fingerprint(
        source={"train.py": "print(open('large.bin').read()); open('large.bin', 'a')"},
        inputs=(make.file("large.bin", "many bytes", kept=False),),
    )

    def look(executed: Executed) -> None:
        assert printed(executed) == ["many bytes"]
        assert executed.code == 1
        assert (executed.tree / "large.bin").read_text() == "many bytes"

    play(fingerprint, look, trusted=True)
    assert (make.root / "large.bin").read_text() == "many bytes"


def test_mounts_inputs_from_outside_the_project(play: Play, make: Any, tmp_path: Path) -> None:
    here = tmp_path / "moved" / "b.csv"
    here.parent.mkdir()
    here.write_text("b")
    fingerprint = make.fingerprint(
        source={"train.py": "print(*(open(f'/data/{n}.csv').read() for n in ('a', 'large/b')))"},
        inputs=(make.file("/data/a.csv", "a"), make.file("/data/large/b.csv", "b", kept=False)),
    )
    assert play(fingerprint, printed, map_paths={"/data/large": str(here.parent)}) == ["a b"]


def test_lists_every_input_that_is_missing_or_changed_before_anything_is_built(
    play: Play, make: Any
) -> None:
    make.root.mkdir()
    (make.root / "changed.csv").write_text("other")
    fingerprint = make.fingerprint(
        source={"train.py": ""},
        inputs=tuple(make.file(f"{n}.csv", n, kept=False) for n in ("changed", "missing")),
    )
    with pytest.raises(NotReplayedError) as caught:
        play(fingerprint, printed, trusted=True)
    changed, missing = caught.value.details
    assert changed.startswith("input changed.csv was changed since the run")
    assert missing.startswith("input missing.csv is missing")


def test_stops_a_run_that_takes_too_long(play: Play, make: Any) -> None:
    def look(executed: Executed) -> None:
        assert executed.exit is not None
        assert executed.exit.status == "timed-out"
        assert executed.reason == "it did not end within 2 s and was stopped"
        assert printed(executed) == ["begun"]

    code = "import time; print('begun', flush=True); time.sleep(600)"
    started = time.monotonic()
    play(make.fingerprint(source={"train.py": code}), look, timeout=2.0)
    assert time.monotonic() - started < 30


def test_says_that_memory_ran_out(play: Play, make: Any) -> None:
    def look(executed: Executed) -> None:
        assert executed.exit is not None
        assert executed.exit.status == "out-of-memory"
        assert "ran out of memory" in executed.reason

    code = "held = [bytearray(8 * 2**20) for _ in range(1000)]"
    play(make.fingerprint(source={"train.py": code}), look, memory=150 * 2**20)


def test_a_sign_of_life_reaches_the_container(play: Play, make: Any) -> None:
    code = """
    import os, time
    def beat(): return os.stat("/opt/auditor/pulse").st_mtime_ns
    first, end = beat(), time.monotonic() + 10
    while beat() == first and time.monotonic() < end: time.sleep(0.1)
    print(beat() > first)
    """
    assert run(play, make, textwrap.dedent(code)) == ["True"]


def test_no_file_of_the_record_says_what_was_asked(play: Play, make: Any) -> None:
    def look(executed: Executed) -> None:
        request = json.loads((executed.observation / "request.json").read_text())
        assert request["root"] == str(make.root)

    code = """
    import os
    place = "/opt/auditor/observation/request.json"
    os.unlink(place)
    os.makedirs(place + "/folder")
    """
    play(make.fingerprint(source={"train.py": textwrap.dedent(code)}), look)


def containers(engine: Any) -> list[str]:
    found = engine._client.containers.list(
        all=True, ignore_removed=True, filters={"label": "org.auditor.owner"}
    )
    return [item.id for item in found if f":{os.getpid()}:" in item.labels["org.auditor.owner"]]


def test_removes_the_container_when_interrupted(
    make: Any, engine: Any, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fingerprint = make.fingerprint(source={"train.py": "import time; time.sleep(600)"})
    prepared = ready(make, engine, cache, fingerprint)

    def interrupted(*_: object) -> bool:
        assert len(containers(engine)) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(containers_module, "_wait", interrupted)
    with pytest.raises(KeyboardInterrupt), execute(prepared, make.objects, engine, 1):
        pass
    assert containers(engine) == []


def test_links_that_a_run_leaves_do_not_lead_to_the_host(play: Play, make: Any) -> None:
    def look(executed: Executed) -> None:
        assert executed.removed == ("pipe", "stolen.txt")
        assert (executed.tree / "latest").read_text() == "1"
        assert not (executed.observation / "planted").is_symlink()

    code = f"""
import os
open("run-1.txt", "w").write("1")
os.symlink("{make.root}/run-1.txt", "latest")
os.symlink("/etc/hostname", "stolen.txt")
os.symlink("/etc/passwd", "/opt/auditor/observation/planted")
os.mkfifo("pipe")
"""
    play(make.fingerprint(source={"train.py": code}), look)


def test_the_environment_of_a_venv_in_the_project_is_the_new_one(play: Play, make: Any) -> None:
    prefix = f"{make.root}/.venv"
    interpreter = make.interpreter(executable=f"{prefix}/bin/python", prefix=prefix)
    fingerprint = make.fingerprint(
        (".venv/bin/python", "train.py"),
        source={"train.py": "import sys; print(sys.prefix)"},
        interpreter=interpreter,
    )
    assert play(fingerprint, printed) == ["/opt/auditor/env"]


def test_an_engine_without_gpus_is_said(play: Play, make: Any) -> None:
    with pytest.raises(NotReplayedError, match="cannot give a container GPUs"):
        play(make.fingerprint(source={"train.py": ""}), printed, gpus="all")


def test_a_command_that_is_not_there_is_an_outcome(play: Play, make: Any) -> None:
    fingerprint = make.fingerprint(("no-such-program",), source={"train.py": ""})
    assert play(fingerprint, lambda executed: executed.code) == 127


def test_replays_in_a_chosen_image(play: Play, make: Any, engine: Engine, python: Any) -> None:
    image = base_image(python, engine, lambda _: None)
    fingerprint = make.fingerprint(source={"train.py": "print('in', 'it')"})
    # The Python of a chosen image is found by its name on PATH, which this image has not.
    with pytest.raises(NotReplayedError, match="no Python runs in the image"):
        play(fingerprint, printed, image=image.reference)


def test_an_image_that_is_nowhere_is_said(play: Play, make: Any) -> None:
    fingerprint = make.fingerprint(source={"train.py": ""})
    with pytest.raises(NotReplayedError, match="cannot be pulled"):
        play(fingerprint, printed, image="localhost:9/auditor-nowhere:1")
    with pytest.raises(InputError, match="not the name of an image"):
        play(fingerprint, printed, image="--privileged")


def test_two_replays_do_not_share_a_tree(make: Any, engine: Engine, cache: Path) -> None:
    code = "import os; print(os.path.exists('mark')); open('mark', 'w')"
    prepared = ready(make, engine, cache, make.fingerprint(source={"train.py": code}))
    for number in (1, 2):
        with execute(prepared, make.objects, engine, number) as executed:
            assert printed(executed) == ["False"]
