"""Hostile runs in the real engine: each ends with a reason, and leaves nothing behind.

Each attack is a fingerprint from elsewhere. Those that a limit ends share one call of auditor, and
those that go on to their end another.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import msgspec
import pytest

from auditor.model.canonical import canonical
from auditor.replay.base.python import Python, ask
from tests.e2e.conftest import LABEL, Document, Project
from tests.replay.conftest import Make

pytestmark = [pytest.mark.docker, pytest.mark.slow]

OFFLINE = ", and the replay has no network (--network bridge allows it)"
NO_MEMORY = "ran out of memory"
NO_ROOM = "there was no room for what it wrote"
WROTE = "it wrote more than 48 MiB (--disk)"
# What a limit ends: the code, and words of the reason.
STOPPED = {
    "fork-bomb": (
        """
        import os, time
        while True:
            try: os.fork()
            except OSError: time.sleep(0.1)
        """,
        (NO_MEMORY, "did not end within 10 s"),
    ),
    "memory": ("held = []\nwhile True: held.append(bytearray(1 << 23))", (NO_MEMORY,)),
    "memory-of-a-child": (
        """
        import subprocess, sys
        hog = "held = []\\nwhile True: held.append(bytearray(1 << 23))"
        sys.exit(subprocess.run([sys.executable, "-c", hog]).returncode != 0)
        """,
        ("out of memory", NO_MEMORY),
    ),
    "shared-memory": ("open('/dev/shm/x', 'wb').write(bytes(110 << 20))", (NO_ROOM,)),
    "temporary-folder": (
        """
        n = 0
        while True:
            n += 1
            open("/tmp/%d" % n, "wb").write(bytes(1 << 22))
        """,
        (NO_ROOM,),
    ),
    "one-large-file": ("open('x', 'wb').write(bytes(60 << 20))", (WROTE,)),
    "many-small-files": ("n = 0\nwhile True: n += 1; open(str(n), 'w').close()", (WROTE,)),
    "sparse-files": (
        """
        import os
        try: os.truncate(os.open('huge', os.O_CREAT | os.O_WRONLY), 1 << 40)
        except OSError: pass
        for n in range(9):
            os.truncate(os.open(str(n), os.O_CREAT | os.O_WRONLY), 40 << 20)
        """,
        (WROTE,),
    ),
    "own-record": (
        """
        while True: open('/opt/auditor/observation/events/1.jsonl', 'ab').write(bytes(1 << 20))
        """,
        (WROTE,),
    ),
    "stdout": ("while True: print('x' * 9999)", ("it printed more than 4 MiB on stdout (--log)",)),
    "stderr": (
        "import os\nwhile True: os.write(2, bytes(1 << 16))",
        ("it printed more than 4 MiB on stderr (--log)",),
    ),
    "never-ends": (
        """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True: time.sleep(1)
        """,
        ("it did not end within 10 s and was stopped",),
    ),
    "kills-the-recorder": (
        "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)",
        ("the recorder did not live to the end of the run",),
    ),
    "network": (
        "import urllib.request\nurllib.request.urlopen('https://api.example.com/v1')",
        (f"it tried to reach api.example.com:443{OFFLINE}",),
    ),
    "network-of-another-program": (
        """
        import subprocess, sys
        ask = "import socket; socket.getaddrinfo('data.example.org', 80)"
        subprocess.run([sys.executable, "-I", "-c", ask], check=True)
        """,
        (f"it tried to reach data.example.org{OFFLINE}",),
    ),
    "metadata-service": (
        "import socket\nsocket.create_connection(('169.254.169.254', 80), 2)",
        (f"it tried to reach 169.254.169.254:80{OFFLINE}",),
    ),
}

SNOOP = """
import ctypes, json, os, resource, socket, stat
told = {}
def attempt(name, call):
    try:
        told[name] = repr(call())
    except Exception as error:
        told[name] = "refused: %s" % type(error).__name__
def read(path):
    with open(path, "rb") as file: return file.read(1 << 20)
def write(path):
    with open(path, "ab", 0) as file: return file.write(b"1")
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status"))
told["status"] = {key: status[key].strip() for key in ("Seccomp", "NoNewPrivs", "CapEff", "CapBnd")}
told["init"] = read("/proc/1/environ").decode().split("\\0")
told["kcore"] = len(read("/proc/kcore")) if os.access("/proc/kcore", os.R_OK) else 0
told["keys"] = len(read("/proc/keys")) if os.access("/proc/keys", os.R_OK) else 0
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper",
             "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max",
             "/sys/fs/cgroup/cgroup.procs", "/proc/1/mem",
             "/opt/auditor/recorder/keeper.py", "/opt/auditor/env/pyvenv.cfg", "/etc/passwd",
             "/etc/resolv.conf", "/usr/x", "/x"):
    attempt("write " + path, lambda: write(path))
for path in ("/run", "/var/run", "/var/lib", "/tmp"):
    for folder, _folders, files in os.walk(path):
        for name in files:
            if stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode):
                told.setdefault("sockets", []).append(os.path.join(folder, name))
told["processes"] = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
told["interfaces"] = os.listdir("/sys/class/net")
told["devices"] = sorted(os.listdir("/dev"))
libc = ctypes.CDLL(None, use_errno=True)
attempt("clock", lambda: __import__("time").clock_settime(0, 0))
attempt("hostname", lambda: socket.sethostname("x"))
attempt("mount", lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))
attempt("unshare", lambda: libc.unshare(0x10000000))
attempt("reboot", lambda: libc.reboot(0x4321fedc))
attempt("device", lambda: os.mknod("disk", stat.S_IFBLK | 0o666, os.makedev(254, 0)))
attempt("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("gateway", lambda: socket.create_connection(("172.17.0.1", 2375), 2))
attempt("root", lambda: os.setuid(0))
attempt("priority", lambda: os.nice(-5))
limits = {"core": resource.getrlimit(resource.RLIMIT_CORE)}
told["limits"] = dict(limits, fsize=resource.getrlimit(resource.RLIMIT_FSIZE)[1])
print(json.dumps(told))
"""

TREE = """
import os, socket, subprocess, sys
os.symlink("/etc/shadow", "shadow")
os.symlink("/etc", "folder")
os.symlink("../../../../../../../etc/hostname", "relative")
os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("socket")
try: os.mknod("whiteout", 0o020666, 0)
except OSError: pass
open("setuid", "w").close(); os.chmod("setuid", 0o6777)
open("line\\nfeed", "w").close(); open("-rf", "w").close(); open(b"\\xff\\xfe", "w").close()
open("x" * 255, "w").close()
os.mkdir("closed"); open("closed/inside", "w").close(); os.chmod("closed", 0)
dig = "import os\\nfor _ in range(2500): os.mkdir('d'); os.chdir('d')"
subprocess.run([sys.executable, "-I", "-c", dig], check=True)
"""

RECORD = """
import json, os, shutil
place = "/opt/auditor/observation/"
os.unlink(place + "request.json"); os.mkdir(place + "request.json")
os.mkfifo(place + "tree.json"); os.symlink("/etc/passwd", place + "names.json")
os.symlink("/etc/passwd", place + "events/9.jsonl"); os.mkfifo(place + "events/8.jsonl")
with open(place + "events/7.jsonl", "w") as file:
    for path in ("/etc/passwd", os.getcwd() + "/../../../../../../etc/passwd"):
        event = {"event": "write", "time": 1, "path": path, "existed": False, "inplace": False}
        file.write(json.dumps(event) + "\\n")
    file.write('{"event": "input", "time": 1}\\n' * 100000 + "[" * 100000)
open(place + "inventory-9.json", "wb").truncate(1 << 30)
open(place + "stdout", "w").write("forged")
shutil.rmtree(place + "contents")
os.mkdir(place + "exit.json")
"""

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            print("still here", flush=True); time.sleep(0.2)
    os._exit(0)
os.wait()
"""

ENDED = {"snoop": SNOOP, "tree": TREE, "record": RECORD, "daemon": DAEMON}
WORDS = (
    "; touch x",
    "$(id)",
    "`id`",
    "a\nb",
    "--network=host",
    "",
    "-",
    "$HOME",
    "*",
    "é\u202e",
    "'\"\\",
)
VARIABLES = dict.fromkeys(
    (
        *("LD_PRELOAD", "LD_LIBRARY_PATH", "DOCKER_HOST", "PYTHONHOME", "PYTHONSTARTUP"),
        *("BASH_ENV", "HTTP_PROXY", "SSL_CERT_FILE", "PATH", "HOME", "x=y", "a b", ""),
    ),
    "/evil",
)


class Arena:
    """A store with hostile fingerprints, and auditor over them; its temporary folder is its own."""

    def __init__(self, folder: Path, environment: dict[str, str], python: Python) -> None:
        (folder / "project" / ".auditor").mkdir(parents=True)
        (folder / "tmp").mkdir()
        self.project = Project(folder / "project", environment | {"TMPDIR": str(folder / "tmp")})
        self.make = Make(folder / "project" / ".auditor", python)
        self.temporary = folder / "tmp"

    def write(self, name: str, code: str, *arguments: str, **more: Any) -> str:
        """Write a fingerprint of a Python script to a file, and return its path."""
        fingerprint = self.make.fingerprint(
            ("python", "attack.py", *arguments),
            source={"attack.py": textwrap.dedent(code)},
            root=str(self.project.folder),
            **more,
        )
        place = self.project.folder.parent / f"{name}.json"
        place.write_bytes(canonical(msgspec.structs.replace(fingerprint, name=name)))
        return str(place)

    def replay(self, *arguments: str) -> dict[str, Document]:
        """Replay fingerprints once each, and return the audits by name; nothing may be left."""
        process = self.project.start("replay", "--json", "--times", "1", *arguments)
        stdout, stderr = process.communicate(timeout=300)
        assert process.returncode in {1, 3, 4}, stderr
        assert "Traceback" not in stderr
        assert str(process.pid) not in owners()
        assert list(self.temporary.iterdir()) == []
        audits = json.loads(stdout)["audits"]
        return {audit["original"]["name"]: audit for audit in audits}

    def objects(self) -> list[Path]:
        return list(self.make.objects.folder.glob("*/*"))

    def stdout(self, audit: Document) -> str:
        """Return what the one replay printed."""
        digest = audit["replays"][0]["outcome"]["stdout"]["value"]["digest"]
        return self.make.objects.read(digest).decode()


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[Arena]:
    python = ask(Path(sys.executable))
    assert python is not None
    made = Arena(tmp_path_factory.mktemp("arena"), environment, python)
    yield made
    made.project.end()


@pytest.fixture(scope="module")
def stopped(arena: Arena) -> dict[str, Document]:
    """The audits of what a limit ends."""
    limits = ("--memory", "192MiB", "--disk", "48MiB", "--log", "4MiB", "--timeout", "10")
    return arena.replay(*limits, *(arena.write(name, code) for name, (code, _) in STOPPED.items()))


@pytest.mark.parametrize("name", STOPPED)
def test_a_run_that_a_limit_ends_says_which(stopped: dict[str, Document], name: str) -> None:
    audit = stopped[name]
    assert audit["verdict"] == "not-replayed"
    reason = audit["attempts"][0]["reason"]
    assert any(words in reason for words in STOPPED[name][1]), reason
    assert audit["reason"].endswith(reason)


def test_what_they_wrote_does_not_fill_this_machine(
    arena: Arena, stopped: dict[str, Document]
) -> None:
    assert stopped.keys() == STOPPED.keys()
    assert sum(path.stat().st_size for path in arena.objects()) < 128 << 20
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    assert largest < 1 << 30


@pytest.fixture(scope="module")
def ended(arena: Arena) -> dict[str, Document]:
    """The audits of what goes on to its end."""
    files = [arena.write(name, code) for name, code in ENDED.items()]
    told = "import json, os, sys; print(ascii(sys.argv[1:])); print(json.dumps({**os.environ}))"
    files.append(arena.write("words", told, *WORDS, variables=VARIABLES))
    return arena.replay("--timeout", "60", *files)


def test_a_snooper_sees_and_reaches_nothing_of_this_machine(
    arena: Arena, ended: dict[str, Document]
) -> None:
    told = json.loads(arena.stdout(ended["snoop"]))
    assert told.pop("status") == {
        "Seccomp": "2",
        "NoNewPrivs": "1",
        "CapEff": 16 * "0",
        "CapBnd": 16 * "0",
    }
    variables = {row.partition("=")[0] for row in told.pop("init") if row}
    assert variables <= {"PATH", "HOSTNAME", "HOME", "USER", "LOGNAME", "container"}
    assert told.pop("kcore") == told.pop("keys") == 0
    assert "sockets" not in told
    assert told.pop("interfaces") == ["lo"]
    planned = ended["snoop"]["plan"]["limits"]
    assert told.pop("limits") == {"core": [0, 0], "fsize": planned["file"]}
    assert 0 < planned["file"] <= 20 << 30
    assert len(told.pop("processes")) < 10
    devices = {"fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin"}
    assert set(told.pop("devices")) <= devices | {"stdout", "tty", "urandom", "zero", "core"}
    assert {told.pop(name) for name in ("mount", "unshare", "reboot")} == {"-1"}
    assert {name for name, what in told.items() if not what.startswith("refused")} == set()


def test_a_hostile_tree_is_read_and_leads_nowhere(arena: Arena, ended: dict[str, Document]) -> None:
    (replay,) = ended["tree"]["replays"]
    files = replay["outcome"]["outputs"]["value"]["files"]
    found = {file["path"]: file["kept"] for file in files}
    assert {"setuid", "line\nfeed", "-rf", "\\xff\\xfe", "x" * 255} <= found.keys()
    assert not any(found.get(link) for link in ("shadow", "folder", "relative", "pipe", "socket"))
    kept = [path.read_bytes() for path in arena.objects()]
    for secret in (Path("/etc/shadow"), Path("/etc/passwd"), Path("/etc/hostname")):
        if os.access(secret, os.R_OK):
            assert secret.read_bytes() not in kept


def test_a_run_that_spoils_its_record_did_not_complete(ended: dict[str, Document]) -> None:
    audit = ended["record"]
    assert audit["verdict"] == "not-replayed"
    assert "the recorder did not live to the end of the run" in audit["reason"]


def test_what_outlives_the_command_ends_with_it(arena: Arena, ended: dict[str, Document]) -> None:
    (replay,) = ended["daemon"]["replays"]
    assert arena.stdout(ended["daemon"]).startswith("still here\n")
    blind = replay["record"]["coverage"]["value"]["blind"]
    assert any("process that outlived the command" in note for note in blind)


def test_words_and_variables_are_only_that(arena: Arena, ended: dict[str, Document]) -> None:
    words, variables = arena.stdout(ended["words"]).splitlines()
    assert words == ascii(list(WORDS))
    found = json.loads(variables)
    assert "/evil" not in found.values()
    assert not found.keys() & VARIABLES.keys() - {"PATH", "HOME"}


def test_gc_removes_what_a_killed_auditor_leaves(arena: Arena) -> None:
    code = "import time\nwhile True: time.sleep(1)"
    process = arena.project.start("replay", "--times", "1", arena.write("alone", code))
    deadline = time.monotonic() + 60
    while str(process.pid) not in owners():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.kill()
    process.communicate()
    assert list(arena.temporary.iterdir())
    assert arena.project.auditor("gc").returncode == 0
    assert str(process.pid) not in owners()
    assert list(arena.temporary.iterdir()) == []


def owners() -> set[str]:
    """Return the processes that the engine's containers of auditor belong to."""
    containers = docker.from_env().containers.list(
        all=True, ignore_removed=True, filters={"label": LABEL}
    )
    return {container.labels[LABEL].split(":")[1] for container in containers}
