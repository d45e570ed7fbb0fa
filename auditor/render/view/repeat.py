"""Repeat it yourself: the commands, with auditor and with nothing but Docker."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from auditor.model.audit import Audit
from auditor.model.files import File, count_of
from auditor.model.plan import Plan
from auditor.render.by_hand import CHECK, FOLDER, build_lines, run_lines
from auditor.render.text import count, one_line, plural, short, size
from auditor.render.view.blocks import Block, Bounds, Code, Heading, Paragraph, Section

__all__ = ["repeat"]

_CHECKED_FILES = 12


def repeat(audit: Audit, bounds: Bounds) -> Section:
    """Return the commands that repeat the audit, and the run by hand."""
    del bounds  # a handful of commands
    blocks: list[Block] = [Heading(id="with-auditor", title="With auditor"), *_auditor(audit)]
    if audit.plan is not None:
        blocks += [
            Heading(id="with-docker", title="By hand, with Docker"),
            *_docker(audit, audit.plan),
        ]
    blocks += _digests(audit)
    return Section(id="repeat", title="Repeat it yourself", blocks=tuple(blocks))


def _auditor(audit: Audit) -> list[Block]:
    if audit.kind == "compare":
        others = [attempt.fingerprint for attempt in audit.attempts if attempt.fingerprint]
        second = short(others[0]) if others else "SECOND-RUN"
        command = f"auditor compare {short(audit.original_id)} {second}{_policy(audit)}"
        words = "Where both runs are in the store (a file of a fingerprint will do as well):"
        return [Paragraph(text=words), _commands("Compare again", [command])]
    here = f"auditor replay {short(audit.original_id)}{_options(audit)}{_policy(audit)}"
    there = f"auditor replay run.zip{_options(audit)}{_policy(audit)}"
    pack = f"auditor pack {short(audit.original_id)} -o run.zip"
    return [
        Paragraph(text="On the machine where the run was recorded:"),
        _commands("Replay again", [here]),
        Paragraph(text="On any other machine, from one file that holds all that is needed:"),
        _commands("Replay elsewhere", [pack, there]),
    ]


def _policy(audit: Audit) -> str:
    return "" if audit.policy.name == "default" else " --policy POLICY-FILE"


def _options(audit: Audit) -> str:
    choices = _choices(audit.plan) if audit.plan is not None else ""
    return f" {shlex.join(_times(audit))}{choices}"


def _choices(plan: Plan) -> str:
    """Return the options that a plan was made with, as far as it shows them."""
    base, limits = plan.base, plan.limits
    words = ["--image", base.reference] if base.kind == "image" else []
    words += ["--network", limits.network] if limits.network != "none" else []
    words += ["--gpus", plan.gpus] if plan.gpus is not None else []
    words += ["--memory", str(limits.memory)] if limits.memory is not None else []
    words += ["--cpus", f"{limits.cpus:g}"] if limits.cpus is not None else []
    words += ["--timeout", f"{limits.timeout:g}"] if limits.timeout is not None else []
    return f" {shlex.join(words)}" if words else ""


def _times(audit: Audit) -> list[str]:
    if audit.looks is None:
        return ["--times", str(max(1, len(audit.attempts)))]
    budget = [] if audit.looks.budget is None else ["--budget", f"{audit.looks.budget:g}"]
    return ["--times", "auto", "--max-times", str(audit.looks.planned + 1), *budget]


def _docker(audit: Audit, plan: Plan) -> list[Block]:
    folder = shlex.quote(FOLDER)
    write = f"auditor replay --plan {short(audit.original_id)}{_choices(plan)} -o {folder}"
    build = [f"cd {folder}", *build_lines(plan)]
    return [
        Paragraph(
            text="The first command writes a folder with all that the run stood on: Dockerfile and "
            f"lock (appendices A and B), its distributions, {_files(plan)}, the base. It needs the "
            "run in the store, or run.zip in place of its id. The others need nothing but Docker, "
            "on any machine that the folder is taken to."
        ),
        _commands("Write the folder", [write]),
        _commands("Build the image", build),
        _commands("Run the command", run_lines(plan)),
        _commands("Check what it left against the original", [CHECK]),
        Paragraph(text=_note(plan), quiet=True),
    ]


def _files(plan: Plan) -> str:
    return plural(count_of(plan.files), "recorded file")


def _note(plan: Plan) -> str:
    base = f"{one_line(plan.base.reference)}: {one_line(plan.base.reason)}"
    limits = plan.limits
    only = [f"{limits.timeout:g} s"] if limits.timeout is not None else []
    only += [f"{size(limits.disk)} on the disk"] if limits.disk is not None else []
    only += [f"{size(limits.log)} a stream"] if limits.log is not None else []
    kept = " and ".join(only)
    held = f" Docker has no limit for {kept}: auditor itself keeps it." if only else ""
    names = (
        " Only run.sh mounts folders outside the project that were listed." if plan.names else ""
    )
    there = " It must be in the engine." if plan.base.kind == "image" else ""
    return f"The base image is {base}.{there}{held}{names}"


def _commands(caption: str, lines: Sequence[str]) -> Code:
    shown = tuple(one_line(line) for line in lines)
    return Code(caption=caption, lines=shown, total=len(shown))


def _digests(audit: Audit) -> list[Block]:
    manifest = audit.original.outcome.outputs.value
    files = [file for file in manifest.shown if _checkable(file)] if manifest else []
    if manifest is None or not files:
        return []
    lines = [f"{file.digest.partition(':')[2]}  {file.path}" for file in files if file.digest]
    shown = lines[:_CHECKED_FILES]
    total = len(lines) if manifest.count == len(manifest.shown) else manifest.count
    more = (
        f" The first {count(len(shown))} of {count(total)}; appendix D has more, or names the list."
        if total > len(shown)
        else ""
    )
    return [
        Heading(id="check-outputs", title="Check the outputs"),
        Paragraph(
            text="Identical outputs have these digests; sha256sum --check takes the lines as they "
            f"stand.{more}"
        ),
        Code(caption="Digests of the original's outputs", lines=tuple(shown), total=len(shown)),
    ]


def _checkable(file: File) -> bool:
    return file.digest is not None and file.path.isprintable() and "\\" not in file.path
