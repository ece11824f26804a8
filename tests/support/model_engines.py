"""Help for the tests of model engines: tiny ONNX graphs, quanta, and a session run to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bluerill.models.engines.contract import Engine, Payload, Quantum, Session, Step
from bluerill.models.engines.tensors import Array, packed, unpacked
from bluerill.models.messages import InferStart, LoadOptions, ModelFile, ModelInfo, Tensor

NOTHING = Payload((), b"")


def needs(*modules: str) -> pytest.MarkDecorator:
    """Skip where a module is not installed, without importing it."""
    missing = [module for module in modules if find_spec(module) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


def loaded(engine: Engine, path: Path | None = None, **options: Any) -> ModelInfo:
    """Load a file with options; the engine gets the real clock."""
    engine.clock = time.perf_counter
    files = [ModelFile(str(path))] if path is not None else []
    return engine.load("test", files, LoadOptions(**options))


def quantum(tokens: int = 1, seconds: float = 60.0) -> Quantum:
    return Quantum(time.perf_counter, tokens, seconds)


def to_the_end(session: Session, tokens: int = 4, between: Callable[[Session], None] | None = None) -> Step:
    """All that a session makes, joined; ``between`` is called after every step but the last."""
    whole = Step()
    for _ in range(10_000):
        step = session.step(quantum(tokens))
        whole = Step(
            whole.text + step.text,
            whole.tokens + step.tokens,
            whole.prefilled + step.prefilled,
            step.finish,
            step.tensors or whole.tensors,
            step.data or whole.data,
        )
        if step.finish:
            return whole
        if between is not None:
            between(session)
    raise AssertionError("the session does not end")


def start_run(engine: Engine, **arrays: Array) -> Session:
    tensors, data = packed(arrays)
    return engine.start(InferStart(1, kind="run", tensors=tensors), Payload(tensors, data))


def outputs(step: Step) -> dict[str, Array]:
    return unpacked(Payload(step.tensors, step.data))


def write_affine(
    path: Path,
    *,
    size: int = 4,
    external: str = "",
    batch: str = "n",
    more: Sequence[Any] = (),
) -> Path:
    """``y = x·w + b`` for float32 x [n, size]; ``external`` names the file that the weights are claimed to be in."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = np.arange(size * size, dtype=np.float32).reshape(size, size) / 10
    w = numpy_helper.from_array(weights, "w")
    if external:
        w.ClearField("raw_data")
        w.data_location = TensorProto.EXTERNAL
        for key, value in (("location", external), ("offset", "0"), ("length", str(weights.nbytes))):
            entry = w.external_data.add()
            entry.key, entry.value = key, value
    b = numpy_helper.from_array(np.ones(size, np.float32), "b")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["xw"]), helper.make_node("Add", ["xw", "b"], ["y"])],
        "affine",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, size])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, size])],
        [w, b, *more],
    )
    path.write_bytes(_model(onnx, helper, graph).SerializeToString())
    return path


def weights_of(size: int = 4) -> bytes:
    """The bytes that :func:`write_affine` expects in its external file."""
    return (np.arange(size * size, dtype="<f4") / 10).tobytes()


def write_running_sum(path: Path) -> Path:
    """A stream: ``sum_out = sum_in + x`` and ``mean = sum_out * 0.5``, all float32 [n, 3]."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3]) for name in ("x", "sum_in")]
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3]) for name in ("half", "sum_out")]
    graph = helper.make_graph(
        [
            helper.make_node("Add", ["x", "sum_in"], ["sum_out"]),
            helper.make_node("Mul", ["sum_out", "factor"], ["half"]),
        ],
        "running-sum",
        ports,
        made,
        [numpy_helper.from_array(np.array(0.5, np.float32), "factor")],
    )
    path.write_bytes(_model(onnx, helper, graph).SerializeToString())
    return path


def _model(onnx: Any, helper: Any, graph: Any) -> Any:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model


def described(name: str, array: Array) -> tuple[list[Tensor], bytes]:
    return packed({name: array})
