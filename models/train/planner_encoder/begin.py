"""The weights of an encoder that was shipped, to go on from: the inverse of ``export.py``.

Eight bits (here -64..64) cost a weight at most one part in 128 of its output's largest, which a few steps mend; so that
a new action or new rows need not begin at the pretrained weights again. The pieces stay as they are, because the
embeddings do not learn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch

from ...encoder.network import Files
from .network import POSITIONS, Encoder

__all__ = ["Begun", "begun", "read_graph"]

_LINEAR = ("query", "key", "value", "out", "up", "down")
_NORMS = ("norm", "last")


class Begun(NamedTuple):
    """What was shipped: its names, and its weights under ours."""

    files: Files
    weights: dict[str, torch.Tensor]

    def labels(self, others: Iterable[str]) -> list[str]:
        """Its labels in their order, and the new ones after them."""
        return _with(self.files.labels, others)

    def tags(self, others: Iterable[str]) -> list[str]:
        """Its tags in their order, and the new ones after them."""
        return _with(self.files.tags, others)


def _with(old: Sequence[str], others: Iterable[str]) -> list[str]:
    return [*old, *sorted(set(others) - set(old))]


def read_graph(folder: Path) -> Begun:
    """The encoder in a folder that ``export.py`` wrote. Raises ValueError for a graph of another kind."""
    onnx: Any = import_module("onnx")
    files = msgspec.json.decode((folder / "encoder.json").read_bytes(), type=Files)
    graph = onnx.load(str(folder / "encoder.onnx")).graph
    values = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    reader = _Reader(graph.node, values)
    made = {"words.weight": reader.embedding(), "places": reader.places()}
    linear, norms = reader.linear(), reader.norms()
    layers, rest = divmod(len(linear) - 2, len(_LINEAR))
    if layers < 1 or rest or len(norms) != 1 + len(_NORMS) * layers:
        raise ValueError(f"{folder}: expected a planner's encoder, got another graph")
    names = [f"blocks.{number}.{part}" for number in range(layers) for part in _LINEAR] + ["label", "tag"]
    normed = ["first"] + [f"blocks.{number}.{part}" for number in range(layers) for part in _NORMS]
    for name, pair in [*zip(names, linear, strict=True), *zip(normed, norms, strict=True)]:
        made[f"{name}.weight"], made[f"{name}.bias"] = pair
    return Begun(files, {name: torch.from_numpy(np.array(value, np.float32)) for name, value in made.items()})


def _first(found: Iterable[Any]) -> Any:
    for each in found:
        return each
    raise ValueError("expected the graph of a planner's encoder, got another")


class _Reader:
    """Finds weights by what the graph does with them, in the order in which it does."""

    def __init__(self, nodes: Sequence[Any], values: dict[str, Any]) -> None:
        self._nodes, self._values = nodes, values
        self._uses: dict[str, list[Any]] = {}
        for node in nodes:
            for name in node.input:
                self._uses.setdefault(name, []).append(node)

    def _after(self, node: Any, operator: str) -> Any:
        return _first(each for each in self._uses.get(node.output[0], ()) if each.op_type == operator)

    def _weight(self, node: Any) -> Any:
        return self._values[_first(name for name in node.input if name in self._values)]

    def embedding(self) -> Any:
        """(vocabulary, width)."""
        tables = [node.input[0] for node in self._nodes if node.op_type == "Gather" and node.input[1] == "numbers"]
        codes = self._values[_first(tables)]
        return codes.T if len(tables) == 1 else codes.T * self._values[tables[1]][:, None]

    def places(self) -> Any:
        """(positions, width); as many as the network has."""
        names = (node.input[0] for node in self._nodes if node.op_type == "Slice")
        return self._values[_first(name for name in names if name in self._values)][:POSITIONS]

    def linear(self) -> list[tuple[Any, Any]]:
        """Weights (out, in) and biases of the linear layers; what both sides of are computed is none."""
        found = []
        for node in self._nodes:
            if node.op_type not in ("MatMulInteger", "MatMul") or node.input[1] not in self._values:
                continue
            weight = self._values[node.input[1]].T.astype(np.float32)
            last = node
            if node.op_type == "MatMulInteger":
                last = self._after(self._after(node, "Cast"), "Mul")
                step = _first(each for each in self._nodes if each.op_type == "Mul" and each.output[0] in last.input)
                weight *= self._weight(step)[:, None]
            found.append((weight, self._weight(self._after(last, "Add"))))
        return found

    def norms(self) -> list[tuple[Any, Any]]:
        return [
            (self._values[node.input[1]], self._values[node.input[2]])
            for node in self._nodes
            if node.op_type == "LayerNormalization"
        ]


def begun(start: Begun, labels: Sequence[str], tags: Sequence[str]) -> Encoder:
    """A network with those weights. ``labels`` and ``tags`` begin with the old ones; each new one's row is the mean of
    the old, so that it is at first neither likely nor excluded."""
    weights = dict(start.weights)
    for head, old, new in (("label", start.files.labels, labels), ("tag", start.files.tags, tags)):
        if list(new[: len(old)]) != old:
            raise ValueError(f"the {head}s of the shipped encoder must come first, in their order")
        for part in ("weight", "bias"):
            rows = weights[f"{head}.{part}"]
            fresh = rows.mean(0, keepdim=True).expand(len(new) - len(old), *rows.shape[1:])
            weights[f"{head}.{part}"] = torch.cat([rows, fresh])
    layers = sum(name.endswith(".query.weight") for name in weights)
    vocabulary, width = weights["words.weight"].shape
    inner = len(weights["blocks.0.up.bias"])
    net = Encoder(vocabulary, len(labels), len(tags), layers, width, inner)
    net.load_state_dict(weights)
    return net
