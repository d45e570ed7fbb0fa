"""The distributions that ran, where their environment is still on this machine."""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path

from packaging.utils import canonicalize_name

from auditor.model.facts import Interpreter
from auditor.model.record import Record

__all__ = ["Environment", "environment_of", "installed"]


class Environment(Record, frozen=True, kw_only=True):
    """Where the distributions of a run lay: ``folders`` as in ``sys.path``, below ``prefix``.

    ``root`` is the project's. All are absolute, and need not exist any more.
    """

    prefix: str
    folders: tuple[str, ...]
    root: str = ""


def environment_of(interpreter: Interpreter | None, root: str) -> Environment | None:
    """Return the environment of a captured interpreter."""
    if interpreter is None or not Path(interpreter.prefix).is_absolute():
        return None
    version = ".".join(interpreter.version.split(".")[:2])
    python = f"{'pypy' if interpreter.implementation.lower() == 'pypy' else 'python'}{version}"
    homes = (interpreter.prefix, str(Path.home() / ".local"), interpreter.base_prefix)
    folders = [
        f"{home}/{lib}/{python}/{kind}-packages"
        for home in homes
        for lib in ("lib", "lib64", "local/lib")
        for kind in ("site", "dist")
    ]
    folders += [f"{interpreter.base_prefix}/lib/python3/dist-packages"]
    folders += [os.path.normpath(f"{root}/{path}") for path in interpreter.project_path]
    there = dict.fromkeys(folder for folder in folders if Path(folder).is_dir())
    return Environment(prefix=interpreter.prefix, folders=tuple(there), root=root)


def installed(environment: Environment) -> dict[tuple[str, str], Path]:
    """Return the metadata folders of what is there now, by name and version."""
    found: dict[tuple[str, str], Path] = {}
    for one in importlib.metadata.distributions(path=list(environment.folders)):
        info = Path(str(getattr(one, "_path", "")))
        if (info / "RECORD").is_file() and (info / "METADATA").is_file():
            found.setdefault((canonicalize_name(one.metadata["Name"]), one.version), info)
    return found
