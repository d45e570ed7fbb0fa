from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from auditor.compare.readers import tensorflow as module
from auditor.compare.readers.tensorflow import tensor
from auditor.compare.readers.tensorflow_graph import Graphs, note_counted
from auditor.compare.readers.tensorflow_objects import Objects, own_keys
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Found, Undecided, Unreadable


def shape(*lengths: int) -> dict[str, Any]:
    return {"dim": [{"size": length} for length in lengths]}


def numbers(*values: float, dtype: str = "float32") -> Array:
    return Array(np.array(values, dtype))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"dtype": 1, "tensor_shape": shape(2), "float_val": numbers(1, 2)}, [1.0, 2.0]),
        ({"dtype": 1, "tensor_shape": shape(3), "float_val": numbers(1, 2)}, [1.0, 2.0, 2.0]),
        ({"dtype": 1, "tensor_shape": shape(2), "float_val": numbers(5)}, [5.0, 5.0]),
        ({"dtype": 3, "tensor_shape": shape(2)}, [0, 0]),
        ({"dtype": 3, "tensor_shape": shape(1), "tensor_content": memoryview(b"\7\0\0\0")}, [7]),
        ({"dtype": 19, "tensor_shape": shape(1), "half_val": numbers(0x3C00, dtype="i8")}, [1.0]),
        (
            {"dtype": 10, "tensor_shape": shape(2), "bool_val": numbers(1, 0, dtype="i8")},
            [True, False],
        ),
        ({"dtype": 8, "tensor_shape": shape(1), "scomplex_val": numbers(1, 2)}, [1 + 2j]),
        ({"dtype": 11, "tensor_shape": shape(1), "int_val": numbers(-3, dtype="i8")}, [-3]),
        ({"dtype": 3, "tensor_shape": shape(0)}, []),
    ],
)
def test_elements_however_stored(message: dict[str, Any], expected: list[Any]) -> None:
    assert np.asarray(tensor(message)["value"].values[()]).tolist() == expected


@pytest.mark.parametrize(
    "message",
    [
        {"dtype": 1, "tensor_shape": shape(-1)},
        {"dtype": 1, "tensor_shape": shape(1), "float_val": numbers(1, 2)},
        {"dtype": 1, "tensor_shape": shape(3), "tensor_content": memoryview(b"1234")},
        {"dtype": 1, "tensor_shape": shape(*[1] * 99)},
    ],
)
def test_shapes_that_do_not_fit_are_unreadable(message: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        tensor(message)


def test_one_number_repeated_too_often_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ELEMENTS", 10)
    with pytest.raises(Undecided, match="11 elements"):
        tensor({"dtype": 1, "tensor_shape": shape(11), "float_val": numbers(1)})


def graph(*functions: str, uses: str = "") -> dict[str, Any]:
    return {
        "node": [{"name": uses, "op": "If"}],
        "library": {"function": [{"signature": {"name": name}} for name in functions]},
    }


def plain(message: dict[str, Any]) -> Any:
    return Graphs().plain(message, message)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (graph("f_12", "f_30", uses="f_30"), graph("f_112", "f_130", uses="f_130")),
        (graph("f_9", "f_10", uses="f_9"), graph("f_10", "f_11", uses="f_10")),
        (
            graph("while_cond_5", uses="outer_while_cond_5___placeholder0"),
            graph("while_cond_77", uses="outer_while_cond_77___placeholder0"),
        ),
        (graph("f_1_2", "g_2", uses="f_1_2 g_2"), graph("f_1_7", "g_7", uses="f_1_7 g_7")),
    ],
)
def test_numbers_of_functions_mean_nothing(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert a != b
    assert plain(a) == plain(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (graph("f_12", "f_30", uses="f_12"), graph("f_112", "f_130", uses="f_130")),
        (graph("f_12", "g_30"), graph("f_12", "h_30")),
        (graph("f_12"), graph("f_12", "f_30")),
        (graph("f_12", uses="dense_12"), graph("f_13", uses="dense_13")),
        (graph("f", uses="dense_1"), graph("f", uses="dense_2")),
    ],
)
def test_other_numbers_count(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert plain(a) != plain(b)


def test_the_order_of_nodes_is_noted() -> None:
    nodes = [{"name": "a"}, {"name": "b"}]
    sides = (Graphs(), Graphs())
    messages = ({"node": nodes}, {"node": nodes[::-1]})
    one, other = (side.plain(m, m) for side, m in zip(sides, messages, strict=True))
    found = Found()
    note_counted(*sides, found)
    assert one == other
    assert found.result().notes == ("nodes of graphs stand in another order",)


def test_two_nodes_of_one_name_are_unreadable() -> None:
    message = {"node": [{"name": "a"}, {"name": "a"}]}
    with pytest.raises(Unreadable, match="one name"):
        plain(message)


def objects(*names: str) -> list[dict[str, Any]]:
    """Return objects of a root that keeps variables of these names in a set."""
    children = [{"local_name": str(i), "node_id": i + 2} for i in range(len(names))]
    variables = [
        {"attributes": [{"full_name": name, "checkpoint_key": f"_all_variables/{i}/.ATTRIBUTES/V"}]}
        for i, name in enumerate(names)
    ]
    root = {"children": [{"local_name": "_all_variables", "node_id": 1}]}
    return [root, {"children": children}, *variables]


def test_variables_of_a_set_go_by_their_own_name() -> None:
    one, other = Objects(objects("w", "b")), Objects(objects("b", "w"))
    assert one.tree() == other.tree()
    assert (one.order, other.order) == (["w", "b"], ["b", "w"])
    assert own_keys(objects("w"))["_all_variables/0/.ATTRIBUTES/V"] == (
        "_all_variables/w/.ATTRIBUTES/V"
    )
    assert one.tree() != Objects(objects("w", "c")).tree()


def test_names_that_two_share_say_nothing() -> None:
    assert own_keys(objects("w", "w")) == {}
    assert "/_all_variables/0" in Objects(objects("w", "w")).tree()


def test_objects_that_are_not_there() -> None:
    with pytest.raises(Unreadable, match="no object 9"):
        Objects([{"children": [{"node_id": 9}]}])
