"""The words for programs that were not observed from inside."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from auditor.capture import read
from auditor.capture.unseen import why_unseen

if TYPE_CHECKING:
    from conftest import Project

ENVIRONMENT = "its environment is ignored, so it was not observed from inside"
SITE = "it does not import site, so it was not observed from inside"
READ = "what it read was not seen"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("python", "-I", "a.py"), f"python -I: {ENVIRONMENT}"),
        (("/usr/bin/python3", "-uE", "a.py"), f"python3 -E: {ENVIRONMENT}"),
        (("python", "-X", "dev", "-S", "-c", "pass"), f"python -S: {SITE}"),
        (("python", "-WIgnore", "-Sm", "it"), f"python -S: {SITE}"),
        (("python", "--help-all", "-S"), f"python -S: {SITE}"),
        (("python", "-c", "pass", "-I"), f"python ran without the recorder: {READ}"),
        (("python", "-mit", "-I"), f"python ran without the recorder: {READ}"),
        (("python", "a.py", "-S"), f"python ran without the recorder: {READ}"),
        (("python", "-", "-S"), f"python ran without the recorder: {READ}"),
        (("python", "-X"), f"python ran without the recorder: {READ}"),
        (("/bin/grep", "-I", "a"), f"grep is not Python: {READ}"),
    ],
)
def test_words(argv: tuple[str, ...], words: str) -> None:
    assert why_unseen(argv[0], argv) == words


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "words"), [("-I", ENVIRONMENT), ("-E", ENVIRONMENT), ("-S", SITE), ("-u", "")]
)
def test_a_child_that_was_not_observed(project: Project, option: str, words: str) -> None:
    seen = read(
        project.python(
            f"""
            import subprocess, sys
            subprocess.run([sys.executable, {option!r}, "-c", "pass"], check=True)
            """,
            trace="python",
        )
    )
    assert seen.coverage.value is not None
    name = sys.executable.rpartition("/")[2]
    blind = seen.coverage.value.blind
    assert (f"{name} {option}: {words}" in blind) == bool(words), blind
