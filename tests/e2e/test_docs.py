"""What the documents say of commands, options, exit codes, files and targets is true."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from auditor import errors
from auditor.cli import COMMANDS, failure, group
from auditor.cli.verdict import EXIT
from tests.e2e.conftest import ROOT

README = (ROOT / "README.md").read_text()
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md"))
    if not path.is_relative_to(ROOT / "tests")
)


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^\| `?([^|`]+?)`? +\| (.+?) \|$", text, flags=re.MULTILINE)[1:]


def command(name: str) -> click.Command:
    found = group.get_command(click.Context(group), name)
    assert found is not None, f"there is no auditor {name}"
    return found


def lines() -> Iterator[tuple[Path, list[str]]]:
    """Yield every line of auditor's that a document tells a person to type."""
    for page in (*PAGES, *ROOT.glob("samples/*/README.md")):
        for block in re.findall(r"^```\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                if line.startswith("auditor "):
                    yield page, shlex.split(line.partition(" > ")[0], comments=True)


def test_the_commands_are_those_of_the_program() -> None:
    listed = [name.removeprefix("auditor ") for name, _does in rows(section("Commands"))]
    assert listed == list(COMMANDS)


def test_what_a_command_does_is_what_its_help_says() -> None:
    for name, does in rows(section("Commands")):
        said = (command(name.removeprefix("auditor ")).help or "").split("\n\n")[0]
        said = " ".join(said.split()).rstrip(".")
        assert said.lower().startswith(does.lower()), f"{name}: {said}"


def test_the_exit_codes_are_those_of_the_program() -> None:
    documented = {int(code) for code, _means in rows(section("Exit codes"))}
    classes = [getattr(errors, name) for name in errors.__all__]
    program = {error.exit_code for error in classes} | set(EXIT.values())
    program |= {failure.BUG, failure.INTERRUPTED, failure.MACHINE, failure.USAGE}
    assert documented == program


def test_the_verdicts_are_those_of_the_program() -> None:
    verdicts = dict(rows(section("Verdicts")))
    assert verdicts.keys() == EXIT.keys()
    codes = dict(rows(section("Exit codes")))
    for verdict, code in EXIT.items():
        assert verdict.replace("not-replayed", "not replayed") in codes[str(code)]


@pytest.mark.parametrize(("page", "words"), list(lines()), ids=lambda value: str(value)[-40:])
def test_every_line_to_type_can_be_typed(page: Path, words: list[str]) -> None:
    name, arguments = words[1], words[2:]
    if name.isupper():
        return
    context = command(name).make_context(name, arguments, resilient_parsing=False)
    assert context.params, page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_target_of_make_that_is_named_exists() -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"\bmake ([a-z]+)(?=[ `\n])", page.read_text()))
        named = {name for name in named if f"`make {name}`" in page.read_text()}
        assert named <= known, page


def test_make_alone_lists_the_targets() -> None:
    result = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"setup", "demo", "check", "test"} <= {
        line.split()[0] for line in result.stdout.splitlines()
    }


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    for path in ROOT.glob("docs/adr/0*.md"):
        assert f"({path.name})" in index
