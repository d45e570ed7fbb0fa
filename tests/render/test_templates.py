from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from auditor.render import templates


def test_what_is_printed_is_escaped_and_visible() -> None:
    template = templates.environment().from_string("<p title='{{ x }}'>{{ x }}{{ n }}</p>")
    assert template.render(x="<b>'\u202e", n=3) == (
        "<p title='&lt;b&gt;&#39;\\u202e'>&lt;b&gt;&#39;\\u202e3</p>"
    )


def test_nothing_undefined_is_printed() -> None:
    with pytest.raises(UndefinedError):
        templates.environment().from_string("{{ missing }}").render()


def test_no_template_opts_out_of_escaping() -> None:
    for path in templates.folder().rglob("*.j2"):
        content = path.read_text()
        assert "safe" not in content
        assert "autoescape" not in content


def test_the_templates_of_a_wheel_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "auditor" / "render" / "templates.py"
    monkeypatch.setattr(templates, "__file__", str(module))
    assert templates.folder() == tmp_path / "templates"
    (tmp_path / "auditor" / "templates").mkdir(parents=True)
    assert templates.folder() == tmp_path / "auditor" / "templates"


def test_the_fonts_are_small_and_have_their_licences() -> None:
    fonts = templates.folder() / "fonts"
    assert sum(path.stat().st_size for path in fonts.iterdir()) < 2_500_000
    assert {path.name for path in fonts.glob("LICENSE*")} == {
        "LICENSE-DejaVu.txt",
        "LICENSE-IBM-Plex.txt",
    }
