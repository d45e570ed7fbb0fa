"""Files as system calls name them, for all processes of the run together."""

from __future__ import annotations

import os
import re

from ...observer.files import Files
from ...observer.places import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .journal import Journal

__all__ = ["Around", "Opened"]

_PYTHON = re.compile(r"/lib(64)?/python\d+(\.\d+)?t?$")
_PACKAGES = ("/site-packages", "/dist-packages")
_LIBRARY = re.compile(r"\.so(\.\d+)*$")
_TEMPORARY = getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY
_CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Around(Places):
    """Places where any interpreter's own folders do not matter: the run's may be another."""

    def matters(self, folder: str) -> bool:
        """Say whether files in ``folder`` matter."""
        known = self._matters.get(folder)
        if known is None and (folder.endswith(_PACKAGES) or _PYTHON.search(folder)):
            known = self._matters[folder] = False
        return super().matters(folder) if known is None else known


class Opened(Files):
    """The same events as a Python process writes of itself; paths are absolute."""

    def __init__(self, places: Places, journal: Journal, contents: str, keep: int) -> None:
        super().__init__(places, journal, contents, keep)  # type: ignore[arg-type]
        self._project = places.root.rstrip("/") + "/"

    def called(self, path: str, flags: int) -> None:
        """Take an absolute path that is to be opened with ``flags``."""
        if not flags & _CHANGING:
            name = path.rpartition("/")[2]
            if name == "pyvenv.cfg":
                return
            if _LIBRARY.search(name) and not path.startswith(self._project):
                return  # of the system or an interpreter: the loader takes it
        self.opened(path, None, flags)

    def is_listing(self, flags: int) -> bool:
        """Say whether a folder is opened, which is done to list it."""
        return bool(flags & os.O_DIRECTORY and not flags & (_TEMPORARY | _CHANGING))

    def list_of(self, folder: str) -> None:
        """Note the first listing of a folder."""
        path = self.places.folder(folder)
        if path is not None and path not in self._listed:
            self._listed.add(path)
            self.journal.write("list", path=path)

    def linked(self, source: str, target: str) -> None:
        """Take both paths of a hard link: what is read by the new name is the old one's."""
        old, new = self.places.absolute(source), self.places.absolute(target)
        if old is not None:
            self.read(old)
        if new is not None and not os.path.lexists(new):
            self._written.add(new)
            self.journal.write("write", path=new, existed=False, inplace=False)
