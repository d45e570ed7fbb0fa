"""From real runs to observations."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.capture import read
from auditor.errors import InputError
from auditor.model.digest import digest_bytes
from auditor.model.facts import Exit, Stdin
from auditor.model.files import File

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.slow


def sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def named(files: tuple[File, ...] | None) -> dict[str, File]:
    return {file.path: file for file in files or ()}


def test_a_training_run(project: Project) -> None:
    project.write("lib/model.py", "import numpy as np\ndef fit(): return np.ones(3)\n")
    project.write("data/train.csv", "1,2")
    project.write("config.toml", "a = 1")
    seen = read(
        project.python(
            """
            import json, os, sys
            import numpy as np
            from lib.model import fit
            open("data/train.csv").read(); open(sys.argv[1]).read()
            np.random.seed(3)
            os.mkdir("out")
            np.save("out/model.npy", fit())
            json.dump({"acc": 1.0}, open("metrics.json", "w"))
            print("done")
            """,
            "config.toml",
            params={"lr": "0.1"},
            metrics=["metrics.json"],
        )
    )
    assert seen.command.value is not None
    assert seen.command.value.argv == (sys.executable, "run.py", "config.toml")
    assert seen.command.value.cwd == "."
    assert set(named(seen.source.value)) == {"run.py", "lib/model.py"}
    inputs = named(seen.inputs.value)
    assert set(inputs) == {"data/train.csv", "config.toml"}
    assert inputs["data/train.csv"].digest == sha256("1,2")
    assert inputs["data/train.csv"].seen == "hook"
    outputs = named(seen.outputs.value)
    assert {path: file.seen for path, file in outputs.items()} == {
        "out/model.npy": "hook",
        "metrics.json": "declared",
    }
    assert all(file.digest and file.size for file in outputs.values())
    assert seen.made_directories == ("out",)
    assert seen.metric_files == ("metrics.json",)
    assert seen.exit.value == Exit(status="succeeded", code=0)
    assert seen.params["lr"].how == "declared"
    assert [seed.value for seed in seen.seeds.value or ()] == ["3"]
    assert seen.generators.value == ()
    assert "numpy" in {distribution.name for distribution in seen.dependencies.value or ()}
    assert seen.interpreter.value is not None
    assert seen.interpreter.value.prefix == sys.prefix
    assert seen.arithmetic.value is not None
    assert seen.arithmetic.value.libraries[0].kind == "openblas"
    assert seen.resources.value is not None
    assert seen.resources.value.peak_memory > 10**7
    assert Path(seen.stdout.value or "").read_bytes() == b"done\n"
    assert seen.coverage.value is not None
    assert seen.coverage.value.blind == ()
    assert seen.coverage.value.python_processes == 1


def test_an_overwritten_input_is_input_and_output(project: Project) -> None:
    project.write("state.txt", "one")
    seen = read(
        project.python("text = open('state.txt').read(); open('state.txt', 'w').write('two')")
    )
    (source,) = named(seen.inputs.value).values()
    (result,) = named(seen.outputs.value).values()
    assert (source.path, source.digest, source.digest_at_end) == (
        "state.txt",
        sha256("one"),
        sha256("two"),
    )
    assert (result.path, result.digest) == ("state.txt", sha256("two"))


def test_what_the_run_made_itself_is_no_input(project: Project) -> None:
    seen = read(
        project.python(
            """
            import os, subprocess, sys
            open("part.tmp", "w").write("1"); os.replace("part.tmp", "cache.txt")
            open("cache.txt").read()
            open("gone.txt", "w").close(); os.remove("gone.txt")
            subprocess.run([sys.executable, "-c", "open('cache.txt').read()"])
            """
        )
    )
    assert named(seen.inputs.value) == {}
    assert set(named(seen.outputs.value)) == {"cache.txt"}
    assert seen.coverage.value is not None
    assert seen.coverage.value.temporary == 2


def test_an_input_that_changes_while_it_runs(project: Project) -> None:
    project.write("data.txt", "one")
    seen = read(
        project.python(
            """
            import subprocess, time
            open("data.txt").read(); time.sleep(0.5)
            subprocess.run(["sh", "-c", "echo two > data.txt"])
            """
        )
    )
    (file,) = named(seen.inputs.value).values()
    assert (file.digest, file.digest_at_end) == (sha256("one"), sha256("two\n"))


def test_a_digest_that_came_too_late_is_not_claimed(project: Project) -> None:
    folder = project.python("open('data.txt').read()") if project.write("data.txt", "1") else None
    assert folder is not None
    rows = [json.loads(line) for line in (folder / "digests.jsonl").read_text().splitlines()]
    for row in rows:
        if row["path"].endswith("data.txt"):
            row |= {"digest": None, "reason": "changed before it could be hashed"}
    (folder / "digests.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (file,) = named(read(folder).inputs.value).values()
    assert (file.digest, file.reason) == (None, "changed before it could be hashed")


def test_a_database_that_is_only_read_is_no_output(project: Project) -> None:
    made = read(
        project.python(
            """
            import sqlite3
            connection = sqlite3.connect("a.db")
            connection.execute("create table t (x)")
            connection.commit()
            """
        )
    )
    assert set(named(made.outputs.value)) == {"a.db"}
    again = read(
        project.python(
            "import sqlite3; sqlite3.connect('a.db').execute('select * from t').fetchall()"
        )
    )
    assert set(named(again.inputs.value)) == {"a.db"}
    assert named(again.outputs.value) == {}


def test_files_of_other_programs(project: Project) -> None:
    project.write("prepare.sh", "cat raw.txt > clean.txt\n")
    project.write("raw.txt", "1")
    seen = read(project.run("bash", "prepare.sh", "raw.txt"))
    assert set(named(seen.source.value)) == {"prepare.sh"}
    assert {path: file.seen for path, file in named(seen.inputs.value).items()} == {
        "raw.txt": "argv"
    }
    assert {path: file.seen for path, file in named(seen.outputs.value).items()} == {
        "clean.txt": "scan"
    }
    assert seen.inputs.how == "declared"
    for fact in (seen.interpreter, seen.dependencies, seen.locale, seen.seeds, seen.generators):
        assert fact.how == "unknown"
        assert "no Python process" in fact.reason
    for fact in (seen.network, seen.uncaught, seen.arithmetic):
        assert fact.how == "unknown"
    assert [process.argv for process in seen.processes.value or ()] == [
        ("bash", "prepare.sh", "raw.txt"),
        ("cat", "raw.txt"),
    ]
    assert seen.variables.how == "recorded"
    assert seen.system.how == "recorded"
    assert seen.coverage.value is not None
    assert "no Python process" in seen.coverage.value.blind[0]


def test_a_program_of_the_project_is_source(project: Project) -> None:
    project.write("tool", "#!/bin/sh\ntrue\n").chmod(0o755)
    seen = read(project.run("./tool"))
    assert named(seen.source.value)["tool"].executable


def test_nothing_named_and_nothing_seen(project: Project) -> None:
    seen = read(project.run("true"))
    assert seen.inputs.how == seen.source.how == "unknown"


def test_declared_files(project: Project) -> None:
    outside = project.root.parent / "outside.csv"
    outside.write_text("1")
    project.write("data/a.csv", "a")
    project.write("stale.bin", "s")
    seen = read(
        project.python(
            "open('dir/new', 'w').write('n')" if (project.root / "dir").mkdir() is None else "",
            inputs=[str(outside), "data"],
            outputs=["stale.bin", "absent.bin", "dir"],
        )
    )
    assert {path: file.seen for path, file in named(seen.inputs.value).items()} == {
        str(outside): "declared",
        "data/a.csv": "declared",
    }
    outputs = named(seen.outputs.value)
    assert set(outputs) == {"stale.bin", "absent.bin", "dir/new"}
    assert "No such file" in outputs["absent.bin"].reason
    assert seen.coverage.value is not None
    assert seen.coverage.value.blind == (
        "stale.bin was declared as an output, and the run was not seen to write it",
    )


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("raise SystemExit(3)", "failed", (3, None)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed", (137, "SIGKILL")),
    ],
)
def test_how_it_ended(
    project: Project, code: str, status: str, expected: tuple[int, str | None]
) -> None:
    seen = read(project.python(code))
    assert seen.exit.value is not None
    assert seen.exit.value.status == status
    assert (seen.exit.value.code, seen.exit.value.signal) == expected
    killed = status == "killed"
    assert (seen.arithmetic.how == "unknown") == killed
    assert (seen.generators.how == "unknown") == killed
    assert seen.coverage.value is not None
    assert any("without a last record" in blind for blind in seen.coverage.value.blind) == killed


def test_a_killed_run_keeps_what_it_told(project: Project) -> None:
    seen = read(
        project.python(
            """
            import os, random, signal, socket
            random.seed(1); random.Random()
            try: socket.create_connection(("127.0.0.1", 1))
            except OSError: pass
            os.kill(os.getpid(), signal.SIGKILL)
            """
        )
    )
    assert [seed.value for seed in seen.seeds.value or ()] == ["1"]
    assert "without a last record" in seen.seeds.reason
    assert [use.site for use in seen.generators.value or ()] == ["run.py:3"]
    assert [access.host for access in seen.network.value or ()] == ["127.0.0.1"]


def test_a_command_that_could_not_be_started(project: Project) -> None:
    seen = read(project.run("./absent"))
    assert seen.exit.value is not None
    assert seen.exit.value.code == 127
    assert "absent" in seen.exit.reason
    assert "absent" in seen.resources.reason


def test_interrupted(project: Project) -> None:
    project.request()
    keeper = Path(__file__).parents[2] / "auditor" / "recorder" / "keeper.py"
    code = "import time; print(1, flush=True); time.sleep(20)"
    argv = [
        sys.executable,
        "-I",
        str(keeper),
        str(project.folder),
        "--",
        sys.executable,
        "-c",
        code,
    ]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    seen = read(project.folder)
    assert seen.exit.value is not None
    assert (seen.exit.value.status, seen.exit.value.signal) == ("interrupted", "SIGTERM")


def test_a_folder_that_was_cut_short(project: Project) -> None:
    folder = project.python("open('out', 'w').write('1')")
    for name in ("exit.json", "tree.json"):
        (folder / name).unlink()
    text = (folder / "digests.jsonl").read_text().splitlines(keepends=True)
    (folder / "digests.jsonl").write_text("".join(text[:1]) + text[0][:20])
    seen = read(folder)
    assert "no exit record" in seen.exit.reason
    assert "no exit record" in seen.resources.reason
    assert seen.times.value is not None
    assert seen.times.value.finished is None
    assert named(seen.outputs.value)["out"].reason == "was not hashed when the run ended"


def test_a_folder_with_a_request_only(project: Project) -> None:
    project.request()
    seen = read(project.folder)
    assert seen.command.how == "unknown"
    for fact in (seen.exit, seen.times, seen.system, seen.libc, seen.zone, seen.variables):
        assert fact.how == "unknown"
    assert seen.stdout.how == "unknown"


def test_what_is_no_observation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an observation folder"):
        read(tmp_path)


def test_hostile_lines_are_passed_over_and_counted(project: Project) -> None:
    folder = project.python("import json")
    (path,) = (folder / "events").glob("[0-9]*.jsonl")
    with path.open("ab") as file:
        file.write(b"not json\n[" + b"[" * 100_000 + b'\n{"event": "read", "path": 3}\n\xff\n')
        file.write(b'{"event": "read", "time": 1, "pa')
    with (folder / "digests.jsonl").open("ab") as file:
        file.write(b"{}\n[" + b"[" * 100_000 + b"\n")
    seen = read(folder)
    assert seen.coverage.value is not None
    assert "6 line(s) of the recorder's files could not be read" in seen.coverage.value.blind
    assert seen.exit.value is not None


def test_names_that_are_not_utf8_are_escaped(project: Project) -> None:
    name = os.fsencode(project.root) + b"/caf\xe9"
    with open(name, "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"1")
    seen = read(project.python("open(b'caf\\xe9').read(); raise ValueError('\\ud83d \\ud800')"))
    assert "caf\\xe9" in named(seen.inputs.value)
    assert seen.uncaught.value is not None
    assert seen.uncaught.value[0].message.isprintable()


def test_children_are_told_from_python_processes(project: Project) -> None:
    script = project.write("tool", f"#!{sys.executable}\nprint(1)\n")
    script.chmod(0o755)
    seen = read(
        project.python(
            """
            import subprocess, sys
            subprocess.run([sys.executable, "-c", "pass"])
            subprocess.run(["./tool"])
            subprocess.run([sys.executable, "-I", "-c", "pass"])
            subprocess.run(["true", "--token=abc"])
            """
        )
    )
    found = [(Path(process.argv[0]).name, process.python) for process in seen.processes.value or ()]
    assert found.count(("true", False)) == 1
    assert sum(python for _name, python in found) == 3
    assert [process.argv for process in seen.processes.value or ()][-1] == (
        "true",
        "--token=[redacted]",
    )
    assert seen.coverage.value is not None
    blind = " ".join(seen.coverage.value.blind)
    assert "true is not Python" in blind
    assert "-I: its environment is ignored, so it was not observed from inside" in blind
    assert "tool" not in blind


def test_modules_that_read_by_native_code(project: Project) -> None:
    project.write("h5py.py", "")
    seen = read(project.python("import h5py"))
    assert seen.coverage.value is not None
    assert seen.coverage.value.blind == ("h5py opens files by native code, which is not seen",)


def test_standard_input(project: Project) -> None:
    project.write("run.py", "input()")
    with (project.root / "run.py").open() as file:
        seen = read(project.run(sys.executable, "run.py", stdin=file.fileno()))
        small = read(project.run(sys.executable, "run.py", stdin=file.fileno()))
    assert seen.stdin.value == Stdin(
        kind="file", digest=digest_bytes(b"input()"), size=7, asked=True
    )
    assert Path(seen.stdin_copy).read_bytes() == b"input()"
    assert small.stdin.value is not None
    assert small.stdin.value.size == 0  # the file was at its end
    nothing = read(project.run(sys.executable, "run.py"))
    assert nothing.stdin.value == Stdin(kind="null", asked=True)


def test_standard_input_that_is_not_kept(project: Project) -> None:
    project.write("run.py", "input()")
    with (project.root / "run.py").open() as file:
        seen = read(project.run(sys.executable, "run.py", stdin=file.fileno(), keep=3))
    assert seen.coverage.value is not None
    assert "larger than what is kept" in seen.coverage.value.blind[0]
    assert not Path(seen.stdin_copy).exists()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"line\n")
        seen = read(project.run(sys.executable, "run.py", stdin=theirs.fileno()))
    assert seen.stdin.value == Stdin(kind="other", asked=True)
    assert seen.coverage.value is not None
    assert "no pipe that can be copied" in seen.coverage.value.blind[0]


def test_names_that_were_there(project: Project) -> None:
    for name in ("data/read", "data/unread", "data/.env", "rest/x", "old.txt", "lock", "moved"):
        project.write(name, name)
    (project.root / "link").symlink_to("data")
    (project.root / "broken").symlink_to("nowhere")
    os.utime(project.root / "rest/x", ns=(0, 1_500_000_000_123_456_789))
    folder = project.python(
        """
        import os
        open("data/read").read()
        os.listdir("data")
        open("old.txt", "w").write("new")
        os.remove("lock")
        os.rename("moved", "there")
        os.mkdir("made")
        os.listdir("made")
        """
    )
    seen = read(folder)
    assert seen.names.value is not None
    found = {name.path: name for name in seen.names.value}
    assert {name for name, one in found.items() if one.size is None} == {"data", "rest", "link"}
    assert {name for name, one in found.items() if one.changed} == {"old.txt", "lock", "moved"}
    assert (found["rest/x"].size, found["rest/x"].modified) == (6, 1_500_000_000_123_456)
    assert not {"made", "there"} & set(found)
    assert {name: one.link for name, one in found.items() if one.link} == {
        "link": "data",
        "broken": "nowhere",
    }
    assert found["broken"].size == 0
    assert seen.inputs.value is not None
    listed = {file.path for file in seen.inputs.value if file.seen == "listed"}
    assert listed == {"data/unread"}
    assert not any(file.gone for file in seen.inputs.value if file.path.startswith("data"))


def test_names_have_the_order_in_which_they_were_listed(project: Project) -> None:
    for number in range(20):
        project.write(f"data/{number}", "x")
    (project.root / "data/tool").touch(mode=0o755)
    for path in ("other/a", "other/b"):
        project.write(path, "x")
    seen = read(project.python("import os; print(' '.join(os.listdir('data')))"))
    found = {name.path: name for name in seen.names.value or ()}
    ordered = sorted((one.order, name) for name, one in found.items() if one.order is not None)
    assert [order for order, _name in ordered] == list(range(21))
    said = (project.folder / "stdout").read_text().split()
    assert [name for _order, name in ordered] == [f"data/{name}" for name in said]
    assert [name for name, one in found.items() if one.executable] == ["data/tool"]
    assert found["other/a"].order is None


def test_the_times_of_what_was_read_elsewhere_are_known(project: Project) -> None:
    place = project.place / "elsewhere.csv"
    place.write_text("x")
    os.utime(place, ns=(0, 1_500_000_000_123_456_789))
    script = f"open({str(place)!r}).read(); open({str(place) + '.new'!r}, 'w').write('1')"
    seen = read(project.python(script))
    (found,) = [name for name in seen.names.value or () if name.path.startswith("/")]
    assert (found.path, found.modified) == (str(place), 1_500_000_000_123_456)


@pytest.mark.slow
def test_an_old_input_is_not_gone(project: Project) -> None:
    project.write("in.txt", "1")
    project.write("run.py", "open('in.txt').read()")
    time.sleep(2.2)  # so that its times prove it unchanged, and nobody hashes it again
    seen = read(project.run(sys.executable, "run.py"))
    assert seen.inputs.value is not None
    assert [(file.path, file.gone) for file in seen.inputs.value] == [("in.txt", False)]


def test_what_imports_look_for_is_not_listed(project: Project) -> None:
    project.write("package/__init__.py", "")
    project.write("package/other.py", "")
    seen = read(
        project.python(
            "import importlib.metadata, pkgutil, package; list(pkgutil.iter_modules(['.']))\n"
            "list(importlib.metadata.distributions())"
        )
    )
    assert seen.inputs.value == ()
    assert seen.source.value is not None
    assert [file.path for file in seen.source.value] == ["package/__init__.py", "run.py"]


def test_names_outside_the_project(project: Project) -> None:
    outside = project.place / "outside"
    (outside / "old").mkdir(parents=True)
    (outside / "a").write_text("a")
    (outside / "link").symlink_to("a")
    script = f"""
        import os, tempfile
        os.listdir({str(outside)!r})
        with tempfile.TemporaryDirectory(dir={str(project.place)!r}) as own:
            open(own + "/mine", "w").write("x")
            print(os.listdir(own))
        os.listdir({str(outside / "old")!r})
        """
    seen = read(project.python(script))
    assert seen.names.value is not None
    assert {name.path for name in seen.names.value if name.path.startswith("/")} == {
        *(str(outside), f"{outside}/a", f"{outside}/link", f"{outside}/old"),
    }
    assert seen.inputs.value == ()


def test_the_search_path_in_the_project(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("src/thing.py", "")
    monkeypatch.setenv("PYTHONPATH", f"{project.root}/src:{project.root}:/elsewhere")
    seen = read(project.python("import thing"))
    assert seen.interpreter.value is not None
    assert seen.interpreter.value.project_path == ("src", ".")


def test_a_working_directory_below_the_root(project: Project) -> None:
    project.write("sub/run.py", "print(1)")
    seen = read(project.run(sys.executable, "run.py", cwd=str(project.root / "sub")))
    assert seen.command.value is not None
    assert seen.command.value.cwd == "sub"
    assert set(named(seen.source.value)) == {"sub/run.py"}


def test_what_native_code_made_is_no_input(project: Project) -> None:
    project.write("old.txt", "old")
    seen = read(
        project.python(
            """
            import ctypes, os
            libc = ctypes.CDLL(None)
            libc.fopen.restype = ctypes.c_void_p
            os.mkdir("out")
            for name in (b"out/model.txt", b"made.txt", b"old.txt"):
                file = ctypes.c_void_p(libc.fopen(name, b"a"))
                libc.fputs(b"native", file)
                libc.fclose(file)
            open("out/model.txt", "a").write("x")
            open("made.txt").read()
            open("old.txt").read()
            """
        )
    )
    assert [file.path for file in seen.inputs.value or ()] == ["old.txt"]
    assert {file.path for file in seen.outputs.value or ()} == {
        "out/model.txt",
        "made.txt",
        "old.txt",
    }
