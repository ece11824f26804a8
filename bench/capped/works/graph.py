"""Any ONNX graph, by the product's engine: the time of a run, and whether its outputs are bit for bit those that the
same graph gave outside of any cap.

Inputs are drawn from the seed: normal for floats, 0 or 1 for integers; an axis without a size counts as ``1``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Any

import msgspec

from ....models.messages import InferStart, LoadOptions, ModelFile
from ..options import changed
from ..rows import Estimated, Model
from ..wire import Answer, Setup
from ..work import Prepared, Unavailable, Wanted

INPUTS = 4


def prepare(wanted: Wanted, path: Path, about: Any) -> Prepared:
    """Run it once without a cap, in a child, for the outputs. Raises Unavailable when it does not even run so."""
    from ....models.cards import sha256_of
    from ....models.estimate import estimate
    from ..cell import Cell, Ended, Wall, open_host

    options = changed(LoadOptions(seqs=1), wanted.variant)
    guess = estimate(about.shape, options)
    files = [path, *(each for each in sorted(path.parent.iterdir()) if each.name.startswith(path.name + "."))]
    model = Model(path.stem, "onnx", sum(each.stat().st_size for each in files), sha256_of(path))
    settings = {
        "path": str(path.resolve()), "seed": str(wanted.seed), "options": msgspec.json.encode(options).decode(),
    }  # fmt: skip
    child = ".works.graph:GraphWork"
    try:
        with Cell(open_host("rlimit"), Setup(child, str(wanted.folder), settings), Wall(None)) as cell:
            cell.ready(60.0)
            expected = [cell.ask(item, 60.0).said for item in range(INPUTS)]
    except Ended as ended:
        raise Unavailable(f"{path}: does not run even without a cap: {ended.why}") from None
    return Prepared(
        path.stem + wanted.variant.suffix, child,
        wanted.folder, INPUTS, expected, "exact", "equal outputs", f"{INPUTS} drawn inputs", "run",
        files, settings, model, Estimated(guess.anon, guess.file),
    )  # fmt: skip


class GraphWork:
    """One graph; one run an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from ....models.engines.onnx import OnnxEngine

        self._engine = OnnxEngine()
        self._engine.clock = perf_counter
        options = msgspec.json.decode(settings["options"], type=LoadOptions)
        info = self._engine.load("bench", [ModelFile(settings["path"])], options)
        self.versions = {"onnxruntime": info.version}
        self._seed = int(settings["seed"])

    def run(self, item: int) -> Answer:
        import numpy as np

        from ....models.engines.contract import Payload, Quantum
        from ....models.engines.tensors import packed

        draw = np.random.default_rng([self._seed, item])
        given = {}
        for name, port in self._engine.inputs.items():
            shape = [size if isinstance(size, int) else 1 for size in port.shape]
            floats = np.dtype(port.dtype).kind == "f"
            given[name] = (draw.standard_normal(shape) if floats else draw.integers(0, 2, shape)).astype(port.dtype)
        tensors, data = packed(given)
        began = perf_counter_ns()
        session = self._engine.start(InferStart(0, "run"), Payload(tensors, data))
        try:
            step = session.step(Quantum(perf_counter, 1, 60.0))
        finally:
            session.close()
        return Answer(item, perf_counter_ns() - began, hashlib.sha256(step.data).hexdigest())

    def close(self) -> None:
        self._engine.close()
