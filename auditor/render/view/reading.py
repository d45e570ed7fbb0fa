"""How to read the report: its limits and its words."""

from __future__ import annotations

from auditor.model.audit import Audit
from auditor.render.view.blocks import Bounds, Definitions, Paragraph, Section

__all__ = ["glossary", "limits"]

_RIGHT = (
    "A result that reproduces is not thereby right: the same mistake, made again, gives the same "
    "numbers."
)
_SEEN = (
    "What was not seen cannot be compared. The part on what was not checked names every gap that "
    "is known; programs that bypass the observed interpreter can leave others."
)
_RARE = (
    "Agreement in few replays does not rule out rare differences, and agreement on one machine "
    "says nothing about another kind of processor or GPU."
)
_SHARED = "A container shares the kernel, the processor and the GPU driver with its host."
_UNSIGNED = (
    "This report is not signed. Its digests show whether a part was changed by accident; they do "
    "not show who made it."
)
_RECORDED = "Both runs were compared as recorded; neither was executed for this report."
_REPRODUCIBILITY = (
    "A different team, with the original team's code and data, gets the same result (ACM). Who ran "
    "this audit decides which of the two it shows."
)
_WORDS = (
    ("repeatability", "The same team, with the same set-up, gets the same result again (ACM)."),
    ("reproducibility", _REPRODUCIBILITY),
    ("replicability", "A different team gets the result with a set-up of its own (ACM)."),
    ("fingerprint", "All that is known about one run: recipe, outcome and record, with digests."),
    ("replay", "The same command, run again in a container rebuilt from the fingerprint."),
    ("item", "One thing that is compared: a file, a metric, a stream, or the exit status."),
    ("divergence", "Something that is not as it was, in the result or in what the run stood on."),
    ("digest", "A SHA-256 checksum: files with the same digest have the same content."),
    ("lock", "The exact versions of all dependencies, each with its digest."),
    ("seed", "What a random generator starts from; the same seed gives the same numbers."),
    ("tolerance", "How far two numbers may differ and still count as the same."),
    ("recorded", "Seen in effect while the run went on."),
    ("derived", "Follows from something recorded."),
    ("declared", "Said by a person or a configuration, not seen in effect."),
    ("unknown", "Not known, for the reason given."),
)
_SOURCE = "Terms marked ACM are those of Artifact Review and Badging, version 1.1 (2020)."


def limits(audit: Audit, bounds: Bounds) -> Section:
    """Return what this report cannot say."""
    del bounds  # a few sentences
    sentences = [_RIGHT, _SEEN, _RARE]
    sentences.append(_RECORDED if audit.kind == "compare" else _SHARED)
    if audit.integrity == "unsigned":
        sentences.append(_UNSIGNED)
    masked = audit.original.record.masked.value
    if masked:
        told = ", ".join(f"{key} ({count})" for key, count in list(masked.items())[:20])
        sentences.append(f"Secrets were masked before anything was kept: {told}.")
    blocks = tuple(Paragraph(text=sentence) for sentence in sentences)
    return Section(id="limits", title="Limits", blocks=blocks)


def glossary(audit: Audit, bounds: Bounds) -> Section:
    """Return the words of the report and what they mean."""
    del audit, bounds  # the same in every report
    # the note stands first, so that it never ends up alone on a page
    blocks = (Paragraph(text=_SOURCE, quiet=True), Definitions(rows=_WORDS))
    return Section(id="glossary", title="Glossary", blocks=blocks)
