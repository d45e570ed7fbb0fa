"""The programs and libraries of the system that a run used: what of them may be taken, from here.

A fingerprint from elsewhere may name any file. Of such a one, only what lies in system folders and
everybody may read is taken; of a run of this store's user, all that the user may read but what is
nobody's program.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import stat as modes
from collections.abc import Iterator
from pathlib import Path

from auditor.hashing import matches
from auditor.model.facts import Program, SharedLibrary
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.replay.options import Options
from auditor.replay.planning.command import SEARCHED
from auditor.replay.planning.paths import inside

__all__ = ["folders_of", "is_public", "lacking", "of_the_system", "taken"]

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store")
_NEVER = ("/etc", "/proc", "/sys", "/dev", "/run", "/boot", "/var/run")
_MOST = 5000
_MOST_HASHED = 64 * 1024 * 1024
_VERSIONED = re.compile(r"(.+\.so(?:\.\d+)?)(?:\.\d+)*")


def taken(fingerprint: Fingerprint, options: Options) -> tuple[Path, ...]:
    """Return what a base of this host takes besides its Python: as it was called, sorted."""
    root = fingerprint.recipe.root
    found = {path for path in _named(fingerprint) if _may_be_taken(path, root, options)}
    return tuple(Path(path) for path in sorted(found)[:_MOST])


def lacking(fingerprint: Fingerprint, options: Options) -> tuple[Unverified, ...]:
    """Return each program and library that is not to be had here, or is another one here."""
    used = fingerprint.record.programs.value
    if used is None:
        return ()
    root = fingerprint.recipe.root
    rows: dict[str, str] = {}
    everything: tuple[Program | SharedLibrary, ...] = (*used.programs, *used.libraries)
    for one in everything[:_MOST]:
        reason = _difference(one, root, options)
        if reason:
            rows.setdefault(f"system.library:{name_of(one)}", reason)
    rows |= dict(_repository(fingerprint))
    return tuple(Unverified(subject=subject, reason=reason) for subject, reason in rows.items())


def folders_of(fingerprint: Fingerprint) -> tuple[str, ...]:
    """Return the folders that the run's programs were called in, for PATH."""
    used = fingerprint.record.programs.value
    programs = used.programs if used is not None else ()
    folders = {posixpath.dirname(one.path) for one in programs if not one.interpreter}
    return tuple(sorted(folder for folder in folders if _is_plain(folder) and ":" not in folder))


def is_public(path: str) -> bool:
    """Say whether ``path`` is a file or link in a system folder that everybody may read."""
    try:
        stat = os.lstat(path)
    except OSError:
        return False
    if modes.S_ISLNK(stat.st_mode):
        return True
    return modes.S_ISREG(stat.st_mode) and bool(stat.st_mode & modes.S_IROTH)


def of_the_system(path: str) -> bool:
    """Say whether a file lies in a system folder, by its links too, and everybody may read it."""
    real = os.path.realpath(path)
    system = all(any(inside(p, folder) for folder in _SYSTEM) for p in (path, real))
    return system and _is_plain(path) and is_public(real)


def name_of(one: Program | SharedLibrary) -> str:
    """Return the name of a program or library; a library's without what follows its soname."""
    name = posixpath.basename(one.path if isinstance(one, Program) else one.file)
    match = _VERSIONED.fullmatch(name)
    return match.group(1) if match and isinstance(one, SharedLibrary) else name


def _named(fingerprint: Fingerprint) -> Iterator[str]:
    used = fingerprint.record.programs.value
    if used is None:
        yield from _seen_by_hook(fingerprint)
        return
    for one in used.programs:
        yield from (one.path, one.file)
    yield from (one.file for one in used.libraries)


def _seen_by_hook(fingerprint: Fingerprint) -> Iterator[str]:
    """Yield the children of Python processes, and the command: all that a hook tells."""
    processes = fingerprint.record.processes.value or ()
    names = [process.executable for process in processes if not process.python]
    command = fingerprint.recipe.command.value
    names += command.argv[:1] if command is not None else ()
    for name in dict.fromkeys(names):
        if "/" not in name:
            found = shutil.which(name, path=":".join(SEARCHED))
            if found is not None:
                yield found
        elif _is_plain(name):
            yield name


def _is_plain(path: str) -> bool:
    plain = path.startswith("/") and not path.startswith("//") and "\0" not in path
    return plain and posixpath.normpath(path) == path


def _may_be_taken(path: str, root: str, options: Options) -> bool:
    if not _is_plain(path) or inside(path, root) or not Path(path).is_file():
        return False
    real = os.path.realpath(path)
    if any(inside(place, folder) for place in (path, real) for folder in _NEVER):
        return False
    if options.trusted:
        return os.access(real, os.R_OK)
    return of_the_system(path)


def _difference(one: Program | SharedLibrary, root: str, options: Options) -> str:
    path = one.path if isinstance(one, Program) else one.file
    if inside(path, root):
        return ""
    if not _is_plain(path) or not Path(path).is_file():
        return f"{path}{_packaged(one)} is not on this machine"
    if not all(_may_be_taken(place, root, options) for place in (path, one.file)):
        return f"{path} is not taken from this machine: it may be private"
    try:
        if one.digest is None or Path(one.file).stat().st_size > _MOST_HASHED:
            return ""
        same = matches(Path(one.file), one.digest)
    except OSError:
        return f"{path} cannot be read here"
    return "" if same else f"{path}{_packaged(one)} is another file on this machine"


def _packaged(one: Program | SharedLibrary) -> str:
    return f" (of {one.package} {one.version})" if one.package else ""


def _repository(fingerprint: Fingerprint) -> Iterator[tuple[str, str]]:
    used = fingerprint.record.programs.value
    git = fingerprint.recipe.source.git.value
    calls = used is not None and any(name_of(one) == "git" for one in used.programs)
    if calls and git is not None:
        yield "source.git", "the run called git, and the history of its repository is not restored"
