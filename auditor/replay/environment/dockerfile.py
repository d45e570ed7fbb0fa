"""The text that the environment is built from: readable, and buildable by hand."""

from __future__ import annotations

import json
import shlex

from auditor.model.plan import Base, Lock
from auditor.replay.environment.pip_zip import PIP
from auditor.replay.planning.command import BIN, ENV

__all__ = ["dockerfile", "requirements_of"]

_BUILD = "/opt/auditor/build"
_TIME = 315619200  # 1980-01-02: in every time zone one that a zip can hold
_UNCOMPILED = "/(tests?|pip)/"
_WIDTH = 84
_TEXT = """\
# The environment of a recorded run. auditor replay --plan REF -o FOLDER writes what
# belongs beside this file; by hand it is:
#   requirements.txt   the lock, with hashes
#   wheels/            pip download --no-deps --require-hashes -r requirements.txt
#   pip.zip            the wheel of pip, under this name: so the base needs none
# Then: docker build --network none -t auditor-environment .
FROM {base}
ARG BUILD=by-hand
LABEL org.auditor.kind=environment org.auditor.build=$BUILD
USER 0:0
COPY . {build}
# The base may have no shell: its Python carries out what follows, up to each ;
RUN {run}
"""
_EACH = (
    "import itertools, shlex, subprocess, sys; "
    "words = shlex.split(' '.join(sys.argv[1:])); "
    "sys.exit(any(subprocess.call(list(line))"
    " for part, line in itertools.groupby(words, ';'.__ne__) if part))"
)
# Without site (-S), since .pth files of what was installed are code, and this is root of a build.
# The times of modules are in what they are compiled to, hence twice.
_FINISH = (
    "import compileall, os, re, sys, tempfile; from os import path; "
    "env, left, time = sys.argv[1:]; own = path.dirname(env); "
    "above = [tempfile.gettempdir(), path.dirname(own), own, env]; "
    "date = lambda: [os.utime(place, (int(time), int(time)), follow_symlinks=False) for place in"
    " [*above, *(path.join(folder, name)"
    " for folder, folders, files in os.walk(env) for name in folders + files)]]; "
    "date(); compileall.compile_dir(env, quiet=2, workers=0, rx=re.compile(left)); date()"
)


def dockerfile(base: Base, pip: str = f"{PIP}/pip") -> str:
    """Return the Dockerfile on ``base``; ``pip`` is where pip lies in the build context.

    One step installs, compiles and dates everything alike, so that the same lock on the same base
    gives the same layer. Packages are compiled by all cores, since the root of a replay is
    read-only: all but pip and tests, more than half of the work, which runs do not import. What
    cannot be compiled is left as it is.
    """
    return _TEXT.format(base=base.reference, build=_BUILD, run=_run(base.python, pip))


def requirements_of(lock: Lock) -> str:
    """Return what is installed: of each locked distribution, exactly the file that was chosen."""
    lines = [
        f"{wheel.name}=={wheel.version} \\\n    --hash={wheel.digest}\n"
        for wheel in sorted(lock.wheels, key=lambda wheel: wheel.name)
        if wheel.file.endswith(".whl")
    ]
    return "".join(lines) or "# nothing could be locked\n"


def _run(base_python: str, pip: str) -> str:
    """Return the one step in exec form, a line a command."""
    python = f"{BIN}/python"
    options = ["--no-index", "--require-hashes", "--no-deps", "--no-compile", "--no-cache-dir"]
    options += ["--ignore-installed", "--disable-pip-version-check", "--root-user-action=ignore"]
    options += ["--no-warn-script-location", "--find-links", f"{_BUILD}/wheels"]
    options += ["--requirement", f"{_BUILD}/requirements.txt"]
    lines = [
        [base_python, "-I", "-B", "-m", "venv", "--without-pip", ENV],
        [python, "-I", "-B", f"{_BUILD}/{pip}", "install", *options],
        [python, "-I", "-S", "-B", "-c", _FINISH, ENV, _UNCOMPILED, str(_TIME)],
    ]
    rows = [row for line in lines for row in _folded(f"{shlex.join(line)} ;")]
    first = json.dumps([base_python, "-I", "-B", "-c", _EACH])[:-1]
    return ", \\\n    ".join([first, *(json.dumps(row) for row in rows)]) + "]"


def _folded(text: str) -> list[str]:
    """Return the text in rows that, joined by spaces, are the text again."""
    rows = [""]
    for number, word in enumerate(text.split(" ")):
        if number and len(rows[-1]) + len(word) >= _WIDTH:
            rows.append(word)
        else:
            rows[-1] += f" {word}" if number else word
    return rows
