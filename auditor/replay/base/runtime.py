"""What programs need at run time besides libraries: files of their packages, and folders of theirs.

Which files a program opens is not seen, so what may be needed is taken whole: what its package and
those that it depends on brought, but for documentation and for other programs; folders of its
name, as those of Perl and R; and a prefix of its own, as /opt/NAME.
"""

from __future__ import annotations

import os
import re
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from auditor import packages
from auditor.replay.base.programs import is_public

__all__ = ["runtime_files", "state"]

_BINARIES = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/games"})
_LEFT = re.compile(
    r"/usr/share/(doc|man|info|locale|lintian|bug|bash-completion|zsh|fish|pixmaps|icons"
    r"|applications|metainfo|menu|gdb|apport|doc-base|gnome|help|polkit-1)(/|$)"
    r"|(/usr)?/lib/(systemd|udev|tmpfiles\.d|sysusers\.d|modules|firmware|debug)(/|$)"
    r"|/etc/(cron|init|pam|logrotate|apt|dpkg|systemd|security|ssh|ssl/private|sudoers|default)"
    r"|/(var|boot|root|home|run|srv)(/|$)"
)
_TERMINALS = ("/usr/lib/terminfo", "/lib/terminfo", "/etc/terminfo")
_NAMED = r"([-_.]?[0-9][\w.]*|-base|_modules|js)?"
_PREFIXES = (Path("/opt"), Path("/usr/local"))
_LOCAL = Path("/usr/local")


def runtime_files(programs: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files and links that ``programs``, by their real paths, may need; sorted."""
    found = set(_packaged([str(path) for path in programs]))
    for path in programs:
        for folder in (*_named(path), *_own_prefix(path)):
            found.update(_below(folder))
    found.update(path for folder in _TERMINALS for path in _below(Path(folder)))
    return tuple(sorted(found))


def state(programs: Iterable[Path]) -> str:
    """Return what changes whenever ``runtime_files`` returns other files."""
    rows = [packages.state()]
    for path in programs:
        for folder in (*_named(path), *_own_prefix(path)):
            # What belongs to a package changes with the packages
            if folder.is_relative_to("/usr") and not folder.is_relative_to(_LOCAL):
                rows.append(str(folder))
            else:
                rows += [_stat(place) for place in _below(folder)]
    return "\n".join(rows)


def _packaged(programs: list[str]) -> Iterator[Path]:
    owners = packages.owners(programs).values()
    for path in packages.contents(packages.needed(owner.name for owner in owners)):
        if path.rpartition("/")[0] in _BINARIES or _LEFT.match(path) or not is_public(path):
            continue
        yield Path(path)


def _named(program: Path) -> Iterator[Path]:
    """Yield the folders that are named after a program: /usr/lib/R, /usr/share/perl5."""
    pattern = re.compile(re.escape(program.name) + _NAMED)
    triplet = sysconfig.get_config_var("MULTIARCH") or "none"
    for place in ("lib", f"lib/{triplet}", "lib64", "libexec", "share"):
        for top in ("/usr", "/usr/local"):
            yield from _matching(Path(top, place), pattern)
    yield from _matching(Path("/etc"), pattern)


def _matching(place: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    try:
        entries = sorted(place.iterdir())
    except OSError:
        return
    yield from (path for path in entries if pattern.fullmatch(path.name) and path.is_dir())


def _own_prefix(program: Path) -> Iterator[Path]:
    """Yield /opt/NAME of /opt/NAME/bin/program, and /usr/local/NAME likewise."""
    for top in _PREFIXES:
        if program.is_relative_to(top):
            parts = program.relative_to(top).parts
            if len(parts) > 2 or (len(parts) == 2 and parts[0] not in {"bin", "sbin", "lib"}):  # noqa: PLR2004 - NAME/bin/program
                yield top / parts[0]


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        if _LEFT.match(place):
            folders.clear()
            continue
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*sorted(files), *links):
            if is_public(path := f"{place}/{name}"):
                yield Path(path)


def _stat(path: Path) -> str:
    try:
        stat = path.lstat()
    except OSError:
        return str(path)
    return f"{path} {stat.st_size} {stat.st_mtime_ns}"
