"""The text that the environment is built from: readable, and buildable by hand."""

from __future__ import annotations

import json

from auditor.model.plan import Base, Lock
from auditor.replay.command import BIN, ENV

__all__ = ["dockerfile", "requirements_of"]

_TEXT = """\
# The environment of a recorded run. To build it by hand, put beside this file:
#   requirements.txt   the lock, with hashes
#   wheels/            its files: pip download --no-deps --require-hashes -r requirements.txt
#   pip/               the folder of an installed pip, so that the base needs none
# Then: docker build --network none -t auditor-environment .
FROM {base} AS install
ARG BUILD=by-hand
LABEL org.auditor.build=$BUILD
USER 0:0
COPY . /opt/auditor/build
RUN {venv}
RUN {install}
RUN {compile}

FROM {base}
ARG BUILD=by-hand
LABEL org.auditor.build=$BUILD
COPY --from=install {env} {env}
LABEL org.auditor.kind=environment
ENTRYPOINT []
CMD {command}
"""
_COMPILE = f"import compileall; compileall.compile_dir('{ENV}/lib', quiet=2, workers=0)"


def dockerfile(base: Base, pip: str = "pip") -> str:
    """Return the Dockerfile on ``base``; ``pip`` is where pip lies in the build context.

    Exec form only: a base made from an interpreter has no shell. Packages are compiled by all
    cores, since the root of a replay is read-only; what cannot be compiled is left as it is.
    """
    python = f"{BIN}/python"
    folder = "/opt/auditor/build"
    options = ["--no-index", "--require-hashes", "--no-deps", "--no-compile", "--no-cache-dir"]
    options += ["--ignore-installed", "--disable-pip-version-check", "--root-user-action=ignore"]
    options += ["--no-warn-script-location", "--find-links", f"{folder}/wheels"]
    return _TEXT.format(
        base=base.reference,
        env=ENV,
        venv=json.dumps([base.python, "-m", "venv", "--without-pip", ENV]),
        install=json.dumps(
            [
                *(python, "-I", f"{folder}/{pip}", "install", *options),
                *("-r", f"{folder}/requirements.txt"),
            ]
        ),
        compile=json.dumps([python, "-I", "-c", _COMPILE]),
        command=json.dumps([python]),
    )


def requirements_of(lock: Lock) -> str:
    """Return what is installed: of each locked distribution, exactly the file that was chosen."""
    lines = [
        f"{wheel.name}=={wheel.version} \\\n    --hash={wheel.digest}\n"
        for wheel in sorted(lock.wheels, key=lambda wheel: wheel.name)
        if wheel.file.endswith(".whl")
    ]
    return "".join(lines) or "# nothing could be locked\n"
