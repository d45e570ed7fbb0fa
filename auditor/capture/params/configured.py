"""Parameters in configuration files that the run read, and in those that Hydra wrote for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from auditor import redaction
from auditor.capture.contents import Keeping
from auditor.capture.params.leaves import SUFFIXES, leaves_of
from auditor.model.digest import digest_bytes
from auditor.model.fact import Fact, declared, recorded, unknown
from auditor.model.files import File

__all__ = ["composed", "configured"]

_MOST_BYTES = 256 * 1024
_MOST_FILES = 50
_MOST = 2000
_HYDRA = ".hydra"
_COMPOSED = frozenset({"config.yaml", "overrides.yaml"})
# Of tools and packages, not of what is run.
_OTHERS = frozenset(
    {
        *("package.json", "package-lock.json", "npm-shrinkwrap.json", "tsconfig.json"),
        *("composer.json", "pyproject.toml", "setup.cfg", "tox.ini", "mypy.ini", "pytest.ini"),
        *("environment.yml", "environment.yaml", "conda-lock.yml", "pnpm-lock.yaml", "Cargo.toml"),
        *("dvc.yaml", "docker-compose.yml", "docker-compose.yaml", "compose.yaml", "pyvenv.cfg"),
        ".pre-commit-config.yaml",
    }
)
_TRACKERS = frozenset({"mlruns", "wandb"})


def configured(inputs: tuple[File, ...], keeping: Keeping) -> dict[str, Fact[str]]:
    """Return each leaf as ``config.yaml#/model/lr``: configured, which is not seen in effect.

    A file that is passed over is unknown under its own name, with the reason.
    """
    found: dict[str, Fact[str]] = {}
    for number, file in enumerate(file for file in inputs if _is_config(file.path)):
        if number >= _MOST_FILES or len(found) >= _MOST:
            found[file.path] = unknown("too many configuration files were read", file.path)
            if number >= 2 * _MOST_FILES:
                break
            continue
        try:
            for name, value in _leaves(file, file.path, keeping):
                found[name] = declared(value, file.path)
        except ValueError as error:
            found[file.path] = unknown(str(error), file.path)
    return found


def composed(outputs: tuple[File, ...], keeping: Keeping) -> dict[str, Fact[str]]:
    """Return the leaves of the configuration that Hydra composed, and its overrides.

    The folder of one run is left out of the names: it is that of the day.
    """
    written = tuple(file for file in outputs if _is_composed(file.path))
    files = keeping.kept(recorded(written[:_MOST_FILES], _HYDRA)).value or ()
    alone = len({PurePosixPath(file.path).parent for file in files}) == 1
    found: dict[str, Fact[str]] = {}
    for file in files:
        short = f"{_HYDRA}/{PurePosixPath(file.path).name}" if alone else file.path
        try:
            for name, value in _leaves(file, short, keeping):
                found[name] = recorded(value, file.path)
        except ValueError as error:
            found[short] = unknown(str(error), file.path)
    return found


def _is_config(path: str) -> bool:
    place = PurePosixPath(path)
    return (
        not place.is_absolute()
        and place.suffix.lower() in SUFFIXES
        and place.name not in _OTHERS
        and not _TRACKERS.intersection(place.parts)
    )


def _is_composed(path: str) -> bool:
    place = PurePosixPath(path)
    return place.parent.name == _HYDRA and place.name in _COMPOSED


def _leaves(file: File, name: str, keeping: Keeping) -> Iterator[tuple[str, str]]:
    leaves = dict(leaves_of(file.path, _content(file, keeping)))
    for pointer, value in redaction.masked_values(leaves)[0].items():
        yield f"{name}#{pointer}", redaction.url(value) if "://" in value else value


def _content(file: File, keeping: Keeping) -> bytes:
    """Return a file as it was when it was opened. Raises ``ValueError`` where it is lost."""
    if file.size is not None and file.size > _MOST_BYTES:
        raise ValueError(f"has more than {_MOST_BYTES // 1024} KiB")
    path = _place(file, keeping)
    if path is None:
        raise ValueError(file.reason or "lies outside the tree of the replay")
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror or error}") from None
    if file.digest is None or digest_bytes(data) != file.digest:
        raise ValueError(file.reason or "changed before it could be read")
    return data


def _place(file: File, keeping: Keeping) -> Path | None:
    if file.kept and file.digest is not None:
        return keeping.objects.path(file.digest)
    return keeping.path_of(file.path)
