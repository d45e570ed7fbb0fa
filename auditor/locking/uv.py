"""The fast backend: ``uv pip compile``, where there is one.

uv asks the same indexes, all at once. It prefers the first index that has a version, where pip
takes every index for the same: so each is asked first in turn, and what they offer is added up.
What uv cannot lock (source distributions, since nothing may be built; files without digests, as in
local folders) is left to pip-tools. One difference stays: the source distribution of a version
whose wheels are on another index is not among its digests.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from auditor.locking.backend import Answer, Found
from auditor.locking.indexes import Indexes, configured
from auditor.locking.pins import Pin
from auditor.locking.selection import Offer, offered
from auditor.locking.target import Target

__all__ = ["Uv", "find_uv"]

_SECONDS = 300.0
_OPTIONS = (
    "--generate-hashes",
    "--no-deps",
    "--no-build",  # nothing of a package is run
    "--universal",  # any target: which file fits is chosen afterwards
    "--no-header",
    "--no-annotate",
    "--quiet",
)
_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==")
_HASH = re.compile(r"--hash=(\S+)")


def find_uv() -> str | None:
    """Return the path of uv: on PATH, else that of the installed package."""
    if found := shutil.which("uv"):
        return found
    if importlib.util.find_spec("uv") is None:
        return None
    import uv  # noqa: PLC0415 - an extra that may be missing

    try:
        return str(uv.find_uv_bin())
    except FileNotFoundError:
        return None


class Uv:
    """Looks at what indexes publish, and believes it."""

    def __init__(self, program: str) -> None:
        self._program = program

    def find(self, pins: tuple[Pin, ...], target: Target, cache: Path) -> Answer:
        """Return what uv can lock. What it cannot is in no part of the answer."""
        indexes = configured()
        published = any(urlsplit(url).scheme in {"http", "https"} for url in _all(indexes))
        if target.implementation != "cpython" or not published:
            return Answer()
        left = {pin.name: pin for pin in pins}
        found: dict[str, Found] = {}
        for first in range(max(len(indexes.urls), 1)):
            rotated = (*indexes.urls[first:], *indexes.urls[:first])
            environment = _environment(indexes, rotated, cache)
            rows = self._compile(left, target, environment)
            left = {name: pin for name, pin in left.items() if name in rows}
            for name, row in rows.items():
                found[name] = _added(found[name], row) if name in found else row
        return Answer(found={name: row for name, row in found.items() if name in left})

    def _compile(
        self, pins: dict[str, Pin], target: Target, environment: dict[str, str]
    ) -> dict[str, Found]:
        left = dict(pins)
        version = target.version.partition("+")[0]
        while left:
            with tempfile.TemporaryDirectory(prefix="auditor-uv-") as folder:
                given, made = Path(folder) / "pins.in", Path(folder) / "requirements.txt"
                given.write_text("".join(f"{pin.line()}\n" for pin in left.values()), "utf-8")
                argv = [self._program, "pip", "compile", *_OPTIONS, "--python", sys.executable]
                argv += ["--python-version", version, *_no_index(environment), str(given), "-o"]
                problem = _run([*argv, str(made)], environment, folder)
                listed = made.with_name("pylock.toml")
                if not problem:
                    problem = _run([*argv, str(listed)], environment, folder)
                if not problem:
                    return _read(made.read_text("utf-8"), listed.read_text("utf-8"), left)
            named = {canonicalize_name(name) for name in _NAMED.findall(problem)} & left.keys()
            if not named:
                return {}
            left = {name: pin for name, pin in left.items() if name not in named}
        return {}


def _all(indexes: Indexes) -> tuple[str, ...]:
    return (*indexes.urls, *indexes.links)


def _run(argv: list[str], environment: dict[str, str], folder: str) -> str:
    """Return what uv says, where it fails."""
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            cwd=folder,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr or "it gave no reason" if done.returncode else ""


def _environment(indexes: Indexes, urls: tuple[str, ...], cache: Path) -> dict[str, str]:
    """Return the variables that uv gets: others' command lines can be seen, their variables not."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("UV_")}
    kept |= {
        "UV_CACHE_DIR": str(cache / "uv"),
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_KEYRING_PROVIDER": os.environ.get("UV_KEYRING_PROVIDER", "disabled"),
        "UV_INDEX": " ".join(urls[:-1]),
        "UV_DEFAULT_INDEX": urls[-1] if urls else "",
        "UV_FIND_LINKS": ",".join(indexes.links),
        "UV_INSECURE_HOST": " ".join(indexes.trusted),
    }
    if indexes.cert:
        kept["SSL_CERT_FILE"] = indexes.cert
    if indexes.proxy:
        kept |= {"HTTP_PROXY": indexes.proxy, "HTTPS_PROXY": indexes.proxy}
    return {name: value for name, value in kept.items() if value or not name.startswith("UV_")}


def _no_index(environment: dict[str, str]) -> list[str]:
    return [] if "UV_DEFAULT_INDEX" in environment else ["--no-index"]


def _read(requirements: str, listed: str, pins: dict[str, Pin]) -> dict[str, Found]:
    """Return what uv locked whole, at the version that was asked for."""
    offers = {row["name"]: row for row in tomllib.loads(listed).get("packages", ())}
    found: dict[str, Found] = {}
    for block in re.split(r"\n(?=\S)", requirements):
        raw, _, version = block.strip().partition(" ")[0].partition("==")
        name = str(canonicalize_name(raw))
        hashes = tuple(sorted(set(_HASH.findall(block))))
        if not hashes or name not in pins or not _same(version, pins[name].version):
            continue
        wheels = offers.get(name, {}).get("wheels", ())
        if all(digest.startswith("sha256:") for digest in hashes):
            found[name] = Found(hashes=hashes, offers=tuple(_offer(row) for row in wheels))
    return found


def _offer(row: dict[str, Any]) -> Offer:
    url = row["url"]
    name = row.get("name") or unquote(urlsplit(url).path.rpartition("/")[2])
    return offered(name, f"sha256:{row['hashes']['sha256']}", url)


def _same(one: str, other: str) -> bool:
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def _added(one: Found, other: Found) -> Found:
    return Found(
        hashes=tuple(sorted({*one.hashes, *other.hashes})),
        offers=tuple(sorted({*one.offers, *other.offers}, key=lambda o: (o.file, o.digest, o.url))),
    )
