"""Facts of the environment, in the order of a reader's interest, and how each is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from auditor.model.digest import digest_bytes
from auditor.model.fact import Fact
from auditor.model.facts import (
    Arithmetic,
    Cpu,
    Gpus,
    Image,
    Interpreter,
    Locale,
    Programs,
    System,
)
from auditor.model.fingerprint import Fingerprint
from auditor.render.text import count, plural, short, size

__all__ = ["MACHINE"]

Row = tuple[str, Callable[[Fingerprint], Fact[Any]], Callable[[Any], str]]


def _interpreter(value: Interpreter) -> str:
    return f"{value.implementation} {value.version}"


def _hash_seed(value: Interpreter) -> str:
    return "drawn anew in every run" if value.hash_randomised else "fixed"


def _system(value: System) -> str:
    return f"{value.distribution}, {value.system} on {value.machine}"


def _locale(value: Locale) -> str:
    return f"{value.category}, {value.preferred_encoding} (files: {value.filesystem_encoding})"


def _cpu(value: Cpu) -> str:
    cores = "an unknown number of cores" if value.cores is None else plural(value.cores, "core")
    return f"{value.model}, {cores}, {plural(value.threads, 'thread')}"


def _cpu_flags(value: Cpu) -> str:
    return f"{count(len(value.flags))} flags, {short(digest_bytes(' '.join(value.flags).encode()))}"


def _gpus(value: Gpus) -> str:
    if not value.devices:
        return "no NVIDIA GPU"
    names = [f"{device.name}, {size(device.memory)}" for device in value.devices]
    listed = "; ".join(
        f"{names.count(name)} \N{MULTIPLICATION SIGN} {name}" for name in dict.fromkeys(names)
    )
    return f"{listed}; driver {value.driver or 'unknown'}, CUDA {value.cuda or 'unknown'}"


def _libraries(value: Arithmetic) -> str:
    said = (
        " ".join(part for part in (lib.kind, lib.version, lib.kernel) if part)
        + (f" ({plural(lib.threads, 'thread')})" if lib.threads is not None else "")
        for lib in value.libraries
    )
    return "; ".join(sorted(set(said)))


def _flags(value: Arithmetic) -> str:
    return ", ".join(f"{name}={value.flags[name]}" for name in sorted(value.flags))


def _image(value: Image) -> str:
    return f"{value.reference}, {short(value.id)} {value.platform}".strip()


def _programs(value: Programs) -> str:
    if not (value.programs or value.libraries):
        return ""
    names = sorted({PurePosixPath(one.path).name for one in value.programs})
    libraries = count(len(value.libraries))
    return "; ".join([*([", ".join(names)] if names else []), f"{libraries} shared libraries"])


MACHINE: tuple[Row, ...] = (
    ("Python", lambda f: f.recipe.environment.interpreter, _interpreter),
    ("Build", lambda f: f.recipe.environment.interpreter, lambda v: v.build),
    ("Order of sets", lambda f: f.recipe.environment.interpreter, _hash_seed),
    ("Operating system", lambda f: f.recipe.environment.system, _system),
    ("C library", lambda f: f.recipe.environment.libc, str),
    ("Locale", lambda f: f.recipe.environment.locale, _locale),
    ("Time zone", lambda f: f.recipe.environment.zone, str),
    ("Processor", lambda f: f.record.cpu, _cpu),
    ("Processors usable", lambda f: f.record.cpu, lambda v: count(v.available)),
    ("Processor features", lambda f: f.record.cpu, _cpu_flags),
    ("GPU", lambda f: f.record.gpu, _gpus),
    ("Numeric libraries", lambda f: f.record.arithmetic, _libraries),
    ("SIMD in use", lambda f: f.record.arithmetic, lambda v: ", ".join(v.simd)),
    ("Determinism flags", lambda f: f.record.arithmetic, _flags),
    ("Programs of the system", lambda f: f.record.programs, _programs),
    ("Container image", lambda f: f.recipe.image, _image),
    ("Kernel", lambda f: f.record.host, lambda v: v.kernel),
    ("Host", lambda f: f.record.host, lambda v: v.name),
)
