"""The shared libraries that programs link, and those that wheels may expect (PEP 600)."""

from __future__ import annotations

import glob
import os
import platform
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from auditor.errors import NotReplayedError

__all__ = ["closure", "is_elf", "manylinux", "sonames"]

# glibc's own, which wheels and the interpreter may load by name, and the list of PEP 600.
_GLIBC = re.compile(
    r"(libc|libm|libmvec|libpthread|libdl|librt|libutil|libresolv|libanl|libnsl|libthread_db"
    r"|libBrokenLocale|libcrypt|libnss_(files|dns|compat|hesiod))\.so\.\d+|ld-linux.*\.so\.\d+"
)
_BASELINE = frozenset(
    {"libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "libexpat.so.1", "libGL.so.1"}
    | {"libX11.so.6", "libXext.so.6", "libXrender.so.1", "libICE.so.6", "libSM.so.6"}
    | {"libgobject-2.0.so.0", "libgthread-2.0.so.0", "libglib-2.0.so.0", "libgomp.so.1"}
)
_CACHED = re.compile(r"\s+(\S+) \(([^)]*)\) => (/\S+)")
_LINKED = re.compile(r"(?:=> )?(/\S+) \(0x[0-9a-f]+\)")
_ARCHITECTURE = {"x86_64": "x86-64", "aarch64": "AArch64"}
_LDCONFIG = ("/sbin/ldconfig", "/usr/sbin/ldconfig", "ldconfig")
_AT_ONCE = 200


def manylinux() -> tuple[Path, ...]:
    """Return glibc's own libraries and the manylinux baseline, as far as this host has them."""
    wanted = _ARCHITECTURE.get(platform.machine(), "")
    found: dict[str, Path] = {}
    for line in _ldconfig().splitlines():
        match = _CACHED.match(line)
        if match is None or wanted not in match.group(2):
            continue
        name, path = match.group(1), match.group(3)
        if name in _BASELINE or _GLIBC.fullmatch(name):
            found.setdefault(name, Path(path))
    return tuple(found[name] for name in sorted(found))


def closure(binaries: Iterable[Path]) -> tuple[Path, ...]:
    """Return ``binaries`` and every library that the loader finds for them, sorted.

    Raises ``NotReplayedError`` where ``ldd`` cannot be run.
    """
    files = sorted({str(path) for path in binaries})
    found = set(files)
    for start in range(0, len(files), _AT_ONCE):
        found.update(_LINKED.findall(_ldd(files[start : start + _AT_ONCE])))
    return tuple(Path(path) for path in sorted(found))


def is_elf(path: Path) -> bool:
    """Say whether ``path`` is a program or a library in the form that the loader reads."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def sonames(library: Path) -> tuple[Path, ...]:
    """Return the links beside a library by which programs load it: libz.so.1 of libz.so.1.2.13."""
    stem = library.name.partition(".so")[0]
    if ".so" not in library.name:
        return ()
    return tuple(
        path
        for path in sorted(library.parent.glob(f"{glob.escape(stem)}.so*"))
        if path.is_symlink() and path.resolve() == library.resolve()
    )


def _ldd(files: list[str]) -> str:
    # Status 1 says that one of them is not a dynamic executable, and that is no failure.
    return _output(["ldd", *files])


def _ldconfig() -> str:
    for program in _LDCONFIG:
        if os.access(program, os.X_OK) or "/" not in program:
            return _output([program, "-p"])
    return ""


def _output(argv: list[str]) -> str:
    try:
        return subprocess.run(
            argv,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"LC_ALL": "C"} | {"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotReplayedError(
            f"the libraries of the interpreter cannot be listed: {argv[0]}: {error}",
            hint="--image REF replays in an image instead",
        ) from None
