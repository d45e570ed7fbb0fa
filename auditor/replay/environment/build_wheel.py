"""Build the wheel of a source distribution in a container without a network."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from auditor.errors import NotReplayedError
from auditor.hashing import hash_file
from auditor.locking import build_requirements, cached, place, requires_of, take_in
from auditor.locking.cache import load, save
from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes
from auditor.model.plan import Limits, LockedWheel, Mount
from auditor.replay.base.choose import Chosen
from auditor.replay.base.python import target
from auditor.replay.engines import Container, Engine
from auditor.replay.environment.pip_zip import pip_folder
from auditor.replay.planning.limits import room_here
from auditor.replay.running.disk import Disk
from auditor.replay.tree.layout import give_away

__all__ = ["build_wheel"]

_FOLDER = "/opt/auditor/build"
_HOME = "/opt/auditor/home"
_MOST = 8 << 30  # bytes on the disk: of the wheel, and of what is left of its build
_SECONDS = 1800.0
_EPOCH = "315532800"  # 1980, the oldest time in a zip: the same source gives the same wheel


def build_wheel(
    source: LockedWheel, chosen: Chosen, cache: Path, engine: Engine, user: str
) -> LockedWheel:
    """Return the wheel built from ``source``, now in the cache.

    Its code runs in the container only. Raises ``NotReplayedError`` with the reason where it
    cannot be built (often: it needs a compiler, which the base lacks).
    """
    requires = requires_of(place(cache, source))
    base = chosen.image.layers if chosen.base.kind == "host" else chosen.image.id
    key = digest_bytes(canonical(["wheel", source, base, requires]))
    kept = load(cache, key, LockedWheel)
    if kept is not None and cached(cache, kept[0]):
        return kept[0]
    with tempfile.TemporaryDirectory(dir=cache, prefix="build-") as name:
        work = Path(name)
        wheels, output, sources = work / "wheels", work / "output", work / "source"
        for folder in (wheels, output, sources):
            folder.mkdir()
        shutil.copyfile(place(cache, source), sources / source.file)
        build_requirements(requires, target(chosen.python), wheels)
        give_away(output, user)
        _run(source, chosen, engine, work, user)
        built = _take(source, output, cache)
    save(cache, key, built)
    return built


def _run(source: LockedWheel, chosen: Chosen, engine: Engine, work: Path, user: str) -> None:
    memory = room_here(engine.abilities().memory).memory * 9 // 10
    options = ["--no-index", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    folders = ("source", "wheels", "output")
    container = Container(
        image=chosen.image.id,
        argv=(
            *(chosen.python.executable, "-I", f"{_FOLDER}/pip", "wheel", *options),
            *("--find-links", f"{_FOLDER}/wheels", "--wheel-dir", f"{_FOLDER}/output"),
            f"{_FOLDER}/source/{source.file}",
        ),
        user=user,
        variables={"HOME": _HOME, "SOURCE_DATE_EPOCH": _EPOCH},
        mounts=(
            Mount(source=str(pip_folder()), target=f"{_FOLDER}/pip", read_only=True),
            *(
                Mount(source=str(work / n), target=f"{_FOLDER}/{n}", read_only=n != "output")
                for n in folders
            ),
        ),
        scratch=("/tmp", _HOME),  # noqa: S108 - in the container
        limits=Limits(network="none", timeout=_SECONDS, memory=memory, disk=_MOST, file=_MOST),
        talk=True,
        watch=Disk((work / "output",), _MOST),
    )
    ended = engine.run(container)
    if ended.stopped:
        raise NotReplayedError(f"its wheel could not be built: {ended.stopped}")
    if ended.code:
        raise NotReplayedError(f"its wheel could not be built: {_reason(ended.output)}")


def _take(source: LockedWheel, output: Path, cache: Path) -> LockedWheel:
    files = [path for path in output.glob("*.whl") if path.is_file() and not path.is_symlink()]
    if len(files) != 1:
        raise NotReplayedError(f"its build left {len(files)} wheels where one was expected")
    digest = hash_file(files[0])[0]
    built = LockedWheel(name=source.name, version=source.version, file=files[0].name, digest=digest)
    take_in(cache, built, files[0])
    return built


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line.lower() and "subprocess" not in line]
    return (telling or lines or ["it gave no reason"])[0 if telling else -1][:300]
