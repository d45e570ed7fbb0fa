"""Objects of Python's standard library, and of cloudpickle, in their plain forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from auditor.compare.readers.pickles.nodes import Made, Node, Pairs
from auditor.compare.readers.pickles.trees import Builder, Form, Steps, entries, generic

__all__ = ["PYTHON"]

_DATE, _TIME = 4, 10
_FILENAME, _CODE_FIELDS = 10, 16


def _mapping(_builder: Builder, node: Made) -> Steps:
    """Return a dictionary of a class of its own with its entries as members."""
    pairs = node.entries
    args = node.args
    if node.name == "collections.OrderedDict" and not pairs:
        pairs, args = _listed(args)
    elif node.name == "collections.Counter":
        match args:
            case (Pairs(pairs),):
                args = ()
    found: dict[str, Any] = {"<class>": node.name}
    if args not in ((), None):
        found["<args>"] = yield args
    found.update((yield from entries(pairs)))
    for number, (_setter, state) in enumerate(node.states):
        found[f"<state {number}>"] = yield state
    return found


def _listed(args: Node) -> tuple[list[tuple[Node, Node]], Node]:
    """Return the entries that Python 2 hands over as a list of pairs."""
    match args:
        case (list(items),):
            pairs = [(one[0], one[1]) for one in items if _is_pair(one)]
            if len(pairs) == len(items):
                return pairs, ()
    return [], args


def _is_pair(node: Node) -> bool:
    match node:
        case [_, _]:
            return True
    return False


def _moment(builder: Builder, node: Made) -> Steps:
    """Return a date or time as ISO 8601 has it; its zone apart."""
    raw, *zone = node.args if isinstance(node.args, tuple) and node.args else (None,)
    raw = raw.encode("latin-1", "replace") if isinstance(raw, str) else raw
    try:
        if isinstance(raw, bytes) and node.name == "datetime.date" and len(raw) == _DATE:
            return {"<class>": node.name, "time": date(_year(raw), raw[2], raw[3]).isoformat()}
        if isinstance(raw, bytes) and node.name == "datetime.datetime" and len(raw) == _TIME:
            found: dict[str, Any] = {"<class>": node.name, "time": _written(raw)}
            if zone:
                found["zone"] = yield zone[0]
            return found
    except ValueError:
        pass
    return (yield from generic(builder, node))


def _written(raw: bytes) -> str:
    # The top bit of the month says which of two equal times at the end of summer it is.
    second = raw[2] >> 7
    parts = (_year(raw), raw[2] & 0x7F, raw[3], raw[4], raw[5], raw[6])
    moment = datetime(*parts, int.from_bytes(raw[7:10], "big"))  # noqa: DTZ001 - stands apart
    return moment.isoformat() + (" (second)" if second else "")


def _year(raw: bytes) -> int:
    return raw[0] * 256 + raw[1]


def _without(place: int) -> Form:
    """Forget the id that cloudpickle draws anew for each class in each process."""

    def form(builder: Builder, node: Made) -> Steps:
        args = node.args
        if isinstance(args, tuple) and len(args) > place and isinstance(args[place], str):
            builder.aside.say("cloudpickle's ids of classes", args[place])
            node = _with(node, place, None)
        return (yield from generic(builder, node))

    return form


def _code(builder: Builder, node: Made) -> Steps:
    """Forget the path of the file in which a function was defined."""
    args = node.args
    if isinstance(args, tuple) and len(args) >= _CODE_FIELDS and isinstance(args[_FILENAME], str):
        builder.aside.say("paths of the files of functions", args[_FILENAME])
        node = _with(node, _FILENAME, None)
    return (yield from generic(builder, node))


def _with(node: Made, place: int, value: Node) -> Made:
    args = (*node.args[:place], value, *node.args[place + 1 :])
    changed = Made(node.function, args, node.keywords, instance=node.instance)
    changed.states, changed.items, changed.entries = node.states, node.items, node.entries
    return changed


def _pandas(builder: Builder, node: Made) -> Steps:
    """Forget what pandas keeps only not to compute it twice."""
    match node.state:
        case Pairs(pairs) if any(name == "_cache" for name, _ in pairs if isinstance(name, str)):
            cached = next(value for name, value in pairs if name == "_cache")
            builder.aside.say("cached values of pandas", _size(cached))
            kept = Pairs()
            kept.pairs = [one for one in pairs if not _is_cache(one[0])]
            changed = Made(node.function, node.args, node.keywords, instance=node.instance)
            changed.states = [(None, kept)]
            return (yield from generic(builder, changed))
    return (yield from generic(builder, node))


def _is_cache(name: Node) -> bool:
    return isinstance(name, str) and name == "_cache"


def _size(cached: Node) -> str:
    return f"{len(cached.pairs)} of an object" if isinstance(cached, Pairs) else "another form"


PYTHON: Mapping[str, Form] = {
    "collections.OrderedDict": _mapping,
    "collections.defaultdict": _mapping,
    "collections.Counter": _mapping,
    "datetime.date": _moment,
    "datetime.datetime": _moment,
    "cloudpickle.cloudpickle._make_skeleton_class": _without(4),
    "cloudpickle.cloudpickle._make_skeleton_enum": _without(5),
    "cloudpickle.cloudpickle._make_typevar": _without(5),
    "types.CodeType": _code,
    "pandas.*": _pandas,
}
