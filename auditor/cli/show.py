"""``auditor show``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from auditor.cli import output
from auditor.errors import InputError
from auditor.model.audit import Audit
from auditor.model.digest import hex_of
from auditor.model.fact import Fact
from auditor.model.files import FileList, Manifest
from auditor.model.fingerprint import Fingerprint, unknown_facts
from auditor.pipeline.project import store_of
from auditor.pipeline.refs import find_audit, find_original

_MANY = 20


@click.command("show")
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True, help="Print the document itself.")
def command(ref: str, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Show a fingerprint, or an audit, by id, name, file or latest."""
    from auditor.cli.verdict import conclude  # noqa: PLC0415

    try:
        original = find_original(ref, store_of(Path.cwd()))
    except InputError:
        audit = _audit(ref)
        if audit is None:
            raise
        conclude(audit, (), as_json=as_json)
        return 0
    if as_json:
        output.json_document(original.fingerprint)
    else:
        for line in _lines(original.id, original.fingerprint):
            click.echo(line)
    return 0


def _audit(ref: str) -> Audit | None:
    try:
        return find_audit(ref, Path.cwd())
    except InputError:
        return None


def _lines(identity: str, fingerprint: Fingerprint) -> Iterator[str]:
    yield f"fingerprint {hex_of(identity)}"
    if fingerprint.name:
        yield f"name        {fingerprint.name}"
    yield from _section("recipe", fingerprint.recipe)
    yield from _section("outcome", fingerprint.outcome)
    yield from _section("record", fingerprint.record)
    unknown = unknown_facts(fingerprint)
    yield ""
    yield f"unknown: {len(unknown)}"
    yield from (f"  {item.subject}: {item.reason}" for item in unknown)


def _section(title: str, part: object) -> Iterator[str]:
    yield ""
    yield title
    yield from _members(part, "  ")


def _members(part: object, indent: str) -> Iterator[str]:
    for field in getattr(part, "__struct_fields__", ()):
        value = getattr(part, field)
        if isinstance(value, Fact):
            yield from _fact(field, value, indent)
        elif hasattr(value, "__struct_fields__"):
            yield f"{indent}{field}"
            yield from _members(value, indent + "  ")
        elif isinstance(value, dict):
            yield from _entries(field, value, indent)
        elif isinstance(value, tuple) and value and hasattr(value[0], "__struct_fields__"):
            yield from _rows(f"{field}: {len(value)}", value, len(value), "--json has all", indent)
        elif value not in ("", ()):
            yield f"{indent}{field}: {_word(value)}"


def _entries(field: str, entries: dict[str, object], indent: str) -> Iterator[str]:
    for key, item in list(entries.items())[:_MANY]:
        if isinstance(item, Fact):
            yield from _fact(f"{field}.{key}", item, indent)
        else:
            yield f"{indent}{field}.{key}: {_word(item)}"
    if len(entries) > _MANY:
        yield f"{indent}{field}: and {len(entries) - _MANY} more; --json has all"


def _fact(name: str, fact: Fact[object], indent: str) -> Iterator[str]:
    if fact.how == "unknown":
        yield f"{indent}{name}: unknown ({fact.reason})"
        return
    mark = "" if fact.how == "recorded" else f" [{fact.how}]"
    value = fact.value
    count, where = 0, "--json has all"
    if isinstance(value, Manifest):
        count = value.count
        if isinstance(value.files, FileList):
            where = f"all are in the list {value.files.listed}"
        value = value.shown
    if isinstance(value, tuple) and value:
        count = count or len(value)
        yield from _rows(f"{name}: {count}{mark}", value, count, where, indent)
    elif hasattr(value, "__struct_fields__"):
        yield f"{indent}{name}{mark}"
        yield from _members(value, indent + "  ")
    else:
        told = fact.reason if value in (None, ()) and fact.reason else _word(value)
        yield f"{indent}{name}: {told}{mark}"


def _rows(
    title: str, items: tuple[object, ...], count: int, where: str, indent: str
) -> Iterator[str]:
    yield f"{indent}{title}"
    yield from (f"{indent}  {_word(item)}" for item in items[:_MANY])
    if count > _MANY:
        yield f"{indent}  and {count - _MANY} more; {where}"


def _word(value: object) -> str:
    fields = getattr(value, "__struct_fields__", None)
    if fields is None:
        return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    words = [getattr(value, field) for field in fields]
    # By identity where equality would say that a metric of 0.0 is False
    empty = ("", (), "hook")
    told = [_short(w) for w in words if w is not None and w is not False and w not in empty]
    return "  ".join(told)


def _short(value: object) -> str:
    text = _word(value)
    return hex_of(text)[:12] if text.startswith("sha256:") else text
