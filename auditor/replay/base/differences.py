"""In what the Python of a base, and what it links, differ from those of the run."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.facts import Interpreter
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.replay.base.python import Python

__all__ = ["differences", "same_python"]


def differences(python: Python, fingerprint: Fingerprint) -> tuple[Unverified, ...]:
    """Return each difference that is known: version and build, distribution, system libraries."""
    rows = (*_of_python(python, fingerprint), *_of_libraries(python, fingerprint))
    return tuple(Unverified(subject=subject, reason=reason) for subject, reason in rows)


def same_python(python: Python, recorded: Interpreter, *, other_machine: bool = False) -> bool:
    """Say whether a Python is of the recorded version, implementation and ABI.

    On another machine, the ABI less the architecture.
    """
    if python.version != recorded.version:
        return False
    if python.implementation != recorded.implementation.lower():
        return False
    if not recorded.soabi or python.soabi == recorded.soabi:
        return True
    return other_machine and _tag(python.soabi) == _tag(recorded.soabi)


def _tag(soabi: str) -> str:
    """Return ``cpython-311`` of ``cpython-311-x86_64-linux-gnu``."""
    return "-".join(soabi.split("-")[:2])


def _of_python(python: Python, fingerprint: Fingerprint) -> Iterator[tuple[str, str]]:
    recorded = fingerprint.recipe.environment.interpreter.value
    if recorded is None:
        return
    if recorded.version != python.version:
        reason = f"the run had Python {recorded.version}, the base has {python.version}"
        yield "environment.python", reason
    elif recorded.build and recorded.build != python.build:
        yield "environment.python", f"the same version, but another build: {python.build}"
    if recorded.soabi and python.soabi and recorded.soabi != python.soabi:
        reason = f"the run's was built for {recorded.soabi}, the base's for {python.soabi}"
        yield "environment.python.soabi", reason


def _of_libraries(python: Python, fingerprint: Fingerprint) -> Iterator[tuple[str, str]]:
    environment = fingerprint.recipe.environment
    system, libc = environment.system.value, environment.libc.value
    if system is not None and python.distribution not in {"", system.distribution}:
        reason = f"the run was on {system.distribution}, the base is {python.distribution}"
        yield "environment.distribution", reason
    if libc and python.libc and libc.split()[-1] != python.libc.split()[-1]:
        yield "system.library:libc", f"the run had {libc}, the base has {python.libc}"
    for name, version in sorted((environment.libraries.value or {}).items()):
        there = python.libraries.get(name)
        if there != version:
            has = f"has {there}" if there else "has none"
            yield f"system.library:{name}", f"the run had {version}, the base {has}"
