"""Download locked files into the cache, by digest; and wheels that builds need."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from auditor.errors import MachineError, NotReplayedError
from auditor.locking.cache import cached, place, take_in
from auditor.locking.child import ask
from auditor.locking.lock import Progress
from auditor.locking.target import Target, supported
from auditor.model.facts import Distribution
from auditor.model.plan import LockedWheel

__all__ = ["build_requirements", "fetch"]

_SECONDS = 3600.0
_BUILD_SECONDS = 600.0


def fetch(
    wheels: tuple[LockedWheel, ...],
    dependencies: tuple[Distribution, ...],
    cache: Path,
    progress: Progress,
) -> dict[str, str]:
    """Bring every file into the cache; return ``{file: reason}`` of those that could not be had.

    Nothing of a package is run, whatever kind of file it is. Raises ``NotReplayedError`` where
    the index cannot be asked at all, ``MachineError`` where the cache cannot be written.
    """
    missing = [wheel for wheel in wheels if not cached(cache, wheel)]
    if not missing:
        return {}
    progress(f"downloading {len(missing)} of {len(wheels)} distributions")
    urls = {item.name: item.origin.url for item in dependencies if item.origin is not None}
    folder = _staging(cache)
    with tempfile.TemporaryDirectory(dir=folder) as staging:
        files = [
            {"name": w.name, "file": place(cache, w).name, "digest": w.digest}
            | ({"url": urls[w.name]} if w.name in urls else {})
            for w in missing
        ]
        request = {"mode": "fetch", "files": files, "folder": staging}
        answer = ask(request | {"cache": str(cache / "pip-tools")}, _SECONDS)
        for wheel in missing:
            if wheel.file not in answer["failures"]:
                take_in(cache, wheel, Path(staging) / wheel.file)
    failures: dict[str, str] = answer["failures"]
    return failures


def build_requirements(requirements: tuple[str, ...], target: Target, folder: Path) -> None:
    """Download the wheels that a build needs, with what they need themselves, into ``folder``.

    Only wheels are considered, so nothing is run. Raises ``NotReplayedError`` with pip's reason.
    """
    argv = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-input"]
    argv += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(folder)]
    argv += [*_target_arguments(target), *requirements]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False, cwd=folder
        )
    except subprocess.TimeoutExpired:
        raise NotReplayedError("its build requirements did not arrive in time") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1].removeprefix("ERROR: ") if lines else "pip gave no reason"
        raise NotReplayedError(f"its build requirements cannot be had as wheels: {reason}")


def _target_arguments(target: Target) -> list[str]:
    tags = [tag.split("-") for tag in supported(target)]
    abis = dict.fromkeys(abi for _python, abi, _platform in tags)
    platforms = dict.fromkeys(platform for _python, _abi, platform in tags)
    implementation = "pp" if target.implementation == "pypy" else "cp"
    arguments = ["--python-version", target.version.partition("+")[0]]
    arguments += ["--implementation", implementation]
    for abi in abis:
        arguments += ["--abi", abi]
    for platform in platforms:
        if platform != "any":
            arguments += ["--platform", platform]
    return arguments


def _staging(cache: Path) -> Path:
    folder = cache / "staging"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"cannot write to the cache {cache}: {error.strerror}") from None
    return folder
