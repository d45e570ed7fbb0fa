from __future__ import annotations

from pathlib import Path

import pytest

from auditor.locking.indexes import configured, told


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "chosen.conf"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "CERT", "PROXY"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)


def test_files_and_variables_as_pip_reads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config" / "pip").mkdir(parents=True)
    (tmp_path / "config" / "pip" / "pip.conf").write_text(
        "[global]\nindex_url = https://a.example/simple/\n"
        f"find-links = {tmp_path}\n    /nowhere\n[install]\ntrusted-host = b.example c.example\n"
    )
    (tmp_path / "chosen.conf").write_text(
        "[global]\nextra-index-url = https://me:secret@b.example/simple\n  https://c.example/s\n"
    )
    monkeypatch.setenv("PIP_CERT", "/ca.pem")
    monkeypatch.setenv("PIP_PROXY", "http://proxy.example")
    found = configured()
    assert found.urls == (
        "https://me:secret@b.example/simple",
        "https://c.example/s",
        "https://a.example/simple",
    )
    assert found.links == (str(tmp_path),)
    assert found.trusted == ("b.example", "c.example")
    assert (found.cert, found.proxy) == ("/ca.pem", "http://proxy.example")
    assert told(found).startswith("https://a.example/simple, https://c.example/s, https://b.exam")
    monkeypatch.setenv("PIP_INDEX_URL", "https://d.example/simple")
    assert configured().urls[-1] == "https://d.example/simple"


def test_without_configuration_it_is_pypi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "chosen.conf").write_text("this is no configuration")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///nowhere")
    assert configured().urls == ("https://pypi.org/simple",)
    monkeypatch.setenv("PIP_NO_INDEX", "true")
    assert configured().urls == ()
    assert told(configured()) == "no index, as pip is configured"
