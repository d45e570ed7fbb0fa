"""The nouns of a fingerprint: what a run was, stood on, and left."""

from __future__ import annotations

from auditor.model.facts.chance import (
    Entropy,
    Fed,
    GeneratorUse,
)
from auditor.model.facts.hardware import (
    Arithmetic,
    Cpu,
    Gpu,
    Gpus,
    NumericLibrary,
)
from auditor.model.facts.outcome import Exit, Metric, Stream
from auditor.model.facts.processes import (
    NetworkAccess,
    Process,
    Program,
    Programs,
    SharedLibrary,
    Uncaught,
)
from auditor.model.facts.recipe import (
    Command,
    Distribution,
    Edited,
    Git,
    Image,
    Interpreter,
    Locale,
    Origin,
    Seed,
    Stdin,
    System,
    Variables,
)
from auditor.model.facts.record import (
    Coverage,
    Host,
    Names,
    Resources,
    Times,
)

__all__ = [
    "Arithmetic",
    "Command",
    "Coverage",
    "Cpu",
    "Distribution",
    "Edited",
    "Entropy",
    "Exit",
    "Fed",
    "GeneratorUse",
    "Git",
    "Gpu",
    "Gpus",
    "Host",
    "Image",
    "Interpreter",
    "Locale",
    "Metric",
    "Names",
    "NetworkAccess",
    "NumericLibrary",
    "Origin",
    "Process",
    "Program",
    "Programs",
    "Resources",
    "Seed",
    "SharedLibrary",
    "Stdin",
    "Stream",
    "System",
    "Times",
    "Uncaught",
    "Variables",
]
