"""All parameters of a run, each under one name: what was seen in effect before what was said."""

from __future__ import annotations

from auditor.capture.contents import Keeping
from auditor.capture.params.arguments import arguments_of
from auditor.capture.params.configured import composed, configured
from auditor.capture.params.logged import logged
from auditor.model.fact import Fact, derived
from auditor.model.files import File
from auditor.model.observation import Observation

__all__ = ["params_of"]


def params_of(
    seen: Observation, inputs: tuple[File, ...], keeping: Keeping
) -> dict[str, Fact[str]]:
    """Return the parameters by name; what was given as ``--param`` has the last word.

    ``inputs`` are those of ``seen`` after they were kept.
    """
    command = seen.command.value
    argv = arguments_of(command.argv) if command is not None else {}
    return {
        **configured(inputs, keeping),
        **composed(seen.outputs.value or (), keeping),
        **{name: derived(value, "argv") for name, value in argv.items()},
        **logged(seen.tracked.value or ()),
        **seen.params,
    }
