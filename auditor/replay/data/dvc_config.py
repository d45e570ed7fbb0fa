"""DVC's settings: where a repository's cache and remotes are.

https://doc.dvc.org/user-guide/project-structure/configuration
"""

from __future__ import annotations

import os
from configparser import Error, RawConfigParser
from pathlib import Path

from auditor.replay.data.map_path import is_url

__all__ = ["Settings", "repository"]

_KNOWN = ("s3://", "gs://", "https://", "http://")


def repository(project: Path) -> Path | None:
    """Return the nearest folder from ``project`` upward that has ``.dvc``, or ``None``."""
    folders = (project, *project.parents)
    return next((folder for folder in folders if (folder / ".dvc").is_dir()), None)


class Settings:
    """The settings of one repository: the user's, then the project's, then its local ones."""

    def __init__(self, root: Path) -> None:
        self.own = root / ".dvc"
        user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "dvc"
        self.values: dict[tuple[str, str], str] = {}
        for file in (user / "config", self.own / "config", self.own / "config.local"):
            self._read(file)

    @property
    def caches(self) -> tuple[Path, ...]:
        """Folders that may hold contents by MD5."""
        said = os.environ.get("DVC_CACHE_DIR") or self.values.get(("cache", "dir"))
        own = self.own / "cache"
        return tuple(dict.fromkeys((Path(said), own) if said else (own,)))

    @property
    def remotes(self) -> tuple[str, ...]:
        """Remotes that can be read: paths and addresses, the default one first."""
        urls = {
            section.removeprefix("remote").strip(" '\""): value
            for (section, name), value in self.values.items()
            if name == "url" and section.startswith("remote")
        }
        default = self.values.get(("core", "remote"), "")
        ordered = sorted(urls, key=lambda name: (name != default, name))
        return tuple(urls[name] for name in ordered if not _unknown(urls[name]))

    def _read(self, file: Path) -> None:
        parser = RawConfigParser(strict=False, inline_comment_prefixes=("#",))
        try:
            parser.read(file, encoding="utf-8")
        except (Error, OSError, UnicodeDecodeError):
            return  # what DVC could not read says nothing
        for section in parser.sections():
            for name, value in parser.items(section):
                plain = value.strip("'\"")
                if name in {"dir", "url"} and not is_url(plain):
                    plain = os.path.abspath(file.parent / plain)  # noqa: PTH100 - as DVC: no links
                self.values[section.strip("'\""), name] = plain


def _unknown(url: str) -> bool:
    return is_url(url) and not url.startswith(_KNOWN)
