"""Which paths matter: the project and data outside it, not the system and the interpreter."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional, Tuple

__all__ = ["Places", "source_of"]

_SYSTEM = "/usr /bin /sbin /lib /lib32 /lib64 /libx32 /etc /proc /sys /dev /run /boot".split()
_IMPORTING = "<frozen importlib._bootstrap>"
_NEVER = (".git", "__pycache__")


class Places:
    """Sorts paths; every answer is kept a folder, so that the next one costs a look-up.

    ``root`` is the project's absolute folder; ``apart`` are more folders that do not matter.
    """

    def __init__(self, root: str, apart: Tuple[str, ...]) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._matters: Dict[str, bool] = {"/": True}
        self._standard = os.path.dirname(os.__file__)
        self._files: Dict[str, str] = {}
        for folder in tuple(_SYSTEM) + apart + self._interpreter():
            self._except(folder)
        self._matters[root] = self._matters[self._real] = True
        for folder in apart + self._packages():
            self._except(folder)

    def absolute(self, name: Any, folder: int = -1) -> Optional[str]:
        """Return the absolute path of ``name`` if it matters, else ``None``.

        ``name`` is what was passed to a call: text, bytes or a path, relative to ``folder`` (a
        descriptor) or the working directory. A descriptor is no name.
        """
        if isinstance(name, int):
            return None
        path = os.fsdecode(name)
        if not path.startswith("/"):
            path = os.path.join(_base(folder), path)
        if "/." in path or "//" in path:
            path = _normalised(path)
        if self._real != self.root and (path + "/").startswith(self._real + "/"):
            path = self.root + path[len(self._real) :]
        return path if self.matters(os.path.dirname(path)) else None

    def folder(self, name: Any) -> Optional[str]:
        """Return the absolute path of a folder if what is in it matters, else ``None``."""
        path = self.absolute(os.path.join(os.fsdecode(name), "entry"))
        return None if path is None else os.path.dirname(path)

    def matters(self, folder: str) -> bool:
        """Say whether files in ``folder`` matter: the nearest folder that is known decides."""
        known = self._matters.get(folder)
        if known is None:
            parent, name = os.path.split(folder)
            known = name not in _NEVER and (parent == folder or self.matters(parent))
            self._matters[folder] = known
        return known

    def site(self, frame: Any) -> str:
        """Return ``path:line`` of the innermost frame in a project file, or ``""``.

        What a module does while it is imported is not the doing of the line that imports it.
        """
        while frame is not None and frame.f_code.co_filename != _IMPORTING:
            relative = self._relative(frame.f_code.co_filename)
            if relative:
                return "%s:%d" % (relative, frame.f_lineno)
            frame = frame.f_back
        return ""

    def inside(self, frame: Any) -> bool:
        """Say whether a frame is that of a project file."""
        return bool(self._relative(frame.f_code.co_filename))

    def importing(self, frame: Any) -> bool:
        """Say whether a frame runs because a library is being imported."""
        while frame is not None and not self._relative(frame.f_code.co_filename):
            if frame.f_code.co_filename == _IMPORTING:
                return True
            frame = frame.f_back
        return False

    def standard(self, filename: str) -> bool:
        """Say whether a code object's file belongs to the standard library."""
        if filename.startswith("<frozen"):
            return True
        return filename.startswith(self._standard + "/") and "-packages/" not in filename

    def _relative(self, filename: str) -> str:
        relative = self._files.get(filename)
        if relative is None:
            path = None if filename.startswith("<") else self.absolute(filename)
            inside = path is not None and path.startswith(self.root + "/")
            relative = path[len(self.root) + 1 :] if path is not None and inside else ""
            self._files[filename] = relative
        return relative

    def _except(self, folder: str) -> None:
        if folder and folder != "/":
            for name in (folder, os.path.realpath(folder)):
                self._matters[name] = False

    def _interpreter(self) -> Tuple[str, ...]:
        return (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)

    def _packages(self) -> Tuple[str, ...]:
        venv = tuple(path for path in self._interpreter() if path.startswith(self.root + "/"))
        found = tuple(entry for entry in sys.path if entry.endswith("-packages"))
        return (*venv, *found, self._standard)


def source_of(path: str) -> str:
    """Return the source file of a ``.pyc`` file in a ``__pycache__``; any other path as it is."""
    folder, name = os.path.split(path)
    if not name.endswith(".pyc") or os.path.basename(folder) != "__pycache__":
        return path
    return os.path.join(os.path.dirname(folder), name.split(".")[0] + ".py")


def _base(folder: int) -> str:
    return os.getcwd() if folder < 0 else os.readlink("/proc/self/fd/%d" % folder)


def _normalised(path: str) -> str:
    if "/.." in path:  # a link may stand before it
        head, tail = os.path.split(path)
        return os.path.join(os.path.realpath(head), tail)
    return os.path.normpath(path)
