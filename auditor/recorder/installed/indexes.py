"""Package indexes that pip and uv are set to use, without credentials.

Sources: pip's "Configuration" page (where the files lie, how variables are named) and uv's
"Configuration files", "Environment variables" and "Package indexes" pages.
"""

from __future__ import annotations

import configparser
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Tuple

__all__ = ["indexes"]

_VARIABLES = (
    "PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_DEFAULT_INDEX UV_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL"
).split()
_KEYS = ("index-url", "extra-index-url")
_SECTIONS = ("global", "install")
_MOST = 100
_NO_TOML = "%s is not read: this Python has no reader of TOML"
_UNREAD = "%s cannot be read: %s"


def indexes(
    root: str, prefix: str, variables: Mapping[str, str], system: str = "/"
) -> Tuple[List[str], List[str]]:
    """Return the indexes in the order of variables, pip's files and uv's, and what was not read.

    ``root`` is the project's folder, ``prefix`` the interpreter's; ``system`` is where ``etc``
    lies.
    """
    found: List[str] = []
    unread: List[str] = []
    for name in _VARIABLES:
        found += variables.get(name, "").split()
    for path in _pip_files(prefix, variables, system):
        found += _of_pip(path, unread)
    for path, table in _uv_files(root, variables, system):
        found += _of_uv(path, table, unread)
    return list(dict.fromkeys(map(_without_credentials, found)))[:_MOST], unread


def _pip_files(prefix: str, variables: Mapping[str, str], system: str) -> Iterator[str]:
    named = variables.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:  # says that none is read
        return
    home = variables.get("HOME", "")
    for folder in variables.get("XDG_CONFIG_DIRS", os.path.join(system, "etc/xdg")).split(":"):
        yield os.path.join(folder, "pip", "pip.conf")
    yield os.path.join(system, "etc", "pip.conf")
    if home:
        yield os.path.join(home, ".pip", "pip.conf")
        configuration = variables.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        yield os.path.join(configuration, "pip", "pip.conf")
    if prefix:
        yield os.path.join(prefix, "pip.conf")
    if named:
        yield named


def _of_pip(path: str, unread: List[str]) -> List[str]:
    text = _text(path, unread)
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        unread.append(_UNREAD % (path, "it is no configuration file of pip"))
        return []
    pairs = [(section, key) for section in _SECTIONS for key in _KEYS]
    return [word for pair in pairs for word in parser.get(*pair, fallback="").split()]


def _uv_files(
    root: str, variables: Mapping[str, str], system: str
) -> Iterator[Tuple[str, Tuple[str, ...]]]:
    """Yield path and table of uv's files: the project's, the user's, the system's."""
    named = variables.get("UV_CONFIG_FILE", "")
    if named:
        yield named, ()
        return
    if variables.get("UV_NO_CONFIG", "") not in {"", "0", "false"}:
        return
    own = os.path.join(root, "uv.toml")
    # A uv.toml stands before the table in pyproject.toml, which is then passed over.
    yield (
        (own, ())
        if os.path.lexists(own)
        else (
            os.path.join(root, "pyproject.toml"),
            ("tool", "uv"),
        )
    )
    home = variables.get("HOME", "")
    configuration = variables.get("XDG_CONFIG_HOME") or (home and os.path.join(home, ".config"))
    if configuration:
        yield os.path.join(configuration, "uv", "uv.toml"), ()
    yield os.path.join(system, "etc", "uv", "uv.toml"), ()


def _of_uv(path: str, table: Tuple[str, ...], unread: List[str]) -> Iterator[str]:
    text = _text(path, unread)
    if "index" not in text or ".".join(table) not in text:
        return
    try:
        import tomllib

        document: Any = tomllib.loads(text)
    except ImportError:
        unread.append(_NO_TOML % path)
        return
    except ValueError:
        unread.append(_UNREAD % (path, "it is no TOML"))
        return
    for step in table:
        document = document.get(step) if isinstance(document, dict) else None
    for part in (document, document.get("pip") if isinstance(document, dict) else None):
        if isinstance(part, dict):
            yield from _of_table(part)


def _of_table(table: Dict[str, Any]) -> Iterator[str]:
    rows = table.get("index")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("url"), str):
            yield row["url"]
    for key in _KEYS:
        value = table.get(key)
        for url in value if isinstance(value, list) else [value]:
            if isinstance(url, str):
                yield url


def _text(path: str, unread: List[str]) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        unread.append(_UNREAD % (path, getattr(error, "strerror", None) or "it is no text"))
        return ""


def _without_credentials(url: str) -> str:
    """Return ``url`` without user information, query and fragment, and uv's name before it."""
    url = re.sub(r"^[A-Za-z0-9._-]+=(?=[a-z]+://)", "", url)
    return re.sub(r"(?<=://)[^/?#\s]*@", "", url).partition("?")[0].partition("#")[0]
