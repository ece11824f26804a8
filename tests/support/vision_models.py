"""Networks that see, small enough to be made where they are tested: the graphs have the inputs and outputs of the real
ones, and say something that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

OPEN_HAND: Any = np.array(
    [(0, 0), (-20, -10), (-35, -22), (-45, -32), (-52, -40)]
    + [
        (x * bend, -40 - 40 * up)
        for x in (-18, -5, 8, 20)
        for bend, up in ((1, 0.0), (1.1, 0.4), (1.2, 0.7), (1.3, 1.0))
    ],
    np.float32,
)
"""A right hand seen from its back, fingers up; (21, 2)."""


def write_classifier(path: Path, count: int = 3, size: int = 16) -> Path:
    """Scores that are the mean of the picture's red, green and blue (then nothing): ``[1, 3, size, size] → [1, count]``
    for a picture in the colours 0 to 1, times ten."""
    made = np.zeros((3, count), np.float32)
    np.fill_diagonal(made, 10.0)
    return _write(path, size, {"scores": (made, np.zeros((1, count), np.float32))}, [1, count])


def write_hand(path: Path, size: int = 64) -> Path:
    """A hand-landmark network in the form of MediaPipe's exports: an open hand in the middle, whatever it is shown, and
    there as surely as the picture is bright. Outputs ``landmarks`` [1, 63], ``presence`` [1, 1]."""
    points = np.zeros((21, 3), np.float32)
    points[:, :2] = OPEN_HAND * (size / 160) + [size / 2, size * 0.8]
    outputs = {
        "landmarks": (np.zeros((3, 63), np.float32), points.reshape(1, 63)),
        "presence": (np.full((3, 1), 1 / 3, np.float32), np.zeros((1, 1), np.float32)),
    }
    return _write(path, size, outputs)


def _write(path: Path, size: int, outputs: dict[str, tuple[Any, Any]], shape: list[int] | None = None) -> Path:
    """Each output is ``mean colour [1, 3] · weight + bias``."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["mean"]),
    ]
    constants, ports = [], []
    for name, (weight, bias) in outputs.items():
        constants += [numpy_helper.from_array(weight, f"{name}-w"), numpy_helper.from_array(bias, f"{name}-b")]
        nodes.append(helper.make_node("Gemm", ["mean", f"{name}-w", f"{name}-b"], [name]))
        ports.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape or [1, weight.shape[1]]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, size, size])
    graph = helper.make_graph(nodes, path.stem, [image], ports, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
