"""A small builder of ONNX graphs for transformers, with eight-bit weights.

Linear layers are quantised as onnxruntime's dynamic quantisation does: weights to eight bits with one scale for each
output, inputs to eight bits at run time, 32-bit sums. The weights use the range -64..64: the product of two pairs then
fits 16 bits, without which processors that lack VNNI instructions saturate silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["OPSET", "Graph", "quantised"]

OPSET = 17
LARGEST = 64
Array = npt.NDArray[Any]


def quantised(weight: Array) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Eight-bit weights of a linear layer, (out, in) to (in, out), and the scale of each output."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-8) / LARGEST
    return np.ascontiguousarray(np.round(weight / scale[:, None]).T.astype(np.int8)), scale.astype(np.float32)


class Graph:
    """Nodes and weights under construction; every method adds nodes and returns the name of their result."""

    def __init__(self, name: str, eight_bit: bool = True) -> None:
        self.onnx: Any = import_module("onnx")
        self.name, self.eight_bit = name, eight_bit
        self.nodes: list[Any] = []
        self.weights: dict[str, Any] = {}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._count = 0
        self._coded: dict[str, tuple[str, str, str]] = {}

    def input(self, name: str, kind: str, shape: Sequence[int | str]) -> str:
        self.inputs.append(self.onnx.helper.make_tensor_value_info(name, self._kind(kind), shape))
        return name

    def output(self, value: str, name: str, kind: str, shape: Sequence[int | str]) -> None:
        """Hand a value out under another name."""
        self.nodes.append(self.onnx.helper.make_node("Identity", [value], [name]))
        self.outputs.append(self.onnx.helper.make_tensor_value_info(name, self._kind(kind), shape))

    def _kind(self, kind: str) -> int:
        return int({"float": self.onnx.TensorProto.FLOAT, "int64": self.onnx.TensorProto.INT64}[kind])

    def number(self, value: float) -> str:
        """A 32-bit scalar."""
        return self.weight(np.array(value, np.float32), "c")

    def weight(self, value: Array, hint: str = "w") -> str:
        name = f"{hint}_{len(self.weights)}"
        self.weights[name] = self.onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """One node; its first result (:meth:`nodes_of` gives several)."""
        return self.nodes_of(operator, *inputs, outputs=outputs, **attributes)[0]

    def nodes_of(self, operator: str, *inputs: str, outputs: int, **attributes: Any) -> list[str]:
        self._count += 1
        names = [f"{operator.lower()}_{self._count}_{number}" for number in range(outputs)]
        self.nodes.append(self.onnx.helper.make_node(operator, list(inputs), names, **attributes))
        return names

    def constant(self, *values: int) -> str:
        return self.weight(np.array(values, np.int64), "c")

    def linear(self, x: str, weight: Array, bias: Array | None = None) -> str:
        """``x @ weight.T + bias``."""
        if self.eight_bit:
            y = self._integer(x, *quantised(weight))
        else:
            y = self.node("MatMul", x, self.weight(np.ascontiguousarray(weight.T)))
        return y if bias is None else self.node("Add", y, self.weight(bias, "b"))

    def _integer(self, x: str, codes: Array, scale: Array) -> str:
        if x not in self._coded:
            coded = self.nodes_of("DynamicQuantizeLinear", x, outputs=3)
            self._coded[x] = (coded[0], coded[1], coded[2])
        value, step, zero = self._coded[x]
        total = self.node("MatMulInteger", value, self.weight(codes, "q"), zero)
        real = self.node("Cast", total, to=self.onnx.TensorProto.FLOAT)
        return self.node("Mul", real, self.node("Mul", step, self.weight(scale, "s")))

    def table(self, rows: Array) -> tuple[str, str]:
        """An embedding that is also the output layer: its codes, one column a row, and their scales."""
        codes, scale = quantised(rows)
        return self.weight(codes, "q"), self.weight(scale, "s")

    def embed(self, tokens: str, rows: Array) -> tuple[str, tuple[str, str]]:
        """Rows of an embedding, and the table to hand to :meth:`logits`, so that both share one copy."""
        if not self.eight_bit:
            table = self.weight(np.ascontiguousarray(rows.T))
            return self._columns(table, tokens), (table, "")
        codes, scale = self.table(rows)
        picked = self.node("Cast", self._columns(codes, tokens), to=self.onnx.TensorProto.FLOAT)
        steps = self.node("Unsqueeze", self.node("Gather", scale, tokens), self.constant(-1))
        return self.node("Mul", picked, steps), (codes, scale)

    def _columns(self, table: str, tokens: str) -> str:
        """(width, vocabulary) and (n, m) to (n, m, width)."""
        return self.node("Transpose", self.node("Gather", table, tokens, axis=1), perm=[1, 2, 0])

    def logits(self, x: str, table: tuple[str, str]) -> str:
        codes, scale = table
        if not self.eight_bit:
            return self.node("MatMul", x, codes)
        value, step, zero = self.nodes_of("DynamicQuantizeLinear", x, outputs=3)
        real = self.node("Cast", self.node("MatMulInteger", value, codes, zero), to=self.onnx.TensorProto.FLOAT)
        return self.node("Mul", real, self.node("Mul", step, scale))

    def norm(self, x: str, weight: Array, bias: Array) -> str:
        return self.node("LayerNormalization", x, self.weight(weight), self.weight(bias), axis=-1, epsilon=1e-5)

    def gelu(self, x: str) -> str:
        """The exact one, by the error function."""
        half = self.node("Mul", x, self.number(0.5))
        bent = self.node("Erf", self.node("Mul", x, self.number(0.5**0.5)))
        return self.node("Mul", half, self.node("Add", bent, self.number(1)))

    def heads(self, x: str, count: int, keys: bool = False) -> str:
        """(n, length, width) to (n, heads, length, width / heads); as ``keys`` with the last two changed."""
        split = self.node("Reshape", x, self.constant(0, 0, count, -1))
        return self.node("Transpose", split, perm=[0, 2, 3, 1] if keys else [0, 2, 1, 3])

    def attend(self, q: str, k: str, v: str, *, count: int, width: int, mask: str = "") -> tuple[str, str]:
        """Multi-head attention: the result (n, length, width) and its scores (n, heads, length, source)."""
        scaled = self.node("Mul", self.heads(q, count), self.number((width // count) ** -0.5))
        scores = self.node("MatMul", scaled, self.heads(k, count, keys=True))
        if mask:
            scores = self.node("Add", scores, mask)
        mixed = self.node("MatMul", self.node("Softmax", scores, axis=-1), self.heads(v, count))
        joined = self.node("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.node("Reshape", joined, self.constant(0, 0, width)), scores

    def model(self) -> Any:
        """The whole as an ONNX model, checked."""
        helper = self.onnx.helper
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, list(self.weights.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="bluerill")
        model.ir_version = 9
        self.onnx.checker.check_model(model)
        return model
