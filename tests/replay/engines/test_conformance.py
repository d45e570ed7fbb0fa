"""What every engine does alike: Docker, Docker elsewhere, Podman."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import EngineError, InputError, NotReplayedError
from auditor.model.facts import Image
from auditor.model.plan import Limits, Mount
from auditor.replay.engines import Container, Ended
from auditor.replay.engines.connect import engine_at
from auditor.replay.engines.docker import Docker
from auditor.replay.engines.labels import BUILD, OWNER
from auditor.replay.engines.places import Place
from auditor.replay.environment.tarball import stream, text
from auditor.replay.running.owner import owner

pytestmark = [pytest.mark.docker, pytest.mark.slow]

NOBODY = "65534:65534"
Run = Callable[..., Ended]


@pytest.fixture
def run(engine: Docker, base: Image, program: str) -> Run:
    """Run lines of Python in a container that prints."""

    def start(code: str, *argv: str, **settings: Any) -> Ended:
        line = (program, "-I", "-c", code, *argv)
        given = {"image": base.id, "argv": line, "user": NOBODY, "talk": True, **settings}
        return engine.run(Container(**given))

    return start


@pytest.fixture(autouse=True)
def nothing_is_left(engine: Docker) -> Iterator[None]:
    """See that no container or volume of this process outlives its test."""
    yield
    assert left(engine) == []


def left(engine: Docker) -> list[str]:
    client, filters = engine._client, {"label": f"{OWNER}={owner()}"}
    found = client.containers.list(all=True, ignore_removed=True, filters=filters)
    return [item.name for item in (*found, *client.volumes.list(filters=filters))]


def folder(place: Path, **files: str) -> Path:
    place.mkdir()
    for name, content in files.items():
        (place / name).write_text(content)
    for path in (place, *place.iterdir()):
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
    return place


def test_it_says_what_it_is(engine: Docker) -> None:
    can = engine.abilities()
    assert engine.describe() == f"{can.name} {can.version} at {can.place}"
    assert can.name == engine.name
    assert can.version[0].isdigit()
    assert not can.rootless
    assert engine.unenforced(Limits(memory=1, cpus=1.0)) == can.lacks


def test_an_image_that_is_not_there(engine: Docker) -> None:
    assert engine.images.find("auditor/no-such:1") is None
    assert engine.images.find("sha256:" + "0" * 64) is None
    with pytest.raises(InputError):
        engine.images.find("a b")


def test_pulling_from_nowhere(engine: Docker) -> None:
    with pytest.raises(NotReplayedError, match="is not here and cannot be pulled") as caught:
        engine.images.pull("127.0.0.1:9/no/such:1")
    assert "\n" not in caught.value.message


def test_an_image_is_loaded_under_its_name(engine: Docker) -> None:
    made = engine.images.load(stream({"/a": text("b")}), "auditor/base:conformance", {"a": "b c"})
    try:
        assert engine.images.find("auditor/base:conformance") == made
        assert made.platform == "linux/amd64"
        assert len(made.layers) == 1
        assert engine._client.images.get(made.id).labels == {"a": "b c"}
    finally:
        engine._client.images.remove(made.id, force=True)


def test_an_image_is_built_and_nothing_is_left_beside_it(
    engine: Docker, base: Image, program: str
) -> None:
    make = json.dumps([program, "-c", "open('/made', 'w').write(open('/given').read())"])
    lines = (
        f"FROM {base.reference}\nARG BUILD=x\nLABEL {BUILD}=$BUILD\nCOPY given /given\nRUN {make}\n"
    )
    context = {"Dockerfile": text(lines), "given": text("words")}
    made = engine.images.build(stream(context), "auditor/env:conformance", {"a": "b"})
    try:
        ended = engine.run(
            Container(
                image=made.id,
                argv=(program, "-c", "print(open('/made').read())"),
                user=NOBODY,
                talk=True,
            )
        )
        assert ended.output.strip() == "words"
        assert engine._client.images.get(made.id).labels["a"] == "b"
    finally:
        engine._client.images.remove("auditor/env:conformance", force=True)
    assert builds(engine) == []


def test_a_build_that_fails_says_why_and_leaves_nothing(
    engine: Docker, base: Image, program: str
) -> None:
    fail = json.dumps([program, "-c", "print('it cannot be'); raise SystemExit(1)"])
    lines = f"{begin(base)}RUN {fail}\n"
    with pytest.raises(NotReplayedError, match="could not be built: it cannot be") as caught:
        engine.images.build(stream({"Dockerfile": text(lines)}), "auditor/env:failed", {})
    assert "\n" not in caught.value.message
    assert engine.images.find("auditor/env:failed") is None
    assert builds(engine) == []


# Builds until it is killed: argv is address, base and program.
BUILD_FOR_EVER = """
import sys
from auditor.replay.engines.connect import engine_at
from auditor.replay.engines.places import Place
from auditor.replay.environment.tarball import stream, text
lines = (
    f"FROM {sys.argv[2]}\\nARG BUILD=x\\nLABEL org.auditor.build=$BUILD\\n"
    f'RUN ["{sys.argv[3]}", "-c", "print(1)"]\\n'
    f'RUN ["{sys.argv[3]}", "-c", "import time; time.sleep(30)"]\\n'
)
context = stream({"Dockerfile": text(lines)})
engine_at(Place(address=sys.argv[1])).images.build(context, "auditor/env:killed", {})
"""


def test_a_killed_build_is_tidied_up(engine: Docker, base: Image, program: str) -> None:
    place = engine.abilities().place
    line = [sys.executable, "-c", BUILD_FOR_EVER, place, base.reference, program]
    with subprocess.Popen(line) as process:
        mark = f":{process.pid}:"
        while not any(mark in one for one in half_built(engine)):
            assert process.poll() is None
            time.sleep(0.1)
        process.kill()
    deadline = time.monotonic() + 15
    while any(mark in one for one in half_built(engine)):
        assert time.monotonic() < deadline
        engine.clean(images=False)


def half_built(engine: Docker) -> list[str]:
    """Return the marks of images without a name, the steps of builds."""
    images = engine._client.api.images(all=True, filters={"label": BUILD})
    return [
        item["Labels"][BUILD]
        for item in images
        if not item["RepoTags"] or "<none>" in item["RepoTags"][0]
    ]


def begin(base: Image) -> str:
    return f"FROM {base.reference}\nARG BUILD=x\nLABEL {BUILD}=$BUILD\n"


def builds(engine: Docker) -> list[str]:
    """Return the images that builds of this process left."""
    images = engine._client.api.images(all=True, filters={"label": BUILD})
    return [item["Id"] for item in images if owner() in item["Labels"][BUILD]]


@pytest.mark.parametrize(
    ("code", "status"),
    [("pass", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137)],
)
def test_the_exit_status_is_the_commands(run: Run, code: str, status: int) -> None:
    ended = run(code)
    assert (ended.code, ended.timed_out, ended.out_of_memory) == (status, False, False)


def test_what_it_prints_comes_back_where_it_is_wanted(run: Run) -> None:
    code = "import sys; print('out', flush=True); print('é', file=sys.stderr)"
    assert sorted(run(code).output.split()) == ["out", "é"]
    assert run(code, talk=False).output == ""


def test_what_it_prints_is_bounded(run: Run) -> None:
    ended = run("for n in range(60000): print('x' * 99)\nprint('the end')")
    assert len(ended.output) <= 256 * 1024
    assert ended.output.endswith("the end\n")


def test_a_program_that_is_not_there(run: Run) -> None:
    try:
        said = run("", argv=("/no/such/program",)).output
    except NotReplayedError as error:
        said = error.message
    assert "o such file" in said


def test_a_time_out_ends_it_gently_first(run: Run) -> None:
    code = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("asked to end"), sys.exit(5)))
time.sleep(60)
"""
    began = time.monotonic()
    ended = run(code, limits=Limits(timeout=1.0))
    assert ended.timed_out
    assert (ended.code, ended.output.strip()) == (5, "asked to end")
    assert time.monotonic() - began < 10


def test_out_of_memory_is_told_apart_from_a_kill(engine: Docker, run: Run) -> None:
    ended = run("x = bytearray(1 << 30)", limits=Limits(memory=64 << 20))
    assert ended.code == 137
    # Podman does not tell, where control groups are of version 1: the recorder does in a replay
    assert ended.out_of_memory or engine.name == "Podman"


def test_processes_are_limited(run: Run) -> None:
    code = """
import os, time
try:
    for n in range(100):
        if os.fork() == 0:
            time.sleep(20)
except OSError as error:
    print("refused", error.errno, n < 20)
    os.kill(-1, 9)
"""
    assert "refused 11 True" in run(code, limits=Limits(pids=20)).output


def test_mounts_are_read_only_or_written_back(run: Run, tmp_path: Path) -> None:
    tree = folder(tmp_path / "tree", old="o", kept="k", data="")
    given = folder(tmp_path / "given", table="1,2")
    alone = tmp_path / "alone"
    alone.write_text("a file")
    alone.chmod(0o644)
    code = """
import os
os.chdir("/here/it is")
print(open("old").read(), open("/given/table").read(), open("data").read(), sep="|")
os.remove("old"); os.mkdir("sub"); os.symlink("kept", "link")
open("sub/new", "w").write("n")
for place in ("/given/more", "data", "/here/else", "/top"):
    try: open(place, "w")
    except OSError as error: print(error.errno, end=" ")
"""
    mounts = (
        Mount(source=str(tree), target="/here/it is", read_only=False),
        Mount(source=str(given), target="/given", read_only=True),
        Mount(source=str(alone), target="/here/it is/data", read_only=True),
    )
    ended = run(code, mounts=mounts)
    assert ended.code == 0, ended.output
    assert ended.output.split() == ["o|1,2|a", "file", "30", "30", "30", "30"]
    assert sorted(path.name for path in tree.iterdir()) == ["data", "kept", "link", "sub"]
    assert (tree / "sub/new").read_text() == "n"
    assert (tree / "link").readlink() == Path("kept")
    assert sorted(path.name for path in given.iterdir()) == ["table"]


def test_only_scratch_is_writable_and_it_is_the_users(run: Run) -> None:
    code = """
import os
found = []
for place, folders, _files in os.walk("/"):
    folders[:] = [n for n in folders if os.path.join(place, n) not in ("/proc", "/sys", "/dev")]
    if os.access(place, os.W_OK):
        found.append(place)
open("/tmp/a", "w"); open("/dev/shm/a", "w")
print(sorted(found), oct(os.stat("/tmp").st_mode)[-4:], os.stat("/home/me").st_uid, os.umask(0))
"""
    ended = run(code, scratch=("/tmp", "/home/me"))
    assert ended.output.strip() == "['/home/me', '/tmp'] 1777 65534 18"


def test_user_folder_variables_and_arguments_arrive_as_they_are(run: Run) -> None:
    odd = {"A B": "x\ny $HOME '\"", "EMPTY": "", "É": "ü=1", "PATH": "/own/bin"}
    code = """
import json, os, sys
print(json.dumps([os.getuid(), os.getgid(), os.getcwd(), dict(os.environ), sys.argv[1:]]))
"""
    words = ("$HOME", "a  b", "", "'\"\\", "é\n;")
    ended = run(code, *words, user="1234:4321", workdir="/some/where", variables=odd)
    uid, gid, place, variables, argv = json.loads(ended.output)
    assert (uid, gid, place) == (1234, 4321, "/some/where")
    assert argv == list(words)
    assert odd.items() <= variables.items()


def test_there_is_no_network_and_the_standard_input_is_at_its_end(run: Run) -> None:
    code = """
import os, sys
print([n for n in os.listdir("/sys/class/net") if n != "lo"], sys.stdin.read(), sys.stdin.isatty())
"""
    assert run(code).output.strip() == "[]  False"


def test_privileges_are_gone(run: Run) -> None:
    code = """
wanted = ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp:")
print([l.split()[1] for l in open("/proc/self/status") if l.startswith(wanted)])
"""
    none = "0" * 16
    assert run(code).output.strip() == f"['{none}', '{none}', '1', '2']"


def test_processors_and_cpu_time_are_limited(engine: Docker, run: Run) -> None:
    code = """
import os, time
began, used = time.monotonic(), time.process_time()
while time.monotonic() - began < 1: pass
print(len(os.sched_getaffinity(0)), time.process_time() - used)
"""
    shares = engine.abilities().shares_files
    one = run(code, processors="0", limits=Limits(cpus=0.25))
    count, used = one.output.split()
    assert float(used) < 0.6
    assert int(count) == (1 if shares else os.cpu_count())


def test_several_threads_share_an_engine(run: Run) -> None:
    codes: dict[int, int] = {}

    def one(n: int) -> None:
        codes[n] = run(f"import time; time.sleep(0.2); raise SystemExit({n})").code

    threads = [threading.Thread(target=one, args=(n,)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {n: n for n in range(1, 7)}


def test_ctrl_c_leaves_nothing(engine: Docker, run: Run, tmp_path: Path) -> None:
    tree = folder(tmp_path / "tree")
    mounts = (Mount(source=str(tree), target="/tree", read_only=False),)

    def interrupt() -> None:
        filters = {"label": [f"{OWNER}={owner()}", "org.auditor.kind=replay"]}
        while not engine._client.containers.list(filters=filters):
            time.sleep(0.05)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    with pytest.raises(KeyboardInterrupt):
        run("import time; time.sleep(60)", mounts=mounts)
    other.join()
    assert left(engine) == []


def test_stop_ends_what_others_wait_for(engine: Docker, base: Image, program: str) -> None:
    stopped = engine_at(Place(address=engine.abilities().place))  # it runs nothing afterwards
    argv = (program, "-I", "-c", "import time; time.sleep(60)")
    container = Container(image=base.id, argv=argv, user=NOBODY)
    ended: list[object] = []

    def wait() -> None:
        try:
            ended.append(stopped.run(container))
        except NotReplayedError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while not left(engine):
        time.sleep(0.05)
    stopped.stop()
    thread.join(20)
    assert len(ended) == 1
    with pytest.raises(EngineError, match="given up"):
        stopped.run(container)
    stopped._client.close()


def test_what_a_killed_process_left_is_removed(engine: Docker, base: Image) -> None:
    gone = owner().rpartition(":")[0] + ":0"
    client, labels = engine._client, {OWNER: gone}
    client.containers.create(base.id, ["/x"], labels=labels, network_mode="none")
    marks = {BUILD: f"{gone}:0"}  # as a person's own has, of an image that was built
    theirs = client.containers.create(base.id, ["/x"], labels=marks, network_mode="none")
    volume = client.volumes.create(labels=labels)
    mine = client.volumes.create(labels={OWNER: owner()})
    try:
        engine.clean(images=False)  # or a replay that is going on elsewhere has been quicker
        names = {item.name for item in client.volumes.list()}
        assert volume.name not in names
        assert mine.name in names
        assert client.containers.list(all=True, filters={"label": f"{OWNER}={gone}"}) == []
        theirs.reload()
    finally:
        theirs.remove(force=True)
        mine.remove(force=True)
