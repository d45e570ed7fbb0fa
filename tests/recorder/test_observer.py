"""The observer's parts, one by one and in this process; its audit hook is never installed here."""

from __future__ import annotations

import atexit
import ctypes
import importlib
import json
import os
import socket
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.recorder.observer import (
    arithmetic,
    content,
    encoding,
    failures,
    hook,
    process,
    variables,
)
from auditor.recorder.observer.imports import Finder
from auditor.recorder.observer.journal import Journal, start_of
from auditor.recorder.observer.network import Network
from auditor.recorder.observer.places import Places, source_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@pytest.fixture
def observation(tmp_path: Path) -> Path:
    folder = tmp_path / "observation"
    (folder / "events").mkdir(parents=True)
    (folder / "contents").mkdir()
    root = tmp_path / "project"
    root.mkdir()
    (folder / "settings").write_bytes(b"\0".join([os.fsencode(root), b"", b"1000"]))
    return folder


@pytest.fixture
def observer(observation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hook.Observer]:
    monkeypatch.chdir(observation.parent / "project")
    observer = hook.Observer(str(observation), "/recorder")
    yield observer
    observer.journal.forked()


def events(observation: Path) -> list[dict[str, Any]]:
    lines = [
        line
        for path in (observation / "events").iterdir()
        for line in path.read_bytes().splitlines()
    ]
    return [json.loads(line) for line in lines if line]


@given(JSON)
def test_encoding_is_json(value: Any) -> None:
    text = encoding.dumps(value)
    assert text.isascii()
    assert json.loads(text) == value


def test_encoding_of_what_json_has_not() -> None:
    assert encoding.dumps((1, {2})) == '[1,"{2}"]'


def test_a_journal_reopens_and_counts_what_it_loses(observation: Path) -> None:
    journal = Journal(str(observation))
    journal.write("one")
    os.close(journal._descriptor)
    journal.write("two")
    journal.forked()
    journal.write("three")
    assert [event["event"] for event in events(observation)] == ["one", "two", "three"]
    journal.forked()
    journal.folder = str(observation / "absent")
    journal.write("lost")
    assert journal.lost == 1


def test_a_torn_line_is_ended_before_the_next(
    observation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(str(observation))
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: write(fd, data[:5]))
        journal.write("torn")
    journal.write("whole")
    (path,) = (observation / "events").iterdir()
    assert path.read_bytes().splitlines()[0] == b'{"eve'
    assert json.loads(path.read_bytes().splitlines()[1])["event"] == "whole"
    journal.forked()


def test_the_start_of_a_process() -> None:
    assert int(start_of("self")) > 0
    assert start_of("0") == "0"


def test_without_high_descriptors_a_low_one_does(
    observation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    journal = Journal(str(observation))
    journal.write("one")
    assert 0 < journal._descriptor < 500
    journal.forked()


def places(root: str, *apart: str) -> Places:
    return Places(root, apart)


def test_the_nearest_known_folder_decides() -> None:
    found = places("/usr/src/app", "/usr/src/app/.auditor")
    assert found.absolute("/usr/src/app/data/x") == "/usr/src/app/data/x"
    assert found.absolute("/usr/src/app/.auditor/x") is None
    assert found.absolute("/usr/src/app/.git/config") is None
    assert found.absolute("/usr/share/x") is None
    assert found.absolute("/data/x.csv") == "/data/x.csv"
    assert found.absolute(3) is None


def test_a_virtual_environment_in_the_project_is_no_project_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "prefix", "/project/.venv")
    found = places("/project")
    assert found.absolute("/project/.venv/lib/x.py") is None
    assert found.absolute("/project/lib/x.py") is not None


def test_sites_are_lines_of_project_files(tmp_path: Path) -> None:
    code = compile("def call(f): return f()", str(tmp_path / "pkg" / "code.py"), "exec")
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    found = places(str(tmp_path))
    assert namespace["call"](lambda: found.site(sys._getframe())) == "pkg/code.py:1"
    assert found.site(sys._getframe()) == ""
    assert found.standard(os.__file__)
    assert found.standard("<frozen importlib._bootstrap>")
    assert not found.standard(str(tmp_path / "x.py"))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("/a/__pycache__/b.cpython-311.pyc", "/a/b.py"),
        ("/a/__pycache__/b.cpython-311.opt-1.pyc", "/a/b.py"),
        ("/a/b.pyc", "/a/b.pyc"),
        ("/a/b.py", "/a/b.py"),
    ],
)
def test_source_of_a_cache_file(path: str, source: str) -> None:
    assert source_of(path) == source


@given(
    st.sampled_from(["TOKEN", "api_key", "Passwd", "SECRET", "auth"]), st.text("ABC_", min_size=1)
)
def test_no_secret_name_has_its_value_written(word: str, rest: str) -> None:
    values, withheld = variables.split({f"PYTHON_{rest}{word}": "x"}, "/inject")
    assert values == {}
    assert len(withheld) == 1


def test_variables_are_those_of_the_program() -> None:
    environment = {
        "PYTHONPATH": "/inject:/mine",
        "OMP_NUM_THREADS": "4",
        "HOME": "/home/me",
        "AUDITOR_OBSERVATION": "/x",
        "LANG": "",
    }
    values, withheld = variables.split(environment, "/inject")
    assert values == {"PYTHONPATH": "/mine", "OMP_NUM_THREADS": "4", "LANG": ""}
    assert withheld == ["HOME"]
    assert variables.split({"PYTHONPATH": "/inject"}, "/inject") == ({}, [])


@given(st.from_regex(r"[a-z0-9]{1,8}:[a-z0-9]{1,8}", fullmatch=True), st.integers(1, 3))
def test_user_information_is_removed_from_every_url(user: str, count: int) -> None:
    text = " ".join([f"see https://{user}@example.org/a@b?q"] * count)
    assert variables.without_userinfo(text) == " ".join(["see https://example.org/a@b?q"] * count)


def test_a_digest_needs_a_regular_file_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert content.digest(str(path))["size"] == 3
    with pytest.raises(OSError, match="not a regular file"):
        content.digest(str(tmp_path))
    states = iter([[1], [2]])
    monkeypatch.setattr(content, "state", lambda _stat: next(states, [3]))
    assert content.digest(str(path))["digest"] is None


def test_a_full_disk_costs_the_copy_and_not_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    saved = content.Contents(str(tmp_path / "saved"), 1000)
    assert saved.save(str(tmp_path / "absent")) is None
    (tmp_path / "saved").mkdir()

    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    members = saved.save(str(path))
    assert members is not None
    assert members["digest"]
    assert list((tmp_path / "saved").iterdir()) == []


def test_a_content_that_changes_while_it_is_saved_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    (tmp_path / "saved").mkdir()
    numbers = iter(range(10))
    monkeypatch.setattr(content, "state", lambda _stat: [next(numbers)])
    members = content.Contents(str(tmp_path / "saved"), 1000).save(str(tmp_path / "x"))
    assert members is not None
    assert members["digest"] is None
    assert list((tmp_path / "saved").iterdir()) == []


def test_the_start_event_and_the_patches(
    observer: hook.Observer, observation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: dict[str, Any] = {}
    monkeypatch.setattr(sys, "addaudithook", taken.setdefault)
    monkeypatch.setattr(atexit, "register", lambda value: taken.update(exit=value))
    monkeypatch.setattr(os, "register_at_fork", taken.update)
    monkeypatch.setattr(Finder, "install", lambda self: taken.update(patches=self._patches))
    monkeypatch.setattr(hook, "Observer", lambda *_arguments: observer)
    hook.install("", "")
    assert events(observation)[0]["event"] == "start"
    assert events(observation)[0]["pid"] == os.getpid()
    assert set(taken["patches"]) >= {"random", "numpy.random", "torch", "threading"}
    taken["after_in_child"]()
    assert [event["fork"] for event in events(observation)] == [False, True]
    taken["exit"]()
    taken["exit"]()
    assert [event["event"] for event in events(observation)] == ["start", "start", "end"]


def test_events_that_do_not_matter_cost_nothing(observer: hook.Observer, observation: Path) -> None:
    observer.listen("compile", (None, None))
    observer.listen("open", ("/etc/passwd", "r", 0))
    observer.listen("open", (3, "r", 0))
    observer.listen("open", ("x", "r", os.O_DIRECTORY))
    assert events(observation) == []


def test_file_events(observer: hook.Observer, observation: Path) -> None:
    project = observation.parent / "project"
    (project / "in.txt").write_text("1")
    (project / "code.so").write_bytes(b"\x7fELF")
    observer.listen("open", ("in.txt", "r", 0))
    observer.listen("open", ("in.txt", "r", 0))
    observer.listen("import", ("code", str(project / "code.so"), None, None, None))
    observer.listen("import", ("json", None, None, None, None))
    observer.listen("open", ("out.txt", "w", os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
    observer.listen("open", ("out.txt", "w", os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
    observer.listen("open", (str(project), "w", os.O_WRONLY))
    observer.listen("os.rename", ("in.txt", "moved.txt", -1, -1))
    observer.listen("os.remove", ("in.txt", -1))
    observer.listen("os.truncate", ("code.so", 1))
    observer.listen("os.mkdir", ("made", 0o777, -1))
    observer.listen("os.mkdir", (str(project), 0o777, -1))
    observer.listen("sqlite3.connect", (":memory:",))
    observer.listen("sqlite3.connect", ("file:x.db?mode=ro",))
    found = [(event["event"], Path(event["path"]).name) for event in events(observation)]
    assert found == [
        ("read", "in.txt"),
        ("read", "code.so"),
        ("write", "out.txt"),
        ("digest", "in.txt"),
        ("rename", "in.txt"),
        ("digest", "in.txt"),
        ("digest", "code.so"),
        ("write", "code.so"),
        ("mkdir", "made"),
        ("write", "x.db"),
    ]


def test_children_and_the_files_they_name(observer: hook.Observer, observation: Path) -> None:
    (observation.parent / "project" / "data.txt").write_text("1")
    observer.listen("subprocess.Popen", (None, ["cat", b"data.txt"], None, None))
    observer.listen("subprocess.Popen", (None, ["cat", "data.txt"], None, None))
    observer.listen("subprocess.Popen", ("sh", "ls", None, None))
    observer.listen("os.system", (b"wc 'data.txt'",))
    observer.listen("os.posix_spawn", ("/bin/true", ["true", "\0", ""], None))
    observer.listen("os.exec", ("/bin/true", ["true"], None))
    observer.listen("os.exec", ("/absent/true", ["true"], None))
    assert [event["argv"][0] for event in events(observation) if event["event"] == "child"] == [
        "cat",
        "ls",
        "/bin/sh",
        "true",
        "true",
    ]


def test_errors_of_the_observer_stay_inside(observer: hook.Observer) -> None:
    observer.listen("open", ("x",))
    assert observer.journal.lost == 1


def test_errors_of_the_program_pass(observer: hook.Observer) -> None:
    class AlarmError(Exception):
        pass

    def ring(*_arguments: Any) -> None:
        raise AlarmError

    observer._handlers["open"] = ring
    with pytest.raises(AlarmError):
        observer.listen("open", ("x", "r", 0))
    observer._handlers["open"] = lambda *_: observer.listen("open", ())
    observer.listen("open", ())


def test_network_attempts(observer: hook.Observer, observation: Path) -> None:
    for host in (b"example.org", "example.org", "10.0.0.1", "::1", None):
        observer.listen("socket.getaddrinfo", (host, 80, 0, 0, 0))
    observer.listen("socket.connect", (None, ("10.0.0.1", 80)))
    observer.listen("socket.connect", (None, "/run/socket"))
    observer.listen("socket.connect", (None, ("fe80::1", "scope")))
    assert [(event["host"], event["port"]) for event in events(observation)] == [
        ("example.org", 80),
        ("10.0.0.1", 80),
        ("fe80::1", None),
    ]
    assert observer.network.counts()[0] == ["example.org", 80, 2]
    assert observer.network.last == "fe80::1"


def noted(observer: hook.Observer, observation: Path, error: BaseException) -> dict[str, Any]:
    observer.listen("sys.excepthook", (None, type(error), error, None))
    return events(observation)[-1]


def test_what_an_exception_is_about(observer: hook.Observer, observation: Path) -> None:
    observer.network.last = "example.org"
    inner = RuntimeError("outer")
    inner.__cause__ = ModuleNotFoundError("x", name="torch")
    assert noted(observer, observation, inner)["subject"] == "torch"
    assert noted(observer, observation, FileNotFoundError(2, "x", b"a.csv"))["subject"] == "a.csv"
    assert noted(observer, observation, FileNotFoundError(2, "x", 3))["subject"] == ""
    for error in (socket.gaierror(), ConnectionRefusedError(), OSError(101, "unreachable")):
        assert noted(observer, observation, error)["subject"] == "example.org"
    assert noted(observer, observation, OSError(28, "full"))["subject"] == ""
    assert noted(observer, observation, ValueError("https://u:p@h/"))["message"] == "https://h/"

    class OddError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert noted(observer, observation, OddError())["message"] == ""


def test_threads_are_noted_and_handled_as_before(
    observer: hook.Observer, observation: Path
) -> None:
    seen = []
    module = types.SimpleNamespace(excepthook=seen.append)
    observer.failures.threads(module)
    error = ValueError("x")
    for value in (error, SystemExit()):
        module.excepthook(types.SimpleNamespace(exc_type=type(value), exc_value=value))
    module.excepthook(types.SimpleNamespace())
    assert len(seen) == 3
    assert [event["thread"] for event in events(observation)] == [True]


def test_pools_end_with_a_last_event(observer: hook.Observer, observation: Path) -> None:
    calls: list[Any] = []
    util = types.SimpleNamespace(
        register_after_fork=lambda target, function: calls.append((target, function)),
        Finalize=lambda _none, function, exitpriority: (function(), exitpriority),
    )
    observer._pools(util)
    ((target, function),) = calls
    function(target)
    assert events(observation)[-1]["event"] == "end"


def test_a_last_event_that_fails_is_none(
    observer: hook.Observer, observation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observer.ledger, "conclude", lambda: 1 / 0)
    observer.finish()
    assert events(observation) == []
    monkeypatch.setattr(observer.ledger, "forked", lambda: 1 / 0)
    observer.forked()
    assert events(observation) == []


def test_modules_are_patched_after_their_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "patched_module.py").write_text("X = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    patches: dict[str, Callable[[Any], None]] = {
        "patched_module": lambda module: setattr(module, "X", 2),
        "absent_module": lambda _module: None,
        "json": (calls := []).append,
    }
    Finder(patches).install()
    patched_module = importlib.import_module("patched_module")
    assert calls == [json]
    assert patched_module.X == 2
    assert patched_module.__loader__ is patched_module.__spec__.loader
    assert type(patched_module.__loader__).__name__ == "SourceFileLoader"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("absent_module")
    patches["patched_module"] = lambda _module: 1 / 0  # type: ignore[assignment,return-value]
    del sys.modules["patched_module"]
    assert importlib.import_module("patched_module").X == 1
    finder = sys.meta_path[0]
    assert isinstance(finder, Finder)
    spec = finder.find_spec("patched_module")
    assert spec.loader.get_filename().endswith("patched_module.py")
    del sys.modules["patched_module"]


def test_numeric_libraries_of_this_process() -> None:
    np.ones(2) @ np.ones(2)
    facts = arithmetic.facts()
    assert any(library["kind"] == "openblas" for library in facts["libraries"])
    assert facts["simd"]
    assert facts["flags"] == {}


def test_flags_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    cudnn = types.SimpleNamespace(deterministic=True, benchmark=False)
    torch = types.SimpleNamespace(
        backends=types.SimpleNamespace(cudnn=cudnn), get_num_threads=lambda: 3
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert arithmetic.facts()["flags"] == {
        "torch.get_num_threads": "3",
        "torch.backends.cudnn.deterministic": "True",
        "torch.backends.cudnn.benchmark": "False",
    }


def test_libraries_by_the_symbols_they_have(monkeypatch: pytest.MonkeyPatch) -> None:
    class Function:
        restype = None

        def __init__(self, result: Any) -> None:
            self.result = result

        def __call__(self, *arguments: Any) -> Any:
            if len(arguments) == 2:
                arguments[0].value = b"Intel MKL 2024"
            return self.result

    libraries = {
        "/x/libmkl_rt.so.2": types.SimpleNamespace(
            MKL_Get_Version_String=Function(None), MKL_Get_Max_Threads=Function(8)
        ),
        "/x/libblis.so.4": types.SimpleNamespace(
            bli_info_get_version_str=Function(b"1.0"),
            bli_arch_query_id=Function(3),
            bli_arch_string=Function(b"zen3"),
        ),
        "/x/libblis-old.so": types.SimpleNamespace(bli_arch_string=Function(b"zen3")),
        "/x/libmkl_core.so": types.SimpleNamespace(),
        "/x/libgomp.so.1": types.SimpleNamespace(omp_get_max_threads=Function(2)),
    }

    def load(path: str, **_mode: int) -> Any:
        if path not in libraries:
            raise OSError(path)
        return libraries[path]

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(arithmetic, "_mapped", lambda: [*libraries, "/x/libomp.so", "/x/libc.so"])
    found = {
        Path(library["file"]).name: (library["version"], library["kernel"], library["threads"])
        for library in arithmetic.facts()["libraries"]
    }
    assert found == {
        "libmkl_rt.so.2": ("Intel MKL 2024", None, 8),
        "libblis.so.4": ("1.0", "zen3", None),
        "libblis-old.so": (None, None, None),
        "libmkl_core.so": (None, None, None),
        "libgomp.so.1": (None, None, 2),
        "libomp.so": (None, None, None),
    }


def test_without_numpy_no_feature_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        monkeypatch.setitem(sys.modules, name, None)
    assert arithmetic._simd() == []


def test_an_error_that_names_no_host(observation: Path) -> None:
    journal = Journal(str(observation))
    assert failures.Failures(journal, Network(journal))._subject(None) == ""


def test_a_process_tells_of_itself_in_old_pythons(
    observer: hook.Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(sys, "orig_argv")
    facts = process.facts(observer.inject)
    assert sys.executable in facts["argv"][0] or "pytest" in " ".join(facts["argv"])
    monkeypatch.setitem(sys.modules, "_locale", None)
    assert process.facts(observer.inject)["locale"]["category"] == ""
    monkeypatch.setattr(sys, "version_info", types.SimpleNamespace(releaselevel="beta", serial=2))
    assert process._level() == "b2"


def test_relative_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (tmp_path / "alias").symlink_to(project)
    monkeypatch.chdir(project)
    found = Places(str(tmp_path / "alias"), ())
    name = str(tmp_path / "alias" / "data" / "x")
    assert found.absolute("data/x") == name
    assert found.absolute("./data//x") == name
    assert found.absolute(b"data/../data/x") == name
    folder = os.open(project / "data", os.O_RDONLY)
    assert found.absolute("x", folder) == name
    os.close(folder)
