"""Wheels made by hand, a virtual environment to install them in, and what is there afterwards."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import auditor
from auditor.capture.environment import _distribution
from auditor.locking import Environment, Target
from auditor.model.facts import Distribution

Files = dict[str, str]
HERE = Target(
    implementation="cpython",
    version=sys.version.split()[0],
    soabi=str(sysconfig.get_config_var("SOABI")),
    platform=sysconfig.get_platform(),
    libc="glibc 2.31",
)


def make_wheel(folder: Path, name: str, files: Files, version: str = "1.0", **info: str) -> Path:
    """Write a wheel with ``files``; ``info`` are further files of its metadata folder."""
    stem = f"{name}-{version}"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    wheel = "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    own = {"METADATA": metadata, "WHEEL": wheel} | info
    members = files | {f"{stem}.dist-info/{key}": text for key, text in own.items()}
    rows = [f"{path},sha256={_hash(text)},{len(text)}" for path, text in members.items()]
    rows.append(f"{stem}.dist-info/RECORD,,")
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in (members | {f"{stem}.dist-info/RECORD": "\n".join(rows)}).items():
            archive.writestr(member, text)
    return path


def make_environment(folder: Path) -> Path:
    """Return the site-packages of a new virtual environment without anything in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return folder / "lib" / version / "site-packages"


def install(folder: Path, *arguments: str | Path) -> None:
    """Install into the environment at ``folder``, dependencies left out."""
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    subprocess.run(
        [*pip, "--quiet", "--no-deps", "--disable-pip-version-check", *arguments], check=True
    )


def captured(folder: Path, work: Path) -> tuple[Distribution, ...]:
    """Return what the recorder says is installed in the environment at ``folder``."""
    python = folder / "bin" / "python"
    code = "import json, sys; print(json.dumps(sys.path[1:]))"
    path = json.loads(subprocess.check_output([python, "-c", code]))
    question, answer = work / "question.json", work / "answer.json"
    question.write_text(
        json.dumps({"executable": str(python), "prefix": str(folder), "path": path})
    )
    script = Path(auditor.__file__).parent / "recorder" / "inventory.py"
    subprocess.run([python, "-I", "-S", script, question, answer], check=True)
    rows = [_distribution(row) for row in json.loads(answer.read_text())["distributions"]]
    assert all(rows)
    return tuple(row for row in rows if row is not None)


def environment(folder: Path, site: Path, root: Path | None = None) -> Environment:
    """Return the environment at ``folder`` as a lock looks for it."""
    return Environment(prefix=str(folder), folders=(str(site),), root=str(root or folder.parent))


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
