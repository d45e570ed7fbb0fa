"""The environment variables of a replay: the recorded ones, save those that must differ.

What a variable makes a program of the container do, the recorded command can do as well: those that
are part of the run are kept, whatever they make Python, Perl or the allocator do. Not kept are

- what the container has of its own: PATH, home, temporary folders, proxies;
- what names files and programs of the machine that recorded the run: libraries to preload, startup
  files, sockets, certificates, repositories;
- what is read outside the container, by the engine or its GPU runtimes: devices would be handed out
  that nobody asked for (``NVIDIA_VISIBLE_DEVICES``, whatever ``--gpus`` says).
"""

from __future__ import annotations

import re

from auditor.model.facts import Variables
from auditor.model.fingerprint import Environment, Unverified
from auditor.replay.planning.user import Person

__all__ = ["replay_variables"]

_OWN = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "TMPDIR", "TMP", "TEMP"}
    | {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "PYTHONEXECUTABLE"}
    | {"PYTHONPYCACHEPREFIX", "PYTHONPLATLIBDIR", "HOSTNAME", "HTTP_PROXY", "HTTPS_PROXY"}
    | {"http_proxy", "https_proxy", "no_proxy", "NO_PROXY", "ALL_PROXY", "all_proxy"}
)
# PYTHONINSPECT and PYTHONSTARTUP are for a person at a terminal, whom a replay has not.
_OF_THE_MACHINE = frozenset(
    {"BASH_ENV", "ENV", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONDUMPREFSFILE", "ZDOTDIR"}
    | {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "OPENSSL_CONF"}
    | {"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "container", "GCONV_PATH", "LOCPATH"}
    | {"NLSPATH", "RES_OPTIONS", "HOSTALIASES", "LOCALDOMAIN", "TZDIR"}
)
_OF_THE_MACHINE_PREFIXES = (
    *("LD_", "DYLD_", "DOCKER_", "CONTAINER_", "BUILDAH_", "CONDA_", "PIP_", "XDG_", "SSL_"),
    *("SSH_", "GPG_", "AUDITOR_", "DBUS_", "GIT_", "KUBERNETES_", "BASH_FUNC_", "OPENSSL_"),
)
_OF_THE_MACHINE_ENDS = ("_PRELOAD", "_PROXY", "_proxy")
# Who commits and when ends up in results.
_KEPT_PREFIXES = ("GIT_AUTHOR_", "GIT_COMMITTER_")
_OF_THE_ENGINE_PREFIXES = ("NVIDIA_", "ASCEND_", "HABANA_")
_OF_THE_ENGINE_ENDS = ("_VISIBLE_DEVICES",)
# Read by libraries within the process, and they decide what is computed, and where.
_OF_THE_LIBRARIES = frozenset(
    {"NVIDIA_TF32_OVERRIDE", "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"}
)
_QUIET = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "HOSTNAME"})
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AUDITOR = Person()
_LONGEST = 128 * 1024 - 64  # a longer one stops every exec(2): MAX_ARG_STRLEN


def replay_variables(
    environment: Environment, *, path: str, python_path: str, person: Person = _AUDITOR
) -> tuple[dict[str, str], tuple[Unverified, ...]]:
    """Return the variables of the container, and the recorded ones that are not restored.

    ``path`` and ``python_path`` are PATH and PYTHONPATH there, ``person`` is who the replay is.
    """
    recorded = environment.variables.value or Variables(values={})
    variables = {k: v for k, v in sorted(recorded.values.items()) if not _withdrawn(k, v)}
    variables |= {"PATH": path, "HOME": person.home, "USER": person.name, "LOGNAME": person.name}
    if python_path:
        variables["PYTHONPATH"] = python_path
    zone = environment.zone.value
    if "TZ" not in variables and zone and _ZONE.fullmatch(zone):
        variables["TZ"] = zone
    return variables, tuple(_differing(recorded, variables))


def _withdrawn(name: str, value: str) -> str:
    """Return why a recorded variable is not set, or ``""``."""
    if (
        _NAME.fullmatch(name) is None
        or "\0" in value
        or len(value.encode(errors="replace")) > _LONGEST
    ):
        return "it cannot be set"
    if name in _OF_THE_LIBRARIES or name.startswith(_KEPT_PREFIXES):
        return ""
    if name.startswith(_OF_THE_ENGINE_PREFIXES) or name.endswith(_OF_THE_ENGINE_ENDS):
        return "the engine reads it"
    if name in _OWN or name in _OF_THE_MACHINE or name.endswith(_OF_THE_MACHINE_ENDS):
        return "it is about the machine"
    return "it is about the machine" if name.startswith(_OF_THE_MACHINE_PREFIXES) else ""


def _differing(recorded: Variables, variables: dict[str, str]) -> list[Unverified]:
    found = []
    for name, value in sorted(recorded.values.items()):
        if name in _QUIET or variables.get(name) == value:
            continue
        now = "has another value" if name in variables else "is not set"
        found.append(
            Unverified(
                subject=f"environment.variable:{name}",
                reason=f"{name} {now} in the container, since {_withdrawn(name, value)}",
            )
        )
    return [*found, *_withheld(recorded, variables)]


def _withheld(recorded: Variables, variables: dict[str, str]) -> list[Unverified]:
    return [
        Unverified(
            subject=f"environment.variable:{name}",
            reason=f"{name} was read{f' at {site}' if site else ' by a library'}, and its value was"
            " not recorded, so it is not set in the container (auditor run --env records it)",
        )
        for name, site in sorted(recorded.read.items())
        if name not in variables
    ]
