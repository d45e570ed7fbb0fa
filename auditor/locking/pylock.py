"""``pylock.toml`` (PEP 751): what is locked, in the standard's form, the same for the same lock.

https://packaging.python.org/en/latest/specifications/pylock-toml. ``packaging.pylock`` reads and
checks such files, and writes none.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from auditor.locking.target import Target

__all__ = ["addresses", "package", "pylock", "replaced"]

Table = Mapping[str, Any]

_NAMES = {"linux": "linux", "macosx": "darwin", "win": "win32"}
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_FETCHED = frozenset({"http", "https", "file"})
_FOLDER = "wheels"  # beside the lock, as the Dockerfile has it


def pylock(packages: Iterable[Table], target: Target) -> str:
    """Return the text of a lock of ``packages`` for ``target``, sorted by name."""
    major, minor = target.version.split(".")[:2]
    return _text(
        {
            "lock-version": "1.0",
            "environments": [_marker(target)],
            "requires-python": f"=={major}.{minor}.*",
            "created-by": "auditor",
            "packages": sorted(packages, key=lambda row: str(row["name"])),
        }
    )


def package(name: str, version: str, **file: str) -> Table:
    """Return the entry of one file: its ``file`` name, ``digest``, and ``url`` if it has one."""
    entry: dict[str, Any] = {"name": file["file"]}
    if file.get("url"):
        entry["url"] = file["url"]
    else:
        entry["path"] = f"{_FOLDER}/{file['file']}"
    algorithm, _, digits = file["digest"].partition(":")
    entry["hashes"] = {algorithm: digits}
    row: dict[str, Any] = {"name": name, "version": version}
    return row | ({"wheels": [entry]} if file["file"].endswith(".whl") else {"sdist": entry})


def addresses(text: str) -> dict[str, str]:
    """Return where the files of a lock are, by name; nothing of a lock that cannot be read."""
    try:
        packages = tomllib.loads(text).get("packages", ())
        files = [one for row in packages for one in (*row.get("wheels", ()), row.get("sdist", {}))]
        found = {str(one["name"]): str(one["url"]) for one in files if "url" in one}
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError):
        return {}
    return {file: url for file, url in found.items() if urlsplit(url).scheme in _FETCHED}


def replaced(text: str, rows: Mapping[str, Table | None]) -> str:
    """Return the lock with other entries for some names, or with none."""
    if not text:
        return text
    document = tomllib.loads(text)
    others = [row for row in document["packages"] if row["name"] not in rows]
    packages = sorted((*others, *filter(None, rows.values())), key=lambda row: str(row["name"]))
    return _text(document | {"packages": packages}) if packages else ""


def _marker(target: Target) -> str:
    """Return the environment that the wheels were chosen for (PEP 508)."""
    system, _, rest = target.platform.partition("-")
    machine = rest.rpartition("-")[2] or rest
    conditions = {
        "implementation_name": target.implementation,
        "sys_platform": _NAMES.get(system, system),
        "platform_machine": machine,
    }
    return " and ".join(f"{name} == '{value}'" for name, value in conditions.items())


def _text(document: Table) -> str:
    lines = [f"{name} = {_value(value)}" for name, value in document.items() if name != "packages"]
    for row in document["packages"]:
        lines += ["", "[[packages]]"]
        lines += [f"{name} = {_value(value)}" for name, value in row.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:  # noqa: ANN401 - what TOML can say
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)
