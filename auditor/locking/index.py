"""Ask the package index, in a process of its own: ``python index.py REQUEST ANSWER`` (JSON files).

Runs ``pip-compile --generate-hashes`` over pins with two differences. Nothing is resolved, since
the versions are known, so no package is ever unpacked or run, and any target can be locked for.
And digests that the index publishes are believed, where pip-tools would download every file.
The user's own pip configuration (indexes, proxies, certificates) applies here, and stays here.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

from pip._internal.exceptions import PipError
from pip._internal.models.candidate import InstallationCandidate
from pip._internal.models.link import Link
from pip._internal.network.session import PipSession
from pip._internal.req import InstallRequirement
from pip._vendor.packaging.utils import parse_wheel_filename
from pip._vendor.packaging.version import Version
from piptools.exceptions import PipToolsError
from piptools.repositories import PyPIRepository
from piptools.resolver import BacktrackingResolver
from piptools.scripts import compile as pip_compile

from auditor.locking.download import download

__all__ = ["main"]

SIDE_BY_SIDE = 8
FAILURES = (LookupError, OSError, PipError, PipToolsError, ValueError)
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
    "--no-config",
    "--pip-args=--no-deps --no-input --disable-pip-version-check",
)


class Index(PyPIRepository):
    """The user's indexes. Remembers which files each pin has, with their digests."""

    tags: ClassVar[frozenset[str]] = frozenset()
    files: ClassVar[dict[str, list[dict[str, str]]]] = {}
    failures: ClassVar[dict[str, str]] = {}

    def __init__(self, pip_args: list[str], cache_dir: str) -> None:
        super().__init__(pip_args, cache_dir)
        # What fits is decided for the target, not for the Python that runs this.
        self._finder = self.command._build_package_finder(  # noqa: SLF001 - as pip-tools does
            options=self.options, session=self.session, ignore_requires_python=True
        )
        self._one_at_a_time = threading.Lock()
        self._own = threading.local()

    def get_hashes(self, ireq: InstallRequirement) -> set[str]:
        """Return the digests of all files of a pin, as ``sha256:…``."""
        if ireq.link is not None:
            hashes = {f"sha256:{ireq.link.hash}"}
            self.files[str(ireq.name)] = [_row(ireq.link, min(hashes))]
            return hashes
        links = [candidate.link for candidate in self.candidates(ireq)]
        rows = [_row(link, digest) for link in links if (digest := self._digest(link))]
        self.files[str(ireq.name)] = sorted(rows, key=lambda row: sorted(row.items()))
        return {row["digest"] for row in rows}

    def candidates(self, ireq: InstallRequirement) -> list[InstallationCandidate]:
        """Return the candidates of exactly the pinned version: 1.0 is not 1.0+cpu."""
        wanted = Version(next(iter(ireq.specifier)).version)
        found = [
            candidate
            for candidate in self.find_all_candidates(str(ireq.name))
            if candidate.version == wanted
        ]
        if not found:
            raise LookupError(f"no package index that answers has {ireq.name}{ireq.specifier}")
        return found

    def links(self, name: str, file: str) -> list[Link]:
        """Return where a file of this name is, on all indexes."""
        with self._one_at_a_time:
            found = self.find_all_candidates(name)
        return [candidate.link for candidate in found if candidate.link.filename == file]

    def own_session(self) -> PipSession:
        """Return the session of this thread."""
        if not hasattr(self._own, "session"):
            self._own.session = self.command._build_session(self.options)  # noqa: SLF001 - as above
        session: PipSession = self._own.session
        return session

    def _digest(self, link: Link) -> str:
        if link.hash_name == "sha256":
            return f"sha256:{link.hash}"
        if link.is_file or not link.is_wheel or self._fits(link.filename):
            return str(self._get_file_hash(link))
        return ""

    def _fits(self, filename: str) -> bool:
        return any(str(tag) in self.tags for tag in parse_wheel_filename(filename)[3])


def _row(link: Link, digest: str) -> dict[str, str]:
    return {"file": link.filename, "digest": digest, "url": link.url_without_fragment}


class Pins(BacktrackingResolver):
    """Takes every pin as it is; one that cannot be locked does not end the others."""

    def resolve(self, max_rounds: int = 10) -> set[InstallRequirement]:
        """Return the pins that have files, and note the failures of the others."""
        del max_rounds
        self.found: dict[InstallRequirement, set[str]] = {}
        with self.repository.allow_all_wheels():
            for pin in self.constraints:
                try:
                    self.found[pin] = self.repository.get_hashes(pin)
                except FAILURES as error:
                    Index.failures[str(pin.name)] = last_line(str(error))
        return set(self.found)

    def resolve_hashes(self, ireqs: set[InstallRequirement]) -> dict[InstallRequirement, set[str]]:
        """Return the digests that were found."""
        return {pin: self.found[pin] for pin in ireqs}


def last_line(text: str) -> str:
    """Return the last line of ``text`` that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


def lock(request: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"requirements", "files": {name: […]}, "failures": {name: reason}}``."""
    Index.tags = frozenset(request["tags"])
    vars(pip_compile).update(PyPIRepository=Index, BacktrackingResolver=Pins)
    with tempfile.TemporaryDirectory() as folder:
        pins, output = Path(folder) / "pins.in", Path(folder) / "lock.txt"
        pins.write_text("\n".join(request["pins"]) + "\n", encoding="utf-8")
        arguments = [*OPTIONS, "--cache-dir", request["cache"], "-o", str(output), str(pins)]
        pip_compile.cli.main(args=arguments, standalone_mode=False)
        text = output.read_text(encoding="utf-8")
    return {"requirements": text, "files": Index.files, "failures": Index.failures}


def fetch(request: dict[str, Any]) -> dict[str, Any]:
    """Download files by digest into a folder, side by side; return ``{"failures": …}`` by file."""
    index = Index(["--no-input", "--disable-pip-version-check"], cache_dir=request["cache"])
    folder, parts = Path(request["folder"]), Path(request["parts"])
    failures = {}

    def bring(wanted: dict[str, str]) -> None:
        try:
            _bring(index, wanted, folder / wanted["file"], parts)
        except FAILURES as error:
            failures[wanted["file"]] = last_line(str(error))

    with index.allow_all_wheels(), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(bring, request["files"]))
    return {"failures": failures}


def _bring(index: Index, wanted: dict[str, str], target: Path, parts: Path) -> None:
    """Try the address that is known, then every index: what has the digest is the file."""
    problem: Exception = LookupError(f"no index offers {wanted['file']} with {wanted['digest']}")
    try:
        known = [Link(wanted["url"])] if wanted.get("url") else []
        if _one_of(known, index, wanted["digest"], target, parts):
            return
    except FAILURES as error:
        problem = error
    try:
        others = index.links(wanted["name"], wanted["file"])
        if _one_of(others, index, wanted["digest"], target, parts):
            return
    except FAILURES as error:
        problem = problem if wanted.get("url") else error
    raise problem


def _one_of(links: list[Link], index: Index, digest: str, target: Path, parts: Path) -> bool:
    return any(download(index.own_session(), link, digest, target, parts) for link in links)


def main(request: Path, answer: Path) -> int:
    """Carry out the request in a JSON file, and write the answer to another one."""
    asked = json.loads(request.read_text(encoding="utf-8"))
    done = lock(asked) if asked["mode"] == "lock" else fetch(asked)
    answer.write_text(json.dumps(done), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
