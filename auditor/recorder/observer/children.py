"""Children that a process starts, and the files that their command lines name."""

from __future__ import annotations

import os

from .variables import without_userinfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Set

    from .files import Files
    from .journal import Journal

__all__ = ["Children"]

_MOST = 1000
_LONG = 8192
_SHELL_MARKS = ";&|<>()'\"`$="


class Children:
    """Writes a ``child`` event for each different command line."""

    def __init__(self, files: Files, journal: Journal) -> None:
        self.files = files
        self.journal = journal
        self._known: Set[int] = set()

    def popen(self, executable: Any, args: Any, cwd: Any, _env: Any) -> None:
        """Take the arguments of ``subprocess.Popen``."""
        argv = _words(args)
        self._started(executable or (argv[0] if argv else ""), argv, cwd)

    def system(self, command: Any) -> None:
        """Take the argument of ``os.system``."""
        self._started("/bin/sh", ["/bin/sh", "-c", os.fsdecode(command)], None)

    def executed(self, path: Any, args: Any, _env: Any) -> None:
        """Take the arguments of ``os.exec``: the command takes this program's place."""
        if os.access(path, os.X_OK):  # execvp tries one folder after the other
            self._started(path, _words(args), None, replaces=True)

    def spawned(self, path: Any, args: Any, _env: Any) -> None:
        """Take the arguments of ``os.posix_spawn``."""
        self._started(path, _words(args), None)

    def _started(
        self, executable: Any, argv: List[str], cwd: Any, *, replaces: bool = False
    ) -> None:
        name = os.fsdecode(executable)
        key = hash((name, tuple(argv), replaces))
        if key in self._known or len(self._known) > _MOST:
            return
        self._known.add(key)
        shown = [without_userinfo(word)[:_LONG] for word in argv[:_MOST]]
        self.journal.write("child", executable=name, argv=shown, replaces=replaces)
        folder = os.path.join(os.getcwd(), os.fsdecode(cwd) if cwd else "")
        for word in _candidates(argv):
            self.files.named(word, folder)


def _words(args: Any) -> List[str]:
    if isinstance(args, (str, bytes, os.PathLike)):
        return [os.fsdecode(args)]
    return [os.fsdecode(word) for word in args]


def _candidates(argv: List[str]) -> List[str]:
    """Return the words that may name a file, those of a shell's command text too."""
    words = list(argv[:_MOST])
    if len(argv) > 2 and argv[1] == "-c":  # noqa: PLR2004 - shell, -c, text
        text = argv[2]
        for mark in _SHELL_MARKS:
            text = text.replace(mark, " ")
        words[2:3] = text.split()[:_MOST]
    return words
