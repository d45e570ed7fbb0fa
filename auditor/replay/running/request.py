"""What the recorder in the container is asked for, and the files that it needs there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.model.fact import Fact
from auditor.model.files import Manifest
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Mount, Plan
from auditor.replay.planning.entropy import ENTROPY
from auditor.replay.planning.keep import keep_of
from auditor.replay.planning.paths import absolute
from auditor.replay.running.pulse import PULSE
from auditor.replay.tree.inputs import files_of
from auditor.replay.tree.removing import remove
from auditor.replay.tree.stdin import given

__all__ = ["ask", "name_server", "request_of"]

_PARAM = "--param"
_RESOLV_CONF = "/etc/resolv.conf"
# Without a network every look-up fails, here at once; the recorder answers it and notes the name.
_NAME_SERVER = "nameserver 127.0.0.1\noptions ndots:0 timeout:1 attempts:1\n"


def request_of(plan: Plan, fingerprint: Fingerprint) -> dict[str, Any]:
    """Return what the recorder is to look for besides what it sees by itself."""
    metrics = fingerprint.outcome.metrics.value or ()
    variables = fingerprint.recipe.environment.variables.value

    def at(path: str) -> str:
        return absolute(path, plan.root)

    def declared(files: Fact[Manifest]) -> list[str]:
        return [at(file.path) for file in files_of(files) if file.seen == "declared"]

    return {
        "schema": "auditor.observation/1",
        "name": fingerprint.name,
        "root": plan.root,
        "cwd": plan.workdir,
        "inputs": declared(fingerprint.recipe.inputs),
        "outputs": declared(fingerprint.outcome.outputs),
        "metrics": sorted({at(metric.file) for metric in metrics if metric.file}),
        "params": {
            key: str(fact.value)
            for key, fact in fingerprint.recipe.params.items()
            if fact.source == _PARAM
        },
        "keep": keep_of(fingerprint),
        "store": "",
        "stdin": given(plan.stdin),
        "variables": sorted(variables.values) if variables else [],
        "trace": _trace(fingerprint),
        "entropy": ENTROPY if plan.entropy else "",
        "pulse": PULSE,
        "log": plan.limits.log or 0,
        "offline": plan.limits.network == "none",
    }


def _trace(fingerprint: Fingerprint) -> str:
    """Return how the original was observed; the recorder falls back where that cannot be."""
    coverage = fingerprint.record.coverage.value
    if coverage is not None and "syscalls" in coverage.tracer:
        return "syscalls"
    return "python" if fingerprint.record.programs.value is None else "auto"


def ask(observation: Path, request: dict[str, Any]) -> None:
    """Write the request, in the place of whatever lies there. Raises ``OSError``."""
    place = observation / "request.json"
    if place.is_dir() and not place.is_symlink():
        remove(place)
    place.unlink(missing_ok=True)
    place.write_text(json.dumps(request), encoding="utf-8")
    place.chmod(0o644)


def name_server(plan: Plan, work: Path) -> tuple[Mount, ...]:
    """Return the mount that sends look-ups to the recorder, where there is no network."""
    if plan.limits.network != "none":
        return ()
    source = work / "resolv.conf"
    source.write_text(_NAME_SERVER, encoding="ascii")
    source.chmod(0o644)
    return (Mount(source=str(source), target=_RESOLV_CONF, read_only=True),)
