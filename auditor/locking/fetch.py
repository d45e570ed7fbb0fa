"""Download locked files into the cache, by digest; and wheels that builds need."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

from auditor.errors import NotReplayedError
from auditor.locking.cache import cached, place, staging, take_in
from auditor.locking.child import ask
from auditor.locking.progress import Progress
from auditor.locking.pylock import addresses
from auditor.locking.target import Target, supported
from auditor.model.plan import Lock

__all__ = ["build_requirements", "fetch"]

_NOT_HERE = "it comes from no index, and the store does not hold it"
_SECONDS = 3600.0
_BUILD_SECONDS = 600.0


def fetch(lock: Lock, cache: Path, progress: Progress) -> dict[str, str]:
    """Bring every file into the cache; return ``{file: reason}`` of those that could not be had.

    Nothing of a package is run, whatever kind of file it is. Raises ``NotReplayedError`` where
    the index cannot be asked at all, ``MachineError`` where the cache cannot be written.
    """
    missing = [wheel for wheel in lock.wheels if not cached(cache, wheel)]
    failures = {wheel.file: _NOT_HERE for wheel in missing if wheel.kept}
    missing = [wheel for wheel in missing if not wheel.kept]
    if not missing:
        return failures
    progress(f"downloading {len(missing)} of {len(lock.wheels)} distributions")
    urls = addresses(lock.pylock)
    parts = staging(cache)
    with tempfile.TemporaryDirectory(dir=parts) as folder:
        files = [
            {"name": wheel.name, "file": place(cache, wheel).name, "digest": wheel.digest}
            | ({"url": urls[wheel.file]} if wheel.file in urls else {})
            for wheel in missing
        ]
        request = {"mode": "fetch", "files": files, "folder": folder, "parts": str(parts)}
        answer = ask(request | {"cache": str(cache / "pip-tools")}, _SECONDS)
        failures |= answer["failures"]
        for wheel in missing:
            if wheel.file not in failures:
                take_in(cache, wheel, Path(folder) / wheel.file)
    return failures


def build_requirements(requirements: tuple[str, ...], target: Target, folder: Path) -> None:
    """Download the wheels that a build needs, with what they need themselves, into ``folder``.

    Only wheels of the indexes are considered, so nothing is run. Raises ``NotReplayedError`` with
    pip's reason.
    """
    # What has an address of its own is taken whatever it is: pip runs source to know what it needs
    if direct := [one for one in requirements if Requirement(one).url]:
        raise NotReplayedError(f"its build wants {direct[0]}, which comes from no index")
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
