"""Repeat it yourself: the commands, with auditor and with nothing but Docker."""

from __future__ import annotations

import shlex

from auditor.model.audit import Audit
from auditor.model.files import File, count_of
from auditor.model.plan import Mount, Plan
from auditor.render.text import count, one_line, plural, short
from auditor.render.view.blocks import Block, Bounds, Code, Heading, Paragraph, Section

__all__ = ["repeat"]

_CHECKED_FILES = 12
_TAG = "audited-run"


def repeat(audit: Audit, bounds: Bounds) -> Section:
    """Return the commands that repeat the audit, and the run by hand."""
    del bounds  # a handful of commands
    blocks: list[Block] = [Heading(id="with-auditor", title="With auditor"), *_auditor(audit)]
    if audit.plan is not None:
        blocks += [Heading(id="with-docker", title="By hand, with Docker"), *_docker(audit.plan)]
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
    words = _times(audit)
    if audit.plan is not None:
        base, limits = audit.plan.base, audit.plan.limits
        words += ["--image", base.reference] if base.kind == "image" else []
        words += ["--network", limits.network] if limits.network != "none" else []
        words += ["--memory", str(limits.memory)] if limits.memory is not None else []
        words += ["--cpus", f"{limits.cpus:g}"] if limits.cpus is not None else []
        words += ["--timeout", f"{limits.timeout:g}"] if limits.timeout is not None else []
    return " " + shlex.join(words)


def _times(audit: Audit) -> list[str]:
    if audit.looks is None:
        return ["--times", str(max(1, len(audit.attempts)))]
    budget = [] if audit.looks.budget is None else ["--budget", f"{audit.looks.budget:g}"]
    return ["--times", "auto", "--max-times", str(audit.looks.planned + 1), *budget]


def _docker(plan: Plan) -> list[Block]:
    return [
        Paragraph(text=_by_hand(plan)),
        _commands("Fetch the locked distributions, build the image, run the command", _lines(plan)),
        Paragraph(text=_base_note(plan), quiet=True),
    ]


def _by_hand(plan: Plan) -> str:
    files = plural(count_of(plan.files), "recorded file")
    return (
        "Save the lock (appendix A) as requirements.txt and the Dockerfile (appendix B) in an "
        f"empty folder, and lay out the {files} in a folder "
        f"named tree that user {one_line(plan.user)} may write to; a bundle made by auditor pack "
        "holds them all. Then:"
    )


def _base_note(plan: Plan) -> str:
    if plan.base.kind == "image":
        return f"The base image is {one_line(plan.base.reference)}: {one_line(plan.base.reason)}."
    return (
        f"The base image {one_line(plan.base.reference)} was made from the interpreter that ran "
        "and is in no registry; auditor makes it again. Without auditor, start the Dockerfile from "
        "a published image of the same Python, and expect the system libraries to differ."
    )


def _lines(plan: Plan) -> list[str]:
    lines = [
        "pip download --no-deps --require-hashes --requirement requirements.txt --dest wheels",
        "cp -r \"$(python3 -c 'import pip; print(pip.__path__[0])')\" pip",
        f"docker build --network none --tag {_TAG} .",
        *_joined(_run(plan)),
    ]
    return [one_line(line) for line in lines]


def _run(plan: Plan) -> list[list[str]]:
    limits = plan.limits
    parts = [
        ["docker", "run", "--rm", "--network", limits.network, "--user", plan.user],
        ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
        ["--pids-limit", str(limits.pids), "--tmpfs", _scratch(plan.user)],
    ]
    parts += [["--memory", str(limits.memory)]] if limits.memory is not None else []
    parts += [["--cpus", f"{limits.cpus:g}"]] if limits.cpus is not None else []
    mounts = (Mount(source="tree:", target=plan.root, read_only=False), *plan.mounts)
    parts += [["--mount", _mount(mount)] for mount in mounts]
    parts += [["--env", f"{name}={plan.variables[name]}"] for name in sorted(plan.variables)]
    return [*parts, ["--workdir", plan.workdir], [_TAG, *plan.argv]]


def _scratch(user: str) -> str:
    uid, _, gid = user.partition(":")
    owner = "".join(f",{key}={value}" for key, value in (("uid", uid), ("gid", gid)) if value)
    return f"/tmp:rw,nosuid,nodev,exec{owner},mode=1777"  # noqa: S108 - in the container


def _mount(mount: Mount) -> str:
    kind, _, path = mount.source.partition(":")
    source = mount.source
    if kind == "tree":
        source = f"/PATH/TO/tree/{path}".rstrip("/")
    elif kind == "object":
        source = f"/PATH/TO/{short(path)}"
    return f"type=bind,source={source},target={mount.target}{',readonly' * mount.read_only}"


def _joined(parts: list[list[str]]) -> list[str]:
    lines = [shlex.join(part) for part in parts]
    return [
        ("    " if position else "") + line + (" \\" if position < len(lines) - 1 else "")
        for position, line in enumerate(lines)
    ]


def _commands(caption: str, lines: list[str]) -> Code:
    return Code(caption=caption, lines=tuple(lines), total=len(lines))


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
