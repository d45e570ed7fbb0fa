"""Standard input: handed on as it was, and a copy of what was taken."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from auditor.recorder.keep import stdin

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Bench

pytestmark = pytest.mark.slow

READ = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data)"


def fed(bench: Bench, script: str, **options: Any) -> tuple[Path, subprocess.Popen[bytes]]:
    folder = bench.request(keep=10_000_000)
    options.setdefault("stdin", subprocess.PIPE)
    return folder, bench.start(folder, [sys.executable, "-c", script], **options)


def record(folder: Path) -> Any:
    import json  # noqa: PLC0415 - one place

    return json.loads((folder / "stdin.json").read_bytes())


@pytest.mark.parametrize("size", [0, 1, 4096, 65_537, 3_000_000])
def test_a_pipe_arrives_whole(bench: Bench, size: int) -> None:
    data = os.urandom(size)
    folder, process = fed(bench, READ)
    assert process.communicate(data, timeout=30)[0] == data
    assert record(folder)["size"] == size
    assert ((folder / "stdin").read_bytes() if size else b"") == data


def test_small_pieces_arrive_when_they_are_written(bench: Bench) -> None:
    folder, process = fed(bench, "for _ in range(3): print(input(), flush=True)")
    assert process.stdin is not None
    assert process.stdout is not None
    for line in (b"a\n", b"bb\n", b"ccc\n"):
        process.stdin.write(line)
        process.stdin.flush()
        assert process.stdout.readline() == line
    process.communicate(timeout=30)
    assert (folder / "stdin").read_bytes() == b"a\nbb\nccc\n"


def test_a_writer_that_never_ends_is_not_waited_for(bench: Bench) -> None:
    taken, given = os.pipe()
    folder, process = fed(bench, "print(1)", stdin=taken)
    assert process.communicate(timeout=30)[0] == b"1\n"
    os.write(given, b"rest")
    assert os.read(taken, 10) == b"rest"
    os.close(given)
    os.close(taken)
    assert record(folder) == {
        "kind": "pipe",
        "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "size": 0,
        "reason": "",
    }


def test_what_was_not_taken_stays(bench: Bench) -> None:
    taken, given = os.pipe()
    os.write(given, b"one two")
    folder, process = fed(bench, "import os; os.read(0, 4)", stdin=taken)
    process.communicate(timeout=30)
    assert os.read(taken, 10) == b"two"
    assert (folder / "stdin").read_bytes() == b"one "
    os.close(given)
    os.close(taken)


def test_a_pipe_that_does_not_block(bench: Bench) -> None:
    taken, given = os.pipe()
    os.set_blocking(taken, False)
    script = "import os, time; time.sleep(0.2); print(os.read(0, 9), os.read(0, 9))"
    _folder, process = fed(bench, script, stdin=taken)
    os.write(given, b"late")
    os.close(given)
    assert process.communicate(timeout=30)[0] == b"b'late' b''\n"
    os.close(taken)


def test_a_file_is_shared_and_copied_from_where_it_stood(bench: Bench) -> None:
    path = bench.write("text", b"line 1\nline 2\n")
    descriptor = os.open(path, os.O_RDONLY)
    os.read(descriptor, 7)
    folder, process = fed(bench, "import os; print(os.read(0, 4))", stdin=descriptor)
    assert process.communicate(timeout=30)[0] == b"b'line'\n"
    assert os.read(descriptor, 9) == b" 2\n"
    assert (folder / "stdin").read_bytes() == b"line 2\n"
    os.close(descriptor)


def test_a_file_that_changes_meanwhile(bench: Bench) -> None:
    path = bench.write("text", b"line\n")
    with path.open("rb") as file:
        folder, process = fed(bench, "input(); open('text', 'a').write('more')", stdin=file)
        process.communicate(timeout=30)
    assert record(folder)["digest"] is None
    assert "changed while the run went on" in record(folder)["reason"]


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_a_content_is_fed(bench: Bench, tmp_path: Path, kind: str) -> None:
    data = os.urandom(200_000)
    (tmp_path / "content").write_bytes(data)
    given = {"kind": kind, "path": str(tmp_path / "content")}
    folder = bench.request(stdin=given, keep=10_000_000)
    process = bench.start(folder, [sys.executable, "-c", READ])
    assert process.communicate(timeout=30)[0] == data
    assert record(folder)["kind"] == kind
    assert (folder / "stdin").read_bytes() == data


def test_what_cannot_be_copied_is_left_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise OSError

    taken, given = os.pipe()
    before = os.dup(0)
    try:
        os.dup2(given, 0)
        assert stdin.stdin_of(str(bench.project), 10).kind == "other"
        os.dup2(taken, 0)
        monkeypatch.setattr(stdin, "_tee", refused)
        assert stdin.stdin_of(str(bench.project), 10).kind == "other"
    finally:
        os.dup2(before, 0)
        for descriptor in (before, taken, given):
            os.close(descriptor)
