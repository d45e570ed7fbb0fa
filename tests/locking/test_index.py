from __future__ import annotations

import http.server
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pip's own, of what it brings along
    from auditor.locking import index

Offer = Callable[[str], str]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.Index, "files", {})
    monkeypatch.setattr(index.Index, "failures", {})
    monkeypatch.setattr(index.Index, "tags", frozenset())
    # What runs in a child for good is undone here.
    for name in ("PyPIRepository", "BacktrackingResolver"):
        monkeypatch.setitem(vars(index.pip_compile), name, vars(index.pip_compile)[name])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = partial(Quiet, directory=str(tmp_path / "links"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()


def lock(pins: list[str], tmp_path: Path, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return index.lock({"pins": pins, "tags": tags, "cache": str(tmp_path / "cache")})


def test_one_pin_that_is_nowhere_does_not_end_the_others(offer: Offer, tmp_path: Path) -> None:
    digest = offer("one-1.0-py3-none-any.whl")
    answer = lock(["gone==1.0", "one==1.0"], tmp_path)
    url = (tmp_path / "links" / "one-1.0-py3-none-any.whl").as_uri()
    row = {"file": "one-1.0-py3-none-any.whl", "digest": digest, "url": url}
    assert answer["files"] == {"one": [row]}
    assert answer["failures"] == {"gone": "no package index that answers has gone==1.0"}
    assert "gone" not in answer["requirements"]
    assert "links" not in answer["requirements"]


def test_an_address_with_a_digest_is_believed_and_not_fetched(tmp_path: Path) -> None:
    digits = "ab" * 32
    url = "http://127.0.0.1:9/one-1.0.tar.gz"
    answer = lock([f"one @ {url}#sha256={digits}"], tmp_path)
    row = {"file": "one-1.0.tar.gz", "digest": f"sha256:{digits}", "url": url}
    assert answer["files"]["one"] == [row]
    assert f"--hash=sha256:{digits}" in answer["requirements"]


def test_digests_that_an_index_publishes_are_believed(
    offer: Offer, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("one-1.0-py3-none-any.whl", "one-1.0-cp39-cp39-win_amd64.whl", "one-1.0.tar.gz")
    digests = {name: offer(name) for name in names}
    said = digests[names[0]].replace(":", "=")
    links = [f'<a href="{names[0]}#{said}">{names[0]}</a>']
    links += [f'<a href="{name}">{name}</a>' for name in names[1:]]
    page = f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"
    (tmp_path / "links" / "page.html").write_text(page)
    monkeypatch.setenv("PIP_FIND_LINKS", f"{server}page.html")
    (tmp_path / "links" / names[0]).write_text("not read while locking")
    answer = lock(["one==1.0"], tmp_path, ("py3-none-any",))
    found = {row["file"]: row["digest"] for row in answer["files"]["one"]}
    # The wheel for another system has no published digest, and is not fetched to make one.
    assert found == {name: digests[name] for name in (names[0], names[2])}


def fetch(tmp_path: Path, **wanted: str) -> dict[str, str]:
    folder = tmp_path / "fetched"
    folder.mkdir(exist_ok=True)
    request = {"files": [wanted], "folder": str(folder), "cache": str(tmp_path / "cache")}
    request["parts"] = str(tmp_path)
    failures: dict[str, str] = index.fetch(request)["failures"]
    return failures


def test_fetches_over_http_and_by_address(offer: Offer, server: str, tmp_path: Path) -> None:
    digest = offer("one-1.0.tar.gz")
    wanted = {"name": "one", "file": "one-1.0.tar.gz", "digest": digest}
    assert fetch(tmp_path, **wanted, url=f"{server}one-1.0.tar.gz") == {}
    assert (tmp_path / "fetched" / "one-1.0.tar.gz").read_text() == "one-1.0.tar.gz"
    # An address that is gone is no loss while an index has the file.
    assert fetch(tmp_path, **wanted, url=f"{server}gone.tar.gz") == {}
    (tmp_path / "links" / "one-1.0.tar.gz").unlink()
    missing = fetch(tmp_path, **wanted, url=f"{server}gone.tar.gz")
    assert "404" in missing["one-1.0.tar.gz"]


def test_main_reads_and_writes_files(offer: Offer, tmp_path: Path) -> None:
    digest = offer("one-1.0.tar.gz")
    question, answer = tmp_path / "q.json", tmp_path / "a.json"
    files = [{"name": "one", "file": "one-1.0.tar.gz", "digest": digest}]
    asked = {"mode": "fetch", "files": files, "folder": str(tmp_path), "cache": str(tmp_path)}
    asked["parts"] = str(tmp_path)
    question.write_text(json.dumps(asked))
    assert index.main(question, answer) == 0
    assert json.loads(answer.read_text()) == {"failures": {}}
    question.write_text(
        json.dumps({"mode": "lock", "pins": [], "tags": [], "cache": str(tmp_path)})
    )
    assert index.main(question, answer) == 0
    assert json.loads(answer.read_text())["files"] == {}


def test_the_last_line_that_says_something() -> None:
    assert index.last_line("a\nb\n\n") == "b"
    assert index.last_line("\n") == "no reason was given"
