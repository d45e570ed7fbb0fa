"""Names: what was there when the run started, and what was in the folders that it listed."""

from __future__ import annotations

import json
import os
import stat as modes
import time

from . import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Collection, Dict, Iterator, List, Optional, Tuple

    from .digests import Digests
    from .tree import Snapshot, State

__all__ = ["Listings"]

_MOST_CONTENTS = 2000
_MICROSECOND = 1000  # ns
_SECRET = ("secret", "passw", "credential", "apikey", "api_key", "id_rsa", "id_ed25519")
_KEYS = (".pem", ".key", ".p12", ".pfx", ".kdbx")


class Listings:
    """Folders that the run listed, and the names that were there before it.

    Of the files in a listed folder of the project the contents are taken as well, for programs
    that are not seen to read may read them: up to ``keep`` bytes in all, and none of what looks
    like a secret.
    """

    def __init__(self, root: str, before: Snapshot, keep: int) -> None:
        self._root = root
        self._complete = before is not None
        self._project = {os.path.join(root, path): state for path, state in (before or {}).items()}
        self._keep = keep
        self._folders: Dict[str, None] = {}
        self._elsewhere: Dict[str, State] = {}
        self._started = time.time_ns()

    def saw(self, folder: str) -> None:
        """Take note of a listed folder; one that the snapshot lacks is looked at now."""
        if folder in self._folders:
            return
        self._folders[folder] = None
        if not self._is_known(folder) and len(self._elsewhere) < tree.MOST:
            self._elsewhere.update(_scanned(folder, self._started))

    def had(self, path: str) -> bool:
        """Say whether ``path`` was in the project when the run started, as far as that is known."""
        return path in self._project if self._complete else True

    def take_contents(self, digests: Digests, written: Collection[str]) -> List[str]:
        """Hash what the run saw by name and left as it was; return what there is to know.

        Called when the run has ended: what has its old state then has its old content.
        """
        taken: List[str] = []
        left, passed = self._keep, 0
        for path, size in self._unread(digests, written):
            if size > left or len(taken) >= _MOST_CONTENTS:
                passed += 1
            else:
                left -= size
                taken.append(path)
        digests.listed(taken)
        if not passed:
            return []
        what = "%d file(s) in folders that the run listed are known by name only: they are larger"
        return [(what + " in all than what is kept") % passed]

    def write(self, place: str) -> None:
        """Write ``[path, size, mtime, executable, link]`` of each name to ``place``, JSON in ASCII.

        In each folder in the order in which the system lists it. The size of a folder is ``None``;
        mtimes are in microseconds. A link is what it leads to, and where ``link`` says, if it is as
        it was.
        """
        rows = [
            (
                path,
                None if tree.is_folder(state) else state[1],
                state[2] // _MICROSECOND,
                bool(modes.S_ISREG(state[3]) and state[3] & 0o100),
                self._link(path),
            )
            for path, state in self._all().items()
        ]
        partial = place + ".partial"
        with open(partial, "w", encoding="ascii") as file:
            file.write(json.dumps(rows))
        os.rename(partial, place)

    def _link(self, path: str) -> str:
        state = self._project.get(path)
        if state is None or not modes.S_ISLNK(state[3]) or _state(path, follow=False) != state:
            return ""
        try:
            return os.readlink(path)
        except OSError:
            return ""

    def _leads_inside(self, path: str) -> bool:
        link = self._link(path)
        target = os.path.normpath(os.path.join(os.path.dirname(path), link))
        return bool(link) and not link.startswith("/") and self._is_inside(target)

    def _all(self) -> Dict[str, State]:
        found = {}
        for path, state in {**self._project, **self._elsewhere}.items():
            real = _state(path, follow=True) if modes.S_ISLNK(state[3]) else state
            if real is None and self._leads_inside(path):
                real = (state[0], 0, state[2], modes.S_IFREG)  # to nothing, or to nothing yet
            if real is not None and (tree.is_folder(real) or modes.S_ISREG(real[3])):
                found[path] = real
        return found

    def _unread(self, digests: Digests, written: Collection[str]) -> Iterator[Tuple[str, int]]:
        """Yield path and size of each file in a listed folder that nobody read or changed."""
        for path, state in sorted({**self._project, **self._elsewhere}.items()):
            folder, name = os.path.split(path)
            if folder not in self._folders or tree.is_folder(state) or path in written:
                continue
            if digests.has(path) or not self._is_inside(path) or _may_be_secret(name):
                continue
            content = _state(path, follow=True)
            if content is not None and modes.S_ISREG(content[3]) and self._is_as_it_was(path):
                yield path, content[1]

    def _is_as_it_was(self, path: str) -> bool:
        if path in self._elsewhere:
            return _state(path, follow=True) == self._elsewhere[path]
        return _state(path, follow=False) == self._project.get(path)

    def _is_known(self, folder: str) -> bool:
        """Say whether the snapshot tells what was in a folder, or that the run made it."""
        if not self._complete or not self._is_inside(folder):
            return False
        while folder != self._root:
            state = self._project.get(folder)
            if state is not None:
                return not modes.S_ISLNK(state[3])
            folder = os.path.dirname(folder)
        return True

    def _is_inside(self, path: str) -> bool:
        return (path + "/").startswith(self._root.rstrip("/") + "/")


def _scanned(folder: str, started: int) -> Dict[str, State]:
    """Return a folder and what is in it by state; nothing that came after ``started``, in ns."""
    found = {}
    try:
        for entry in os.scandir(folder):
            stat = _stat(entry.path)
            if stat is not None and stat.st_ctime_ns < started:
                found[entry.path] = tree.state_of(stat)
            if len(found) > tree.MOST:
                break
    except OSError:
        return {}
    own = _stat(folder)
    if own is None or not (found or own.st_ctime_ns < started):
        return {}
    return dict({folder: tree.state_of(own)}, **found)


def _stat(path: str) -> Optional[os.stat_result]:
    try:
        return os.stat(path)
    except OSError:
        return None


def _may_be_secret(name: str) -> bool:
    lower = name.lower()
    return name.startswith(".") or lower.endswith(_KEYS) or any(word in lower for word in _SECRET)


def _state(path: str, *, follow: bool) -> Optional[State]:
    try:
        return tree.state_of(os.stat(path, follow_symlinks=follow))
    except OSError:
        return None
