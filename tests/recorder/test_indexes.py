from __future__ import annotations

import os
from pathlib import Path

from auditor.recorder.installed.indexes import indexes


def written(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_variables_and_files_in_their_order_without_credentials(tmp_path: Path) -> None:
    root, prefix, system = tmp_path / "project", tmp_path / "venv", tmp_path / "system"
    home = tmp_path / "home"
    written(system / "etc/xdg/pip/pip.conf", "[global]\nindex-url = https://global/simple\n")
    written(
        home / ".config/pip/pip.conf", "[install]\nextra-index-url =\n  https://u:pw@a/s\n  b\n"
    )
    written(prefix / "pip.conf", "[global]\nindex-url=https://site/simple?token=hush\n")
    written(root / "pyproject.toml", '[[tool.uv.index]]\nname = "x"\nurl = "https://me@uv/x"\n')
    written(home / ".config/uv/uv.toml", '[pip]\nextra-index-url = ["https://uv/pip"]\n')
    variables = {
        "HOME": str(home),
        "PIP_INDEX_URL": "https://user:hush@first/simple",
        "UV_INDEX": "named=https://user:hush@second/simple https://third",
    }
    found, unread = indexes(str(root), str(prefix), variables, str(system))
    assert unread == []
    assert found == [
        *("https://first/simple", "https://second/simple", "https://third"),
        *("https://global/simple", "https://a/s", "b", "https://site/simple"),
        *("https://uv/x", "https://uv/pip"),
    ]
    assert "hush" not in repr(found)


def test_files_that_are_passed_over(tmp_path: Path) -> None:
    written(tmp_path / "pip.conf", "[global]\nindex-url = https://pip\n")
    written(tmp_path / "uv.toml", 'index-url = "https://uv"\n')
    written(tmp_path / "pyproject.toml", '[tool.uv]\nindex-url = "https://table"\n')
    here = str(tmp_path)
    assert indexes(here, here, {}, here) == (["https://pip", "https://uv"], [])
    none = {"PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}
    assert indexes(here, here, none, here) == ([], [])
    named = {"PIP_CONFIG_FILE": f"{here}/pip.conf", "UV_CONFIG_FILE": f"{here}/uv.toml"}
    assert indexes("", "", named, "/nowhere") == (["https://pip", "https://uv"], [])


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    here = str(tmp_path)
    (tmp_path / "pip.conf").mkdir()
    written(tmp_path / "uv.toml", "index = [")
    found, unread = indexes(here, here, {}, here)
    assert found == []
    assert unread == [
        f"{here}/pip.conf cannot be read: Is a directory",
        f"{here}/uv.toml cannot be read: it is no TOML",
    ]
    (tmp_path / "pip.conf").rmdir()
    written(tmp_path / "pip.conf", "index-url without a section\n")
    (tmp_path / "uv.toml").write_bytes(b"\xff index")
    assert [text.rpartition(": ")[2] for text in indexes(here, here, {}, here)[1]] == [
        "it is no configuration file of pip",
        "it is no text",
    ]
