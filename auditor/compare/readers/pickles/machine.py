"""The machine that pickles are programs of, linking nodes where Python would call and import.

Opcodes of all protocols, 0 to 5, as ``pickletools`` describes them. Nothing is imported, called
or looked up by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.compare.readers.pickles.calls import imported, reduced
from auditor.compare.readers.pickles.nodes import Bag, Elsewhere, Made, Name, Node, Pairs
from auditor.compare.readers.pickles.source import Source
from auditor.compare.values.difference import Unreadable

__all__ = ["Built", "Machine"]

# Told of every object whose state was just set; it may read on in the stream.
Built = Callable[[Source, Made], None]


class Machine:
    """Runs one pickle of a source. ``discarded`` are results of calls that nothing keeps."""

    def __init__(self, source: Source, built: Built | None = None) -> None:
        self.source = source
        self.built = built
        self.protocol = 0
        self.discarded: list[Node] = []
        self.elsewhere: list[Elsewhere] = []
        self.stack: list[Node] = []
        self.memo: dict[int, Node] = {}
        self._marks: list[list[Node]] = []

    def load(self) -> Node:
        """Return what the pickle would give. Raises ``Unreadable``, ``Undecided``."""
        try:
            return self._run()
        except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(f"not a valid pickle: {type(error).__name__} in its opcodes") from None

    def _run(self) -> Node:
        while True:
            name, argument = self.source.opcode()
            if name == "STOP":
                return self.stack.pop()
            _ACTIONS[name](self, argument)

    def mark(self, _argument: object = None) -> None:
        """Start a new stack on top."""
        self._marks.append(self.stack)
        self.stack = []

    def marked(self) -> list[Node]:
        """Return what is on the stack since the last mark, and remove it."""
        above = self.stack
        self.stack = self._marks.pop()
        return above

    def reduce(self, _argument: object = None) -> None:
        """Replace a function and its arguments by what it would return."""
        args = self.stack.pop()
        self.stack[-1] = reduced(self.stack[-1], args)

    def build(self, _argument: object = None) -> None:
        """Set the state of an object."""
        state = self.stack.pop()
        target = self.stack[-1]
        if not isinstance(target, Made):
            raise Unreadable("a plain value is given a state")
        target.states.append((None, state))
        if self.built is not None:
            self.built(self.source, target)

    def drop(self, node: Node) -> None:
        """Forget a node, but not what a call would have done to another one."""
        match node:
            case Made(function=Name(), args=(Made() as target, state)):
                target.states.append((node.function, state))
            case Made():
                self.discarded.append(node)

    def pop(self, _argument: object = None) -> None:
        """Drop the last node, or the last mark where there is none."""
        if self.stack:
            self.drop(self.stack.pop())
        else:
            self.stack = self._marks.pop()

    def refer(self, kind: str, identity: Node) -> None:
        """Push what is not in the pickle."""
        self.elsewhere.append(Elsewhere(kind, identity))
        self.stack.append(self.elsewhere[-1])


def _extend(machine: Machine, items: list[Node]) -> None:
    target = machine.stack[-1]
    if isinstance(target, list):
        target.extend(items)
    else:
        _made(target).items.extend(items)


def _set(machine: Machine, flat: list[Node]) -> None:
    target = machine.stack[-1]
    pairs = target.pairs if isinstance(target, Pairs) else _made(target).entries
    pairs.extend(zip(flat[::2], flat[1::2], strict=True))


def _add(machine: Machine, items: list[Node]) -> None:
    target = machine.stack[-1]
    (target.items if isinstance(target, Bag) else _made(target).items).extend(items)


def _made(node: Node) -> Made:
    if not isinstance(node, Made):
        raise Unreadable("items are added to a plain value")
    return node


def _pairs(flat: list[Node]) -> Pairs:
    found = Pairs()
    found.pairs.extend(zip(flat[::2], flat[1::2], strict=True))
    return found


def _last(machine: Machine, count: int) -> list[Node]:
    taken = machine.stack[-count:]
    if len(taken) != count:
        raise Unreadable("not a valid pickle: its stack is empty")
    del machine.stack[-count:]
    return taken


def _global(machine: Machine, argument: tuple[str, str]) -> None:
    machine.stack.append(imported(*argument, machine.protocol))


def _stack_global(machine: Machine, _argument: object) -> None:
    module, name = _last(machine, 2)
    if not (isinstance(module, str) and isinstance(name, str)):
        raise Unreadable("not a valid pickle: a name that is no text")
    machine.stack.append(imported(module, name, machine.protocol))


def _instance(machine: Machine, argument: tuple[str, str]) -> None:
    args = machine.marked()
    _global(machine, argument)
    machine.stack.append(Made(machine.stack.pop(), tuple(args), instance=True))


def _object(machine: Machine, _argument: object) -> None:
    function, *args = machine.marked()
    machine.stack.append(Made(function, tuple(args), instance=True))


def _new(machine: Machine, count: int) -> None:
    function, *args = _last(machine, count)
    machine.stack.append(Made(function, *args, instance=True))


def _protocol(machine: Machine, argument: int) -> None:
    machine.protocol = argument


def _put(machine: Machine, key: int) -> None:
    machine.memo[key] = machine.stack[-1]


def _push(machine: Machine, value: Node) -> None:
    machine.stack.append(value)


def _pop_mark(machine: Machine, _argument: object) -> None:
    for node in machine.marked():
        machine.drop(node)


_Action = Callable[[Machine, Any], None]
_LITERALS = (
    "INT",
    "BININT",
    "BININT1",
    "BININT2",
    "LONG",
    "LONG1",
    "LONG4",
    "FLOAT",
    "BINFLOAT",
    "STRING",
    "BINSTRING",
    "SHORT_BINSTRING",
    "UNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE",
    "BINUNICODE8",
    "BINBYTES",
    "SHORT_BINBYTES",
    "BINBYTES8",
    "BYTEARRAY8",
)

_ACTIONS: dict[str, _Action] = {
    **dict.fromkeys(_LITERALS, _push),
    "NONE": lambda machine, _: machine.stack.append(None),
    "NEWTRUE": lambda machine, _: machine.stack.append(True),
    "NEWFALSE": lambda machine, _: machine.stack.append(False),
    "EMPTY_LIST": lambda machine, _: machine.stack.append([]),
    "EMPTY_TUPLE": lambda machine, _: machine.stack.append(()),
    "EMPTY_DICT": lambda machine, _: machine.stack.append(Pairs()),
    "EMPTY_SET": lambda machine, _: machine.stack.append(Bag("set", [])),
    "LIST": lambda machine, _: _push(machine, machine.marked()),
    "TUPLE": lambda machine, _: _push(machine, tuple(machine.marked())),
    "TUPLE1": lambda machine, _: _push(machine, tuple(_last(machine, 1))),
    "TUPLE2": lambda machine, _: _push(machine, tuple(_last(machine, 2))),
    "TUPLE3": lambda machine, _: _push(machine, tuple(_last(machine, 3))),
    "DICT": lambda machine, _: _push(machine, _pairs(machine.marked())),
    "FROZENSET": lambda machine, _: _push(machine, Bag("frozenset", machine.marked())),
    "APPEND": lambda machine, _: _extend(machine, _last(machine, 1)),
    "APPENDS": lambda machine, _: _extend(machine, machine.marked()),
    "SETITEM": lambda machine, _: _set(machine, _last(machine, 2)),
    "SETITEMS": lambda machine, _: _set(machine, machine.marked()),
    "ADDITEMS": lambda machine, _: _add(machine, machine.marked()),
    "MARK": Machine.mark,
    "POP": Machine.pop,
    "POP_MARK": _pop_mark,
    "DUP": lambda machine, _: _push(machine, machine.stack[-1]),
    "GET": lambda machine, key: _push(machine, machine.memo[key]),
    "BINGET": lambda machine, key: _push(machine, machine.memo[key]),
    "LONG_BINGET": lambda machine, key: _push(machine, machine.memo[key]),
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "MEMOIZE": lambda machine, _: _put(machine, len(machine.memo)),
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": Machine.reduce,
    "BUILD": Machine.build,
    "INST": _instance,
    "OBJ": _object,
    "NEWOBJ": lambda machine, _: _new(machine, 2),
    "NEWOBJ_EX": lambda machine, _: _new(machine, 3),
    "PROTO": _protocol,
    "FRAME": lambda _machine, _: None,
    "PERSID": lambda machine, key: machine.refer("persistent id", key),
    "BINPERSID": lambda machine, _: machine.refer("persistent id", machine.stack.pop()),
    "EXT1": lambda machine, code: machine.refer("registered extension", code),
    "EXT2": lambda machine, code: machine.refer("registered extension", code),
    "EXT4": lambda machine, code: machine.refer("registered extension", code),
    "NEXT_BUFFER": lambda machine, _: machine.refer("buffer outside the file", None),
    "READONLY_BUFFER": lambda _machine, _: None,
}
