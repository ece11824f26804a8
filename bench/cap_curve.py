"""The curve of a model of 64 MiB under caps: quick above what it needs, five times slower below, dead at the floor.

    python -m bluerill.bench.cap_curve OUT [--minutes M]

Writes an ONNX graph of sixteen matrices of 4 MiB with its weights in a file of their own, so that they are mapped and
can be read again, and measures it by ``bluerill bench``. OUT gets the rows, the report and the plots; what the curve
must look like is checked and said.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..kernel.limits import MIB
from .capped.command import arguments, options_of
from .capped.report import write_report
from .capped.rows import Row
from .capped.run import Run
from .capped.summary import figures, floor_of, grid

LAYERS, WIDTH = 16, 1024
CAPS = (160, 128, 112, 104, 96, 88, 80, 72, 64, 56, 48, 40, 32)
SLOWER = 5.0


def write_graph(path: Path) -> Path:
    """Sixteen products with a matrix of 4 MiB each, the matrices in ``path.data``."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    draw = np.random.default_rng(1)
    nodes, weights = [], []
    for layer in range(LAYERS):
        matrix = (draw.standard_normal((WIDTH, WIDTH)) / np.sqrt(WIDTH)).astype(np.float32)
        weights.append(numpy_helper.from_array(matrix, f"w{layer}"))
        nodes.append(helper.make_node("MatMul", [f"x{layer}", f"w{layer}"], [f"x{layer + 1}"]))
    shape = [1, WIDTH]
    graph = helper.make_graph(
        nodes,
        "matrices",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(f"x{LAYERS}", TensorProto.FLOAT, shape)],
        weights,
    )
    model: Any = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, str(path), save_as_external_data=True, location=f"{path.name}.data", size_threshold=1024)
    return path


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.cap_curve", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=3.0)
    args = parser.parse_args(argv)
    caps = ",".join([*(f"{cap}M" for cap in CAPS), "none"])
    with tempfile.TemporaryDirectory() as folder:
        model = write_graph(Path(folder) / "matrices.onnx")
        options = options_of(_words(["--models", str(model), "--ram", caps, "--out", str(args.out)]))
        done = Run(options._replace(minutes=args.minutes), lambda *_: None, lambda _: None).go()
    write_report(done.rows, args.out)
    heads, lines = grid(done.rows, options.caps)
    for row in zip(heads, *lines, strict=True):
        print(*row, sep="\t")
    return _judge(done.rows)


def _words(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    arguments(parser)
    return parser.parse_args(words)


def _judge(rows: Sequence[Row]) -> int:
    [by_cap] = figures(rows).values()
    times = {cap: figure.median("p50_ms") for cap, figure in by_cap.items()}
    alive = {cap: time for cap, time in times.items() if cap is not None and time is not None}
    floor, free = floor_of(by_cap), times.get(None)
    if not alive or free is None or floor is None:
        print("no curve: it did not live under any cap, or not without one")
        return 1
    slowest = max(alive, key=lambda cap: alive[cap])
    dead = [cap for cap, time in times.items() if cap is not None and time is None]
    print(
        f"without a cap {free:.1f} ms; slowest {alive[slowest]:.1f} ms, {alive[slowest] / free:.1f} times, at "
        f"{slowest // MIB} MiB; always lives from {floor // MIB} MiB; dies at {[cap // MIB for cap in dead]}"
    )
    return 0 if dead and alive[slowest] > SLOWER * free else 1


if __name__ == "__main__":
    raise SystemExit(main())
