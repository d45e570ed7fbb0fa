"""Pickles as trees: what Python itself pickles, in every protocol, and what nobody should."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
from collections import Counter, OrderedDict, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.readers.document import Document, Row
from auditor.compare.readers.pickle_files import read_pickles
from auditor.compare.readers.pickles import source, trees
from auditor.compare.values.difference import Undecided, Unreadable

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
DATA = Path(__file__).parents[2] / "data" / "compare" / "pickle"

shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=30)
)
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read(content: bytes) -> Document:
        path = tmp_path / "a"
        path.write_bytes(content)
        return read_pickles(path)

    return read


def expected(value: Any) -> Any:
    """Return the tree of a plain value."""
    if isinstance(value, dict):
        return {
            (key if not key.startswith("<") else trees.key(key)): expected(one)
            for key, one in value.items()
        }
    if isinstance(value, tuple):
        return Row(expected(one) for one in value)
    if isinstance(value, list):
        return [expected(one) for one in value]
    return value


@settings(shared, max_examples=100)
@given(value=plain, protocol=st.sampled_from(PROTOCOLS))
def test_plain_values_are_themselves_in_every_protocol(
    read: Any, value: Any, protocol: int
) -> None:
    assert repr(read(pickle.dumps(value, protocol)).tree) == repr(expected(value))


class Color(Enum):
    RED = 1


class Plain:
    def __init__(self) -> None:
        self.x = 1


class Slotted:
    __slots__ = ("x",)

    def __init__(self) -> None:
        self.x = 1


class Listed(list):  # type: ignore[type-arg]
    pass


class Keyed(dict):  # type: ignore[type-arg]
    pass


class New:
    def __getnewargs_ex__(self) -> Any:
        return (1,), {"b": 2}

    def __new__(cls, *_args: Any, **_keywords: Any) -> Self:
        return super().__new__(cls)


HERE = Plain.__module__


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("value", "tree"),
    [
        ({3, 1, 2}, {"<set>": {"<1>": True, "<2>": True, "<3>": True}}),
        (frozenset({"a"}), {"<frozenset>": {"a": True}}),
        ({2.5, 1.0}, {"<set>": [1.0, 2.5]}),
        ({1: "a", "1": "b", 2.5: "c"}, {"<1>": "a", "1": "b", "<2.5>": "c"}),
        ({(1, "<"): 0, "<1>": 1, None: 2}, {'<[1, "<"]>': 0, '<"<1>">': 1, "<null>": 2}),
        (bytearray(b"ab"), b"ab"),
        (OrderedDict(a=1), {"<class>": "collections.OrderedDict", "a": 1}),
        (Counter("aa"), {"<class>": "collections.Counter", "a": 2}),
        (len, {"<name>": "builtins.len"}),
        (Plain(), {"<class>": f"{HERE}.Plain", "x": 1}),
        (Decimal("1.50"), {"<call>": "decimal.Decimal", "<args>": ["1.50"]}),
        (date(2026, 1, 2), {"<class>": "datetime.date", "time": "2026-01-02"}),
        (
            datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
            {
                "<class>": "datetime.datetime",
                "time": "2026-01-02T03:04:05.000006",
                "zone": {
                    "<call>": "datetime.timezone",
                    "<args>": [{"<call>": "datetime.timedelta", "<args>": [0, 0, 0]}],
                },
            },
        ),
        (
            defaultdict(int, a=1),
            {"<class>": "collections.defaultdict", "<args>": [{"<name>": "builtins.int"}], "a": 1},
        ),
        (Listed([1]), {"<class>": f"{HERE}.Listed", "<items>": [1]}),
        (Keyed(a=1), {"<class>": f"{HERE}.Keyed", "<entries>": {"a": 1}}),
    ],
)
def test_objects_are_described(read: Any, protocol: int, value: Any, tree: Any) -> None:
    assert read(pickle.dumps(value, protocol)).tree == tree


def test_objects_of_newer_protocols(read: Any) -> None:
    tree = read(pickle.dumps(New(), 4)).tree
    assert tree == {"<class>": f"{HERE}.New", "<args>": [1], "<keywords>": {"b": 2}}
    assert read(pickle.dumps(Slotted(), 4)).tree["<state 0>"] == [None, {"x": 1}]
    assert read(pickle.dumps(Color.RED, 4)).tree["<args>"] == [1]
    assert read(pickle.dumps(Fraction(1, 2), 4)).tree["<call>"] == "fractions.Fraction"
    assert read(pickle.dumps(partial(max, 1), 4)).tree["<call>"] == "functools.partial"


def test_a_change_of_state_or_class_is_seen(read: Any) -> None:
    one, other = Plain(), Plain()
    other.x = 2
    assert read(pickle.dumps(one)).tree != read(pickle.dumps(other)).tree
    assert type(read(pickle.dumps((1, 2))).tree) is not type(read(pickle.dumps([1, 2])).tree)


def test_python_2s_names_and_strings(read: Any) -> None:
    old = b"\x80\x02c__builtin__\nxrange\nq\x00K\x01\x85R."
    assert read(old).tree["<call>"] == "builtins.range"
    assert read(b"S'a\\xff'\n.").tree == "a\xff"
    assert read(b"U\x02a\xff.").tree == "a\xff"


def test_old_style_instances(read: Any) -> None:
    assert read(b"(i__main__\nA\n(dS'x'\nI1\nsb.").tree == {"<class>": "__main__.A", "x": 1}
    assert read(b"((c__main__\nA\nI1\no.")  # a mark below is left over
    assert read(b"(c__main__\nA\nI1\no.").tree == {"<class>": "__main__.A", "<args>": [1]}


class Number(int):
    pass


def test_forms_of_older_protocols_are_those_of_newer_ones(read: Any) -> None:
    class_ = f"c{HERE}\nNumber\n".encode()
    old = b"ccopy_reg\n_reconstructor\n(" + class_ + b"c__builtin__\nint\nI5\ntR."
    new = b"\x80\x02" + class_ + b"K\x05\x85\x81."
    assert read(old).tree == read(new).tree == {"<class>": f"{HERE}.Number", "<args>": [5]}
    assert read(b"c__builtin__\nbytes\n)R.").tree == b""
    assert read(b"c__builtin__\nbytearray\n(X\x03\0\0\0a\xc3\xbfX\x07\0\0\0latin-1tR.")
    assert read(b"c__builtin__\ngetattr\n(cm\nA\nX\x01\0\0\0BtR.").tree == {"<name>": "m.A.B"}
    pairs = b"ccollections\nOrderedDict\n(((S'a'\nI1\nl(S'b'\nI2\nlltR."
    assert read(pairs).tree == {"<class>": "collections.OrderedDict", "a": 1, "b": 2}


def test_calls_in_other_forms_stay_calls(read: Any) -> None:
    for call in (
        b"c_codecs\nencode\n(X\x03\0\0\0\xe2\x82\xacX\x06\0\0\0latin1tR.",
        b"c_codecs\nencode\n(I1\ntR.",
        b"c__builtin__\nset\n(I1\ntR.",
        b"c__builtin__\ngetattr\n(I1\ntR.",
        b"ccopy_reg\n_reconstructor\n(I1\ntR.",
        b"c__builtin__\nbytes\n(I1\ntR.",
        b"ccloudpickle.cloudpickle\n_builtin_type\n(I1\ntR.",
        b"cnumpy._core.multiarray\n_reconstruct\n(I1\ntR.",
        b"cnumpy._core.multiarray\nscalar\n(I1\ntR.",
        b"cnumpy._core.numeric\n_frombuffer\n(I1\ntR.",
        b"cnumpy.ma.core\n_mareconstruct\n(I1\ntR.",
        b"cnumpy\ndtype\n(I1\ntR.",
        b"ctorch._utils\n_rebuild_tensor_v2\n(I1\ntR.",
        b"ctorch._utils\n_rebuild_tensor_v3\n(I1\ntR.",
        b"ctorch._utils\n_rebuild_parameter\n(I1\ntR.",
        b"ctorch._utils\n_rebuild_qtensor\n(I1\ntR.",
        b"ctorch._tensor\n_rebuild_from_type_v2\n(I1\ntR.",
        b"cdatetime\ndatetime\n(S'too short'\ntR.",
        b"cdatetime\ndate\n(S'\\xff\\xff\\xff\\xff'\ntR.",
        b"cdatetime\ndate\n(S'\\0\\0\\0\\0'\ntR.",
    ):
        assert "<args>" in read(call).tree, call


def test_the_same_object_twice_is_the_same_as_two(read: Any) -> None:
    one = [1, 2]
    assert read(pickle.dumps([one, one])).tree == read(pickle.dumps([[1, 2], [1, 2]])).tree


def test_cycles_end(read: Any) -> None:
    node: dict[str, Any] = {"v": 1}
    node["self"] = node
    assert read(pickle.dumps(node)).tree == {"v": 1, "self": {"<again>": 1}}
    row: list[Any] = []
    pair = (row,)
    row.append(pair)
    assert read(pickle.dumps(pair)).tree == [[{"<again>": 2}]]


def test_objects_as_keys_stay_apart(read: Any) -> None:
    tree = read(pickle.dumps({Plain(): 1, Plain(): 2})).tree
    assert sorted(tree.values()) == [1, 2]
    assert len(read(pickle.dumps({"x" * 300: 1, (("y" * 300),): 2})).tree) == 2


def test_very_long_integers_can_be_shown(read: Any) -> None:
    assert read(pickle.dumps(1 << 100_000)).tree["<int>"].startswith("0x1000")


def test_long_bytes_stay_in_the_file(read: Any) -> None:
    tree = read(pickle.dumps(bytes(range(256)) * 8192)).tree
    assert tree.dtype == "bytes"
    assert tree.shape == (256 * 8192,)
    assert bytes(tree.values[:4]) == b"\0\1\2\3"


def test_pickles_in_a_row_and_what_follows(read: Any) -> None:
    several = read(pickle.dumps(1) + pickle.dumps([2]))
    assert several.tree == {"<pickle 1>": 1, "<pickle 2>": [2]}
    behind = read(pickle.dumps(1) + b"behind")
    assert behind.tree == {"<pickle 1>": 1, "<behind>": b"behind"}
    assert behind.notes


def test_calls_whose_result_is_dropped_are_kept(read: Any) -> None:
    quiet = b"\x80\x04K\x01."
    loud = b"\x80\x04cos\nsystem\n(S'true'\ntR0K\x01."
    assert read(quiet).tree == 1
    tree = read(loud).tree
    assert tree["<pickle 1>"] == 1
    assert tree["<calls 1>"] == [{"<call>": "os.system", "<args>": ["true"]}]


def test_what_is_not_in_the_file_stays_open(read: Any) -> None:
    class Referring(pickle.Pickler):
        def persistent_id(self, value: Any) -> Any:
            return "elsewhere" if value == "away" else None

    file = io.BytesIO()
    Referring(file).dump({"a": "away", "b": 1})
    found = read(file.getvalue())
    assert found.tree["b"] == 1
    assert "persistent id" in next(iter(found.open))
    outside = pickle.dumps(pickle.PickleBuffer(b"x"), 5, buffer_callback=lambda _: False)
    assert "buffer" in next(iter(read(outside).open))
    assert "extension" in next(iter(read(b"\x80\x02\x82\x01.").open))


class Marker:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_executed(read: Any, tmp_path: Path, protocol: int) -> None:
    marker = tmp_path / "ran"
    hostile = pickle.dumps([Marker(marker)], protocol)
    tree = read(hostile).tree
    assert tree == [{"<call>": f"{os.name}.system", "<args>": [f"touch {marker}"]}]
    assert not marker.exists()
    # The pickle would have worked.
    pickle.loads(hostile)
    assert marker.exists()


def test_nothing_is_imported(read: Any) -> None:
    assert read(b"\x80\x04canti" + b"gravity\nfly\n)R.").tree == {"<call>": "antigravity.fly"}
    import sys  # noqa: PLC0415

    assert "antigravity" not in sys.modules


def test_a_bomb_of_references_is_undecided(read: Any) -> None:
    value: Any = "lol"
    for _ in range(60):
        value = [value] * 10
    with pytest.raises(Undecided, match="more than"):
        read(pickle.dumps(value))
    value = (1,)
    for _ in range(300):
        value = (value, value)
    with pytest.raises(Undecided, match="more than"):
        read(pickle.dumps(value))


@pytest.mark.slow
def test_deep_nesting_is_undecided(read: Any) -> None:
    for deep in (
        b"]" * 100_000 + b"a" * 99_999 + b".",
        b"N" + b"\x85" * 100_000 + b".",
        b"(" * 100_000 + b"l" * 100_000 + b".",
    ):
        with pytest.raises(Undecided, match="nested"):
            read(deep)


def test_opcodes_and_text_are_bounded(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_OPCODES", 100)
    with pytest.raises(Undecided, match="opcodes"):
        read(pickle.dumps(list(range(1000))))
    monkeypatch.setattr(source, "MAX_OPCODES", 10_000)
    monkeypatch.setattr(source, "MAX_TEXT", 100)
    with pytest.raises(Undecided, match="text"):
        read(pickle.dumps("x" * 1000))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x80\x04",
        b"not a pickle",
        b"\x80\x04.",
        b"\x80\x04K\x01",
        b"\x80\x04h\x07.",
        b"\x80\x04R.",
        b"\x80\x04K\x01K\x02b.",
        b"\x80\x04K\x01K\x02a.",
        b"\x80\x04\x8d" + b"\xff" * 8 + b".",
        b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f.",
        b"\x80\x04\x8b\xff\xff\xff\x7f.",
        b"\x80\x04X\x02\x00\x00\x00\xff\xff.",
        b"L" + b"9" * 5000 + b"L\n.",
        b"cno newline",
        b"\x80\x04t.",
        b"\x80\x04(K\x01d.",
        b"\x80\x04K\x01K\x02\x93.",
    ],
)
def test_broken_pickles_are_unreadable(read: Any, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        read(broken)


REAL = [path.read_bytes() for path in sorted(DATA.glob("*.pkl"))]


@pytest.mark.slow
@settings(shared, max_examples=100)
@given(data=st.data())
def test_damaged_files_raise_only_what_is_agreed(read: Any, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(REAL)))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    with contextlib.suppress(Unreadable, Undecided):
        read(bytes(content[: cut if data.draw(st.booleans()) else None]))
