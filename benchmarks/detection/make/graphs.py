"""ONNX."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import onnx
from content import CLASSES, matrix, nudged, samples
from onnx import TensorProto, helper, numpy_helper
from pair import Pair, harmless, planted
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

__all__ = ["pairs"]

Edit = Callable[[onnx.ModelProto], object]
W1, W2 = matrix(4, 8, 91), matrix(8, 3, 92)


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _harmless()
    yield from _planted()


def _model(edit: Edit | None = None) -> bytes:
    nodes = [
        helper.make_node("Gemm", ["x", "w1"], ["hidden"], "gemm_1"),
        helper.make_node("LeakyRelu", ["hidden"], ["active"], "act", alpha=0.1),
        helper.make_node("MatMul", ["active", "w2"], ["logits"], "matmul"),
        helper.make_node("Softmax", ["logits"], ["probabilities"], "softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "animals",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 3])],
        [numpy_helper.from_array(W1, "w1"), numpy_helper.from_array(W2, "w2")],
    )
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, producer_name="exporter", opset_imports=[opset], ir_version=9)
    if edit:
        edit(model)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _weights(w1: np.ndarray, w2: np.ndarray = W2) -> Edit:
    def edit(model: onnx.ModelProto) -> None:
        model.graph.initializer[0].CopyFrom(numpy_helper.from_array(w1, "w1"))
        model.graph.initializer[1].CopyFrom(numpy_helper.from_array(w2, "w2"))

    return edit


def _listed(model: onnx.ModelProto) -> None:
    """Keep the numbers as a list of floats instead of as raw bytes."""
    tensor = helper.make_tensor("w1", TensorProto.FLOAT, W1.shape, W1.ravel().tolist())
    model.graph.initializer[0].CopyFrom(tensor)


def _reordered(model: onnx.ModelProto) -> None:
    tensors = list(model.graph.initializer)[::-1]
    del model.graph.initializer[:]
    model.graph.initializer.extend(tensors)


def _dated(date: str) -> Edit:
    return lambda model: setattr(model, "doc_string", f"exported {date}")


def _harmless() -> Iterator[Pair]:
    plain = _model()
    yield harmless(
        "onnx-date",
        "model.onnx",
        _model(_dated("2026-03-02 09:22:41")),
        _model(_dated("2026-05-19 21:48:07")),
        "The description says when it was exported.",
    )
    yield harmless(
        "onnx-listed-floats",
        "model.onnx",
        plain,
        _model(_listed),
        "The same weights as a list of floats instead of as raw bytes.",
    )
    yield harmless(
        "onnx-initializer-order",
        "model.onnx",
        plain,
        _model(_reordered),
        "The weights stand in another order; nodes find them by name.",
    )
    yield harmless(
        "onnx-last-bit",
        "model.onnx",
        plain,
        _model(_weights(nudged(W1), nudged(W2))),
        "Weights differ in the last bit of a float32.",
    )


def _planted() -> Iterator[Pair]:
    def change(name: str, why: str, edit: Edit) -> Pair:
        return planted(name, "model.onnx", _model(), _model(edit), why)

    more = W1.copy()
    more[1, 6] += 1e-3

    def operator(model: onnx.ModelProto) -> None:
        model.graph.node[1].op_type = "Elu"

    def slope(model: onnx.ModelProto) -> None:
        model.graph.node[1].attribute[0].f = 0.2

    def shape(model: onnx.ModelProto) -> None:
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1

    yield change("onnx-one-weight", "One weight is 0.001 higher.", _weights(more))
    yield change("onnx-operator", "A node computes something else.", operator)
    yield change("onnx-attribute", "The slope of a node is another.", slope)
    yield change("onnx-input-shape", "The input takes one sample instead of any number.", shape)
    x, y = samples(80, 4, 93)
    fitted = LogisticRegression().fit(x, np.array(CLASSES)[y])
    model = to_onnx(fitted, x[:1].astype("float32"), options={"zipmap": False})
    before = model.SerializeToString()
    for node in model.graph.node:
        for attribute in node.attribute:
            if list(attribute.strings) == [name.encode() for name in CLASSES]:
                attribute.strings[:] = [b"dog", b"cat", b"horse"]
    for tensor in model.graph.initializer:
        if list(tensor.string_data) == [name.encode() for name in CLASSES]:
            tensor.string_data[:] = [b"dog", b"cat", b"horse"]
    yield planted(
        "onnx-classes-swapped",
        "classifier.onnx",
        before,
        model.SerializeToString(),
        "The names of two classes are swapped.",
    )
