"""The commands that build and run a plan with Docker alone, in the folder that holds its parts.

The folder is what ``auditor replay --plan REF -o FOLDER`` writes: the Dockerfile and what it is
built from, ``tree`` with the project, ``passwd`` and ``group``, ``outside/N`` and ``inputs/N`` for
mount N of the plan, ``stdin`` where the run read one, ``base.tar`` where the base was made here.
"""

from __future__ import annotations

import shlex

from auditor.model.plan import Mount, Plan

__all__ = ["CHECK", "FOLDER", "TAG", "build_lines", "mounts_in", "run_lines"]

FOLDER = "by-hand"
TAG = "audited-run"
CHECK = "(cd tree && sha256sum --check ../outputs.sha256)"
_WIDTH = 88
_HERE = "\0"  # stands for the folder until the rest is quoted: no path has it


def build_lines(plan: Plan) -> tuple[str, ...]:
    """Return the commands that bring the base and build the image, in the folder."""
    reference = shlex.quote(plan.base.reference)
    lines = [f"docker build --network none --tag {TAG} ."]
    if plan.base.kind == "host":
        lines.insert(0, f"docker import base.tar {reference}")
    elif plan.base.kind == "registry":
        lines.insert(0, f"docker pull {reference}")
    return tuple(lines)


def run_lines(plan: Plan, more: tuple[Mount, ...] = ()) -> tuple[str, ...]:
    """Return the command that runs the plan, on several lines, in the folder.

    ``more`` are mounts that only the folder knows of, with sources relative to it.
    """
    words = ["docker", "run", "--rm", *(["--interactive"] if _reads(plan) else [])]
    pairs = [*_pairs(plan.flags or _basic(plan)), ["--workdir", plan.workdir]]
    pairs += [["--env", f"{name}={plan.variables[name]}"] for name in sorted(plan.variables)]
    parts = [shlex.join(words), *(shlex.join(pair) for pair in pairs)]
    parts += [f"--mount {_mount(mount)}" for mount in (*mounts_in(plan), *more)]
    parts += [f"--entrypoint {shlex.quote(plan.argv[0])}"]
    command = shlex.join([TAG, *plan.argv[1:]])
    return _joined([*parts, f"{command} < stdin" if _reads(plan) else command])


def mounts_in(plan: Plan) -> tuple[Mount, ...]:
    """Return the mounts of a plan, with sources relative to the folder, outer ones first."""
    own = [
        Mount(source="tree", target=plan.root, read_only=False),
        Mount(source="passwd", target="/etc/passwd", read_only=True),
        Mount(source="group", target="/etc/group", read_only=True),
    ]
    for number, mount in enumerate(plan.mounts):
        kind, _colon, path = mount.source.partition(":")
        source = f"inputs/{number}"
        if kind == "tree":
            source = f"tree/{path}"
        elif kind == "object":
            source = f"outside/{number}"
        own.append(Mount(source=source, target=mount.target, read_only=mount.read_only))
    return tuple(own)


def _reads(plan: Plan) -> bool:
    return plan.stdin.digest is not None


def _basic(plan: Plan) -> tuple[str, ...]:
    """Return options for a plan of an auditor that did not write them down yet."""
    limits = plan.limits
    flags = ["--network", limits.network, "--user", plan.user, "--read-only", "--cap-drop", "ALL"]
    flags += ["--security-opt", "no-new-privileges", "--pids-limit", str(limits.pids)]
    flags += ["--memory", str(limits.memory)] if limits.memory is not None else []
    return (*flags, *(["--cpus", f"{limits.cpus:g}"] if limits.cpus is not None else []))


def _pairs(flags: tuple[str, ...]) -> list[list[str]]:
    """Return options with their values: every word that starts with -- begins one."""
    pairs: list[list[str]] = []
    for word in flags:
        if word.startswith("--") or not pairs:
            pairs.append([word])
        else:
            pairs[-1].append(word)
    return pairs


def _mount(mount: Mount) -> str:
    """Return a mount as a word of the shell: a row of CSV, its source below ``$PWD``."""
    fields = ["type=bind", f"source={_HERE}/{mount.source}", f"target={mount.target}"]
    row = ",".join(_field(one) for one in (*fields, *(["readonly"] if mount.read_only else [])))
    return '"$PWD"'.join(shlex.quote(piece) for piece in row.split(_HERE))


def _field(text: str) -> str:
    """Return a field of CSV, in quotes where it needs them."""
    if not any(mark in text for mark in '",\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


def _joined(parts: list[str]) -> tuple[str, ...]:
    """Return the parts on as few lines as are easy to read."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) < _WIDTH:
            lines[-1] += f" {part}"
        else:
            lines.append(f"    {part}")
    return tuple(f"{line} \\" if line is not lines[-1] else line for line in lines)
