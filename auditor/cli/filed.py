"""What ``run`` and ``fingerprint`` say when a fingerprint has been filed."""

from __future__ import annotations

from auditor.cli import output
from auditor.model.digest import hex_of
from auditor.model.files import Manifest
from auditor.model.fingerprint import Fingerprint, unknown_facts
from auditor.pipeline.run import Filed

__all__ = ["report"]


def report(filed: Filed, *, as_json: bool, what: str) -> None:
    """Print the JSON document of the command, or a few words for a person."""
    unknown = unknown_facts(filed.fingerprint)
    if as_json:
        output.json_document({"id": filed.id, "path": str(filed.path), "unknown": unknown})
        return
    short = hex_of(filed.id)[:12]
    output.talk(f"auditor: fingerprint {short} of {what}: {_summary(filed.fingerprint)}")
    if unknown:
        output.talk(f"  {len(unknown)} unknown, with reasons: auditor show {short}")
    output.talk(f"  next: auditor replay {short}")


def _summary(fingerprint: Fingerprint) -> str:
    recipe, outcome = fingerprint.recipe, fingerprint.outcome
    counts = (
        (_files(recipe.source.files.value), "source file"),
        (_files(recipe.inputs.value), "input"),
        (_files(outcome.outputs.value), "output"),
        (len(outcome.metrics.value or ()), "metric"),
        (len(recipe.dependencies.value or ()), "distribution"),
    )
    ended = outcome.exit.value
    words = [f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts]
    return ", ".join([ended.status if ended else "end unknown", *words])


def _files(manifest: Manifest | None) -> int:
    return manifest.count if manifest is not None else 0
