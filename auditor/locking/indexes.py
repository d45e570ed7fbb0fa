"""Which package indexes pip is configured with, read as pip reads it, for programs other than pip.

https://pip.pypa.io/en/stable/topics/configuration: variables win over files, ``[install]`` over
``[global]``, later files over earlier ones.
"""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from auditor import redaction
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes
from auditor.model.record import Record

__all__ = ["Indexes", "configuration", "configured", "told"]

_PYPI = "https://pypi.org/simple"
_TRUE = {"1", "true", "yes", "on", "t", "y"}


class Indexes(Record, frozen=True, kw_only=True):
    """Addresses as configured, credentials and all: never to be written or shown."""

    urls: tuple[str, ...]
    links: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    cert: str = ""
    proxy: str = ""


def configured() -> Indexes:
    """Return what pip would ask: extra indexes first. A local folder that is not there is none."""
    settings = _settings()

    def several(name: str) -> tuple[str, ...]:
        return tuple(settings.get(name, "").split())

    urls: tuple[str, ...] = ()
    if settings.get("no-index", "").lower() not in _TRUE:
        urls = (*several("extra-index-url"), settings.get("index-url", "").strip() or _PYPI)
    return Indexes(
        urls=tuple(dict.fromkeys(url.rstrip("/") for url in urls if _there(url))),
        links=tuple(link for link in several("find-links") if _there(link)),
        trusted=several("trusted-host"),
        cert=settings.get("cert", "").strip(),
        proxy=settings.get("proxy", "").strip(),
    )


def told(indexes: Indexes) -> str:
    """Return which indexes are asked, for people: without credentials."""
    addresses = [redaction.url(url) for url in (*indexes.urls[::-1], *indexes.links)]
    return ", ".join(addresses) or "no index, as pip is configured"


def configuration() -> str:
    """Return a digest of pip's configuration; the text itself may hold passwords."""
    variables = sorted((k, v) for k, v in os.environ.items() if k.startswith("PIP_"))
    files = [(str(path), _text(path)) for path in _files()]
    return digest_bytes(canonical([variables, files]))


def _settings() -> dict[str, str]:
    parts: dict[str, dict[str, str]] = {"global": {}, "install": {}}
    for path in _files():
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(_text(path))
        except configparser.Error:
            continue
        for section, values in parts.items():
            if parser.has_section(section):
                values.update({_key(key): value for key, value in parser.items(section)})
    variables = {
        _key(name.removeprefix("PIP_")): value
        for name, value in os.environ.items()
        if name.startswith("PIP_")
    }
    return parts["global"] | parts["install"] | variables


def _key(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")


def _files() -> tuple[Path, ...]:
    chosen = os.environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return ()
    home = Path.home()
    user = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return (
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        user / "pip" / "pip.conf",
        Path(sys.prefix) / "pip.conf",
        *([Path(chosen)] if chosen else []),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _there(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        return True
    return bool(address) and Path(unquote(parts.path) if parts.scheme else address).exists()
