"""Files as a process opens them: the first read and the first write of each."""

from __future__ import annotations

import os
import stat as modes
import sys

from . import content
from .places import source_of
from .seen import Seen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .journal import Journal
    from .places import Places

__all__ = ["Files"]

_LONG = 4096
_IMPORTS = ("<frozen importlib", "/importlib/", "/pkgutil.py", "/pkg_resources/")


class Files:
    """Writes ``read``, ``write``, ``rename``, ``mkdir``, ``list`` and ``digest`` events.

    ``unseen_reads``: nobody else sees what is opened to be read.
    """

    def __init__(self, places: Places, journal: Journal, contents: str, keep: int) -> None:
        self.places = places
        self.journal = journal
        self.saved = content.Contents(contents, keep)
        self._read = Seen()
        self._written = Seen()
        self._listed = Seen()
        self.unseen_reads = True

    def opened(self, name: Any, _mode: Any, flags: Any) -> None:
        """Take the arguments of the audit event ``open``."""
        if not isinstance(flags, int) or flags & os.O_DIRECTORY:
            return
        changing = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if isinstance(name, str) and name.endswith(".pyc") and not changing:
            name = source_of(name)
        path = self.places.absolute(name)
        if path is None:
            return
        if changing:
            self.write(path, keeps_content=not flags & (os.O_TRUNC | os.O_EXCL))
        elif self.unseen_reads:
            self.read(path)

    def imported(self, _module: Any, filename: Any, *_rest: Any) -> None:
        """Take the arguments of the audit event ``import``: an extension module has a file."""
        if filename:
            self.named(filename)

    def named(self, name: Any, folder: str = "") -> None:
        """Note as read a file that is named in a command line, if there is such a file."""
        text = os.fsdecode(name)
        if not text or len(text) > _LONG or "\0" in text:
            return
        path = self.places.absolute(os.path.join(folder, text))
        if path is not None:
            self.read(path, "argv")

    def read(self, path: str, seen: str = "hook") -> None:
        """Note the first read of a regular file that this process has not written itself."""
        if path in self._read or path in self._written:
            return
        stat = _regular(path)
        if stat is not None:
            self._read.add(path)
            self.journal.write("read", path=path, stat=content.state(stat), seen=seen)

    def write(self, path: str, *, keeps_content: bool) -> None:
        """Note the first write; a content that was read, or is written into, is saved before."""
        if path in self._written:
            return
        stat = _regular(path)
        if stat is None and os.path.exists(path):
            return  # a device, a pipe, a folder
        if stat is not None and (keeps_content or path in self._read):
            self._save(path)
        self._written.add(path)
        inplace = keeps_content and stat is not None
        self.journal.write("write", path=path, existed=stat is not None, inplace=inplace)

    def renamed(self, source: Any, target: Any, source_folder: int, target_folder: int) -> None:
        """Take the arguments of ``os.rename``: the target's content goes, the source's moves."""
        old = self.places.absolute(source, source_folder)
        new = self.places.absolute(target, target_folder)
        if old is not None:
            self.read(old)  # a file that was there before the run is an input, if only moved
        for path in (old, new):
            if path is not None and path in self._read:
                self._save(path)
        if new is not None:
            self._written.add(new)
        if old is not None or new is not None:
            self.journal.write("rename", path=old or "", to=new or "")

    def removed(self, name: Any, folder: int) -> None:
        """Take the arguments of ``os.remove``: what was read is saved before it is gone."""
        path = self.places.absolute(name, folder)
        if path is not None and path in self._read:
            self._save(path)

    def truncated(self, name: Any, _length: Any) -> None:
        """Take the arguments of ``os.truncate``."""
        path = self.places.absolute(name)
        if path is not None:
            self.write(path, keeps_content=True)

    def made(self, name: Any, _mode: Any, folder: int) -> None:
        """Take the arguments of ``os.mkdir``, where there is no such folder yet."""
        path = self.places.absolute(name, folder)
        if path is not None and not os.path.lexists(path):
            self.journal.write("mkdir", path=path)

    def listed(self, name: Any) -> None:
        """Take the argument of ``os.listdir`` and ``os.scandir``: the first listing of a folder.

        Where imports look for modules, nobody asked for names. Called by the hook's listener.
        """
        if isinstance(name, int):
            return
        path = self.places.folder("." if name is None else name)
        if path is None or path in self._listed or _importing(sys._getframe(2)):  # noqa: SLF001
            return
        self._listed.add(path)
        self.journal.write("list", path=path)

    def database(self, name: Any) -> None:
        """Take the argument of ``sqlite3.connect``: a file that is read and may be written."""
        text = os.fsdecode(name)
        if text.startswith("file:"):
            text = text[len("file:") :].partition("?")[0]
        if text in {"", ":memory:"}:
            return
        path = self.places.absolute(text)
        if path is not None:
            self.write(path, keeps_content=True)

    def _save(self, path: str) -> None:
        members = self.saved.save(path)
        if members is not None:
            self.journal.write("digest", path=path, **members)


def _regular(path: str) -> Optional[os.stat_result]:
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return stat if modes.S_ISREG(stat.st_mode) else None


def _importing(frame: Any) -> bool:
    filename = frame.f_code.co_filename
    return any(part in filename for part in _IMPORTS)
