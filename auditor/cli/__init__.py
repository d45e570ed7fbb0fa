"""The command line: one file per command, and the only place that prints.

Commands are imported when they are called, so that ``auditor --version`` stays quick.
"""

from __future__ import annotations

import importlib
import sys

import click

from auditor import __version__
from auditor.cli.failure import guarded

__all__ = ["COMMANDS", "group", "main"]

# Each is a module of this package with a click command named ``command``.
COMMANDS = {
    "run": "run",
    "fingerprint": "fingerprint",
    "replay": "replay",
    "compare": "compare",
    "report": "report",
    "policy": "policy",
    "show": "show",
    "list": "listing",
    "pack": "pack",
    "unpack": "unpack",
    "doctor": "doctor",
    "gc": "gc",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of a user's first day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module and return the command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"auditor.cli.{COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="auditor")
def group() -> None:
    """Answer one question: does this result reproduce, and if not, why.

    Fingerprint a run, replay it in a container, compare, and report any divergence.
    """


def main() -> None:
    """Run the command line and exit with the status that the README lists."""
    sys.exit(guarded(lambda: group.main(prog_name="auditor", standalone_mode=False)))
