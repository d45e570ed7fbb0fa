"""Sections of what the code stood on: interpreter, system, variables, hardware, arithmetic."""

from __future__ import annotations

import posixpath
import re
from typing import Any

import msgspec

from auditor.compare.environment.interface import Section, Weight, always, apart
from auditor.model.facts import (
    Host,
    Interpreter,
    Locale,
    Programs,
    System,
    Variables,
)

__all__ = ["HOST"]

_VERSIONED = re.compile(r"(.+\.so(?:\.\d+)?)(?:\.\d+)*")
_PLACES = frozenset(
    {
        "environment.python.executable",
        "environment.python.prefix",
        "environment.python.base_prefix",
        "environment.python.project_path",
    }
)
# About the machine and the user, and made anew for each container.
_OF_THE_MACHINE = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "HOSTNAME", "TMPDIR", "TMP"}
    | {"TEMP", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "TERM", "SHLVL", "_"}
)
_NUMERIC = ("OMP_", "MKL_", "OPENBLAS_", "BLIS_", "CUDA_", "CUBLAS_", "TORCH_", "NCCL_", "TF_")
_NUMERIC_TOO = ("XLA_", "JAX_", "NUMEXPR_", "VECLIB_", "NPY_", "NVIDIA_", "TOKENIZERS_")
_KERNELS = ("ONEDNN_", "DNNL_", "ATEN_", "GOMP_", "KMP_", "CUPY_", "FLASH_ATTENTION_")


def _interpreter(value: Interpreter) -> dict[str, Any]:
    members = msgspec.structs.asdict(value)
    version = f"{members.pop('implementation')} {members.pop('version')}"
    hashing = "random" if members.pop("hash_randomised") else "fixed"
    rest = {f"environment.python.{name}": member for name, member in members.items()}
    return {"environment.python": version, "randomness.hash-seed": hashing, **rest}


def _weigh_interpreter(subject: str, _before: Any, _after: Any) -> Weight:  # noqa: ANN401
    if subject == "environment.python":
        return Weight(severity="major", note="another Python may compute and order differently")
    if subject == "randomness.hash-seed":
        note = "where the hashes of strings are drawn anew, the order of sets changes"
        return Weight(severity="major", note=note, area="randomness")
    if subject in _PLACES:
        note = "where Python lies changes results only where paths reach them"
        return Weight(severity="info", note=note)
    note = "the same version built otherwise may call other mathematical functions"
    return Weight(severity="minor", note=note)


def _system(value: System) -> dict[str, Any]:
    return {
        "environment.system": value.system,
        "environment.distribution": value.distribution,
        "environment.machine": value.machine,
    }


def _weigh_system(subject: str, _before: Any, _after: Any) -> Weight:  # noqa: ANN401
    if subject == "environment.distribution":
        note = "it names the system libraries, of which the C library is compared by itself"
        return Weight(severity="minor", note=note)
    return Weight(severity="major", note="another kind of machine rounds and vectorises otherwise")


def _weigh_contained_system(subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    if subject == "environment.distribution":
        note = "a container has its own; the C library is compared by itself"
        return Weight(severity="info", note=note)
    return _weigh_system(subject, before, after)


def _variables(value: Variables) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"environment.variable:{name}": one for name, one in value.values.items()
    }
    return {**found, "environment.variables-withheld": value.withheld}


def _show_variable(value: Any, sides: tuple[Any, ...]) -> Any:  # noqa: ANN401
    return apart(value, sides) if isinstance(value, tuple) else value


def _weigh_variable(subject: str, _before: Any, _after: Any) -> Weight:  # noqa: ANN401
    name = subject.partition(":")[2]
    if subject == "environment.variables-withheld":
        note = "only the names were recorded; variables that matter to numbers are on the list"
        return Weight(severity="info", note=note)
    if name == "PYTHONHASHSEED":
        note = "it decides the order of sets of strings"
        return Weight(severity="major", note=note, area="randomness")
    if name.startswith((*_NUMERIC, *_NUMERIC_TOO, *_KERNELS)):
        note = "numeric libraries read it, for threads, devices or determinism"
        return Weight(severity="major", note=note)
    if name in _OF_THE_MACHINE:
        return Weight(severity="info", note="it is about the machine and the user, not the result")
    return Weight(severity="minor", note="it changes results only where the code reads it")


def _weigh_contained_variable(subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    if subject == "environment.variable:TZ" and before is None:
        note = "a replay sets it to the original's zone, which a container does not have otherwise"
        return Weight(severity="info", note=note)
    return _weigh_variable(subject, before, after)


def _libraries(value: dict[str, str]) -> dict[str, Any]:
    return {f"system.library:{name}": version for name, version in value.items()}


def _locale(value: Locale) -> dict[str, Any]:
    return {"locale": msgspec.structs.asdict(value)}


def _host(value: Host) -> dict[str, Any]:
    return {"host.name": value.name, "host.user": value.user, "host.kernel": value.kernel}


_BY_CONSTRUCTION = always("info", "a container has its own; it is not the run's")


def _programs(value: Programs) -> dict[str, Any]:
    used = {posixpath.basename(one.path): one.digest or one.build_id for one in value.programs}
    used |= {_soname(one.file): one.digest or one.build_id for one in value.libraries}
    return {f"system.library:{name}": {"digest": digest or None} for name, digest in used.items()}


def _soname(path: str) -> str:
    match = _VERSIONED.fullmatch(posixpath.basename(path))
    return match.group(1) if match else posixpath.basename(path)


def _weigh_program(_subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    if before is None or after is None:
        return Weight(severity="info", note="it was used on one side only")
    return Weight(severity="minor", note="another build of a program or library may act otherwise")


HOST: tuple[Section, ...] = (
    Section(
        name="environment.python",
        area="environment",
        fact=lambda run: run.recipe.environment.interpreter,
        subjects=_interpreter,
        weigh=_weigh_interpreter,
    ),
    Section(
        name="environment.system",
        area="environment",
        fact=lambda run: run.recipe.environment.system,
        subjects=_system,
        weigh=_weigh_system,
        contained=_weigh_contained_system,
    ),
    Section(
        name="system.library:libc",
        area="environment",
        fact=lambda run: run.recipe.environment.libc,
        subjects=lambda value: {"system.library:libc": value},
        weigh=always("major", "its mathematical functions may round otherwise"),
    ),
    Section(
        name="system.libraries",
        area="environment",
        fact=lambda run: run.recipe.environment.libraries,
        subjects=_libraries,
        weigh=always("minor", "the standard library hands its work on to it"),
    ),
    Section(
        name="system.programs",
        area="environment",
        fact=lambda run: run.record.programs,
        subjects=_programs,
        weigh=_weigh_program,
        show=lambda value, _sides: value["digest"] or "unread",
    ),
    Section(
        name="locale",
        area="environment",
        fact=lambda run: run.recipe.environment.locale,
        subjects=_locale,
        weigh=always("minor", "sorting, number formats and encodings of text follow it"),
    ),
    Section(
        name="time.zone",
        area="environment",
        fact=lambda run: run.recipe.environment.zone,
        subjects=lambda value: {"time.zone": value},
        weigh=always("minor", "local times and dates follow it"),
    ),
    Section(
        name="environment.variables",
        area="environment",
        fact=lambda run: run.recipe.environment.variables,
        subjects=_variables,
        weigh=_weigh_variable,
        contained=_weigh_contained_variable,
        show=_show_variable,
    ),
    Section(
        name="host",
        area="environment",
        fact=lambda run: run.record.host,
        subjects=_host,
        weigh=always("info", "names of machines and users reach results only where code asks"),
        contained=_BY_CONSTRUCTION,
    ),
)
