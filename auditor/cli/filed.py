"""What ``run`` and ``fingerprint`` say when a fingerprint has been filed."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cli import output
from auditor.model.digest import hex_of
from auditor.model.files import Manifest
from auditor.model.fingerprint import Fingerprint, unknown_facts
from auditor.pipeline.run import Filed

__all__ = ["report"]

_MOST = 5


def report(filed: Filed, *, as_json: bool, what: str) -> None:
    """Print the JSON document of the command, or a few words for a person."""
    unknown = unknown_facts(filed.fingerprint)
    if as_json:
        output.json_document({"id": filed.id, "path": str(filed.path), "unknown": unknown})
        return
    short = hex_of(filed.id)[:12]
    output.talk(f"auditor: fingerprint {short} of {what}: {_summary(filed.fingerprint)}")
    for line in _secrets(filed.fingerprint):
        output.talk(line)
    if unknown:
        output.talk(f"  {len(unknown)} unknown, with reasons: auditor show {short}")
    output.talk(f"  next: auditor replay {short}")


def _secrets(fingerprint: Fingerprint) -> Iterator[str]:
    """Say which secrets were masked and which kept files seem to hold, never what they are."""
    masked = fingerprint.record.masked.value
    if masked:
        count = sum(masked.values())
        noun = "secret was" if count == 1 else "secrets were"
        yield f"  {count} {noun} masked: {_counted(masked)}"
    held = fingerprint.record.unmasked.value
    if held:
        yield f"  kept files hold what looks like a secret: {_counted(held)}"


def _counted(found: dict[str, int]) -> str:
    words = [f"{key} ({count})" for key, count in list(found.items())[:_MOST]]
    more = len(found) - len(words)
    return ", ".join(words) + (f" and {more} more" if more else "")


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
