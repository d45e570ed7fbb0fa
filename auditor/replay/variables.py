"""The environment variables of a replay: the recorded ones, save those that must differ."""

from __future__ import annotations

import re

from auditor.model.facts import Variables
from auditor.model.fingerprint import Environment, Unverified

__all__ = ["HOME", "replay_variables"]

HOME = "/opt/auditor/home"
_OWN = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "TMPDIR", "TMP", "TEMP"}
    | {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE"}
    | {"PYTHONEXECUTABLE", "PYTHONPYCACHEPREFIX", "PYTHONPLATLIBDIR", "BASH_ENV", "ENV"}
    | {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HOSTNAME", "HTTP_PROXY", "HTTPS_PROXY"}
    | {"http_proxy", "https_proxy", "no_proxy", "NO_PROXY", "ALL_PROXY", "all_proxy"}
)
_OWN_PREFIXES = ("LD_", "DOCKER_", "CONDA_", "PIP_", "XDG_", "SSL_", "SSH_", "AUDITOR_", "DBUS_")
_QUIET = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "HOSTNAME"})
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def replay_variables(
    environment: Environment, *, path: str, python_path: str
) -> tuple[dict[str, str], tuple[Unverified, ...]]:
    """Return the variables of the container, and the recorded ones that are not restored.

    ``path`` and ``python_path`` are PATH and PYTHONPATH there.
    """
    recorded = environment.variables.value or Variables(values={})
    variables = {k: v for k, v in sorted(recorded.values.items()) if _restorable(k, v)}
    variables |= {"PATH": path, "HOME": HOME, "USER": "auditor", "LOGNAME": "auditor"}
    if python_path:
        variables["PYTHONPATH"] = python_path
    zone = environment.zone.value
    if "TZ" not in variables and zone and _ZONE.fullmatch(zone):
        variables["TZ"] = zone
    return variables, tuple(_differing(recorded, variables))


def _restorable(name: str, value: str) -> bool:
    return (
        _NAME.fullmatch(name) is not None
        and name not in _OWN
        and not name.startswith(_OWN_PREFIXES)
        and "\0" not in value
    )


def _differing(recorded: Variables, variables: dict[str, str]) -> list[Unverified]:
    found = []
    for name, value in sorted(recorded.values.items()):
        if name in _QUIET or variables.get(name) == value:
            continue
        now = "has another value" if name in variables else "is not set"
        found.append(
            Unverified(
                subject=f"environment.variable:{name}",
                reason=f"{name} {now} in the container, since it is about the machine",
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
