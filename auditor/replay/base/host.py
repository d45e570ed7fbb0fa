"""An image from scratch out of an interpreter of this host: so that a replay needs no registry."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from auditor.errors import NotReplayedError
from auditor.locking import Progress
from auditor.model.facts import Image
from auditor.replay.base.libraries import closure, is_elf, manylinux, sonames
from auditor.replay.base.python import Python
from auditor.replay.base.runtime import runtime_files, state
from auditor.replay.engines import Engine
from auditor.replay.environment.tarball import Member, link, stream, text

__all__ = ["base_image", "members"]

_FORMAT = 2  # of these images: raise it when their content changes
_SKIPPED_FOLDERS = frozenset({"site-packages", "dist-packages", "test", "idlelib", "turtledemo"})
_SKIPPED_ENDINGS = (".opt-1.pyc", ".opt-2.pyc", ".a")
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ZONES = Path("/usr/share/zoneinfo")
_LOCALES = Path("/usr/lib/locale")
_MOST_LOCALES = 64 * 1024 * 1024
_AS_THEY_ARE = ("/etc/localtime", "/etc/timezone", "/etc/ld.so.cache", "/usr/lib/os-release")
_CACHE = Path("/etc/ld.so.cache")


def base_image(
    python: Python, engine: Engine, progress: Progress, programs: tuple[Path, ...] = ()
) -> Image:
    """Return the image made from ``python`` and ``programs``, made now unless the engine has it.

    ``programs`` are the programs, scripts and libraries of this system that the run used, as
    ``programs.taken`` tells them. Raises ``NotReplayedError`` where libraries cannot
    be found.
    """
    tag = f"auditor/base:{_key(python, programs)}"
    if (image := engine.images.find(tag)) is not None:
        return image
    others = f" and {len(programs)} programs and libraries" if programs else ""
    progress(f"making an image from {python.executable}{others}")
    labels = {"org.auditor.kind": "base", "org.auditor.python": python.version}
    return engine.images.load(stream(members(python, programs)), tag, labels)


def members(python: Python, programs: tuple[Path, ...] = ()) -> dict[str, Member]:
    """Return what the image consists of, by absolute path, each path once."""
    found: dict[str, Member] = {}
    for name in _MERGED:
        place = Path("/", name)
        if place.is_symlink():
            found[str(place)] = link(str(place.readlink()))
    own = _own_files(python)
    for path in own:
        _add(found, path)
    loadable = [path for path in own if ".so" in path.name or str(path) == python.executable]
    needed = runtime_files(_real(programs))
    loadable += [path for path in (*programs, *needed) if is_elf(path)]
    for path in (*programs, *needed, *closure([*loadable, *manylinux()])):
        _add(found, path)
    for path in programs:
        found |= {str(name): link(path.name) for name in sonames(path) if str(name) not in found}
    for name in _AS_THEY_ARE:
        if Path(name).exists():
            _add(found, Path(name))
    for path in (*_zones(), *_locales()):
        _add(found, path)
    return found | _made()


def _real(programs: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the real paths of what is no library."""
    return tuple(sorted({path.resolve() for path in programs if ".so" not in path.name}))


def _key(python: Python, programs: tuple[Path, ...]) -> str:
    digest = hashlib.sha256(repr((_FORMAT, python, _ids(), state(_real(programs)))).encode())
    real = [path.resolve() for path in programs]
    for path in (*_own_files(python), _CACHE, *programs, *real):
        try:
            stat = path.lstat()
        except OSError:
            continue
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode(errors="replace"))
    return digest.hexdigest()[:16]


def _own_files(python: Python) -> list[Path]:
    """Return the executable, its shared library and the standard library, sorted."""
    prefix = Path(python.executable).parent.parent
    found = {Path(python.executable)}
    for folder in {python.stdlib, python.platstdlib}:
        found.update(_walk(Path(folder)))
    for pattern in ("lib/libpython*.so*", "lib64/libpython*.so*"):
        if not _is_system(prefix):  # there, the closure names it
            found.update(prefix.glob(pattern))
    if not any(path.name == "os.py" for path in found):
        raise NotReplayedError(
            f"the standard library of {python.executable} is not at {python.stdlib}",
            hint="--image REF replays in an image instead",
        )
    return sorted(found)


def _is_system(prefix: Path) -> bool:
    return str(prefix) in {"/", "/usr"}


def _walk(folder: Path) -> list[Path]:
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
        found += [
            Path(place, name) for name in sorted(files) if not name.endswith(_SKIPPED_ENDINGS)
        ]
    return found


def _add(found: dict[str, Member], path: Path) -> None:
    """Add a file under its real folder, and where it is a link, what the link leads to."""
    place = Path(os.path.realpath(path.parent), path.name)
    if str(place) in found:
        return
    if place.is_symlink():
        target = str(place.readlink())
        found[str(place)] = link(target)
        _add(found, place.parent / target)
    elif place.is_file():
        found[str(place)] = Member(source=place)


def _zones() -> list[Path]:
    return [path for path in _walk(_ZONES) if path.parts[4] not in {"posix", "right"}]


def _locales() -> list[Path]:
    paths = _walk(_LOCALES)
    size = sum(path.stat().st_size for path in paths)
    return paths if size <= _MOST_LOCALES else [p for p in paths if p.parts[4].startswith("C.")]


def _made() -> dict[str, Member]:
    """Return the files that name users and services; the host's own say who works there."""
    uid, gid = _ids()
    users = (
        "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/sbin/nologin\n"
    )
    groups = "root:x:0:\nnogroup:x:65534:\n"
    if uid:
        users += f"auditor:x:{uid}:{gid}::/opt/auditor/home:/sbin/nologin\n"
        groups += f"auditor:x:{gid}:\n" if gid else ""
    return {
        "/etc/passwd": text(users),
        "/etc/group": text(groups),
        "/etc/nsswitch.conf": text("passwd: files\ngroup: files\nhosts: files dns\n"),
        "/tmp": Member(mode=0o1777),  # noqa: S108 - in the image
        "/opt/auditor": Member(mode=0o755),
        "/opt/auditor/home": Member(mode=0o755),
    }


def _ids() -> tuple[int, int]:
    return os.geteuid(), os.getegid()
