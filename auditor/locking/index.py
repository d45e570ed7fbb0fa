"""Ask the package index, in a process of its own: ``python index.py REQUEST ANSWER`` (JSON files).

Runs ``pip-compile --generate-hashes`` over pins with two differences. Nothing is resolved, since
the versions are known, so no package is ever unpacked or run, and any target can be locked for.
And digests that the index publishes are believed, where pip-tools would download every file.
The user's own pip configuration (indexes, proxies, certificates) applies here, and stays here.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from pip._internal.exceptions import PipError
from pip._internal.models.candidate import InstallationCandidate
from pip._internal.models.link import Link
from pip._internal.req import InstallRequirement
from pip._vendor.packaging.utils import parse_wheel_filename
from piptools.exceptions import PipToolsError
from piptools.repositories import PyPIRepository
from piptools.resolver import BacktrackingResolver
from piptools.scripts import compile as pip_compile

__all__ = ["main"]

CHUNK = 1024 * 1024
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

    def get_hashes(self, ireq: InstallRequirement) -> set[str]:
        """Return the digests of all files of a pin, as ``sha256:…``."""
        if ireq.link is not None:
            hashes = {f"sha256:{ireq.link.hash}"}
            self.files[str(ireq.name)] = [{"file": ireq.link.filename, "digest": min(hashes)}]
            return hashes
        # Two indexes may offer the same file: a set.
        found = {(c.link.filename, self._digest(c.link)) for c in self.candidates(ireq)}
        rows = sorted(row for row in found if row[1])
        self.files[str(ireq.name)] = [{"file": file, "digest": digest} for file, digest in rows]
        return {digest for _file, digest in rows}

    def candidates(self, ireq: InstallRequirement) -> list[InstallationCandidate]:
        """Return the candidates of exactly the pinned version."""
        found = [
            candidate
            for candidate in self.find_all_candidates(str(ireq.name))
            if ireq.specifier.contains(candidate.version, prereleases=True)
        ]
        if not found:
            raise LookupError(f"no package index that answers has {ireq.name}{ireq.specifier}")
        return found

    def _digest(self, link: Link) -> str:
        if link.hash_name == "sha256":
            return f"sha256:{link.hash}"
        if link.is_file or not link.is_wheel or self._fits(link.filename):
            return str(self._get_file_hash(link))
        return ""

    def _fits(self, filename: str) -> bool:
        return any(str(tag) in self.tags for tag in parse_wheel_filename(filename)[3])


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
    """Download files by digest into a folder; return ``{"failures": {file: reason}}``."""
    index = Index(["--no-input", "--disable-pip-version-check"], cache_dir=request["cache"])
    failures = {}
    with index.allow_all_wheels():
        for wanted in request["files"]:
            try:
                _download(index, wanted, Path(request["folder"]) / wanted["file"])
            except FAILURES as error:
                failures[wanted["file"]] = last_line(str(error))
    return {"failures": failures}


def _download(index: Index, wanted: dict[str, str], target: Path) -> None:
    for link in _links(index, wanted):
        digest = hashlib.sha256()
        with target.open("wb") as file:
            for chunk in _chunks(index, link):
                digest.update(chunk)
                file.write(chunk)
        if f"sha256:{digest.hexdigest()}" == wanted["digest"]:
            return
        target.unlink()
    raise LookupError(f"no index offers {wanted['file']} with {wanted['digest']}")


def _links(index: Index, wanted: dict[str, str]) -> list[Link]:
    if wanted.get("url"):
        return [Link(wanted["url"])]
    candidates = index.find_all_candidates(wanted["name"])
    return [c.link for c in candidates if c.link.filename == wanted["file"]]


def _chunks(index: Index, link: Link) -> Iterator[bytes]:
    if link.is_file:
        with Path(link.file_path).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
        return
    response = index.session.get(
        link.url_without_fragment, headers={"Accept-Encoding": "identity"}, stream=True
    )
    response.raise_for_status()
    yield from response.iter_content(CHUNK)


def main(request: Path, answer: Path) -> int:
    """Carry out the request in a JSON file, and write the answer to another one."""
    asked = json.loads(request.read_text(encoding="utf-8"))
    done = lock(asked) if asked["mode"] == "lock" else fetch(asked)
    answer.write_text(json.dumps(done), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
