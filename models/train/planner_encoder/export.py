"""The trained checkpoint as an eight-bit ONNX graph with its names beside it.

    python -m bluerill.models.train.planner_encoder.export CHECKPOINT --examples FILE --out FOLDER

Writes ``encoder.onnx``, its weights ``encoder.bin``, and ``encoder.json``. What n-grams in the folder count,
temperature and threshold are chosen on the sentences of the examples that were held back: the first two by their
likelihood, ``sure`` as the least value at which at most so many requests that no action serves would be acted on.
``--calibrate`` only chooses these anew, for a folder that was exported.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch

from ...convert.graph import Graph
from ...encoder.network import Files, Network
from ...encoder.ngrams import FILE, Ngrams
from .network import HEADS, POSITIONS
from .rows import Row, read_rows

__all__ = ["graph_of", "main"]

OTHER = "other."
FALSE = 0.02
"""The share of refusable requests that may be acted on wrongly, on the sentences held back."""
LEAST_SURE = 0.25
"""What would change something is not done at less, whatever the sentences held back say."""
_TEMPERATURES = np.linspace(0.5, 2.0, 31)
_BESIDE = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def graph_of(weights: dict[str, Any], layers: int, eight_bit: bool = True) -> Any:
    """The network as one sentence needs it: ``numbers`` (1, length) → ``labels`` (1, n), ``tags`` (1, length, m), and
    the means of its first and its last layer (1, width), by which texts are compared."""

    def w(name: str) -> Any:
        return weights[name].float().numpy()

    graph = Graph("planner-encoder", eight_bit)
    numbers = graph.input("numbers", "int64", [1, "length"])
    rows, _ = graph.embed(numbers, w("words.weight"))
    width = w("words.weight").shape[1]
    length = graph.node("Slice", graph.node("Shape", numbers), graph.constant(1), graph.constant(2), graph.constant(0))
    places = graph.node("Slice", graph.weight(w("places")[:POSITIONS]), graph.constant(0), length, graph.constant(0))
    x = first = graph.norm(graph.node("Add", rows, places), w("first.weight"), w("first.bias"))
    for number in range(layers):
        name = f"blocks.{number}"

        def linear(value: str, part: str, name: str = name) -> str:
            return graph.linear(value, w(f"{name}.{part}.weight"), w(f"{name}.{part}.bias"))

        q, k, v = (linear(x, part) for part in ("query", "key", "value"))
        mixed, _ = graph.attend(q, k, v, count=HEADS, width=width)
        x = graph.node("Add", x, linear(mixed, "out"))
        x = graph.norm(x, w(f"{name}.norm.weight"), w(f"{name}.norm.bias"))
        x = graph.node("Add", x, linear(graph.gelu(linear(x, "up")), "down"))
        x = graph.norm(x, w(f"{name}.last.weight"), w(f"{name}.last.bias"))
    pooled = graph.node("ReduceMean", x, axes=[1], keepdims=0)
    labels = graph.linear(pooled, w("label.weight"), w("label.bias"))
    tags = graph.linear(x, w("tag.weight"), w("tag.bias"))
    graph.output(labels, "labels", "float", [1, len(w("label.bias"))])
    graph.output(tags, "tags", "float", [1, "length", len(w("tag.bias"))])
    graph.output(graph.node("ReduceMean", first, axes=[1], keepdims=0), "first", "float", [1, width])
    graph.output(pooled, "last", "float", [1, width])
    return graph.model()


def write_graph(graph: Any, folder: Path) -> None:
    """The graph with its weights in a file beside it, which onnxruntime maps instead of copying."""
    weights = folder / "encoder.bin"
    weights.unlink(missing_ok=True)  # it would be appended to
    path = folder / "encoder.onnx"
    import_module("onnx").save_model(
        graph, str(path), save_as_external_data=True, location=weights.name, size_threshold=4096
    )
    weights.chmod(0o644)


def calibrated(network: Network, rows: Sequence[Row]) -> tuple[float, float, float]:
    """What n-grams count, temperature, and threshold, for sentences of people (templates are not what the network is
    asked). The network is asked without n-grams; these are read from its folder, where there are any."""
    names = {label: at for at, label in enumerate(network.files.labels)}
    some = [row for row in rows if row.source not in ("template", "own") and row.label in names]
    alone = np.stack([network.logits(row.words) for row in some])
    wanted = np.array([names[row.label] for row in some])
    ngrams = network.folder / FILE
    opinions = Ngrams.load(ngrams) if ngrams.exists() else None
    logs = np.stack([opinions.logs(row.words) for row in some]) if opinions is not None else np.zeros_like(alone)

    def likely(beside: float, temperature: float) -> Any:
        scaled = (alone + beside * logs) / temperature
        scaled -= scaled.max(1, keepdims=True)
        return scaled - np.log(np.exp(scaled).sum(1, keepdims=True))

    losses = {
        (beside, temperature): -likely(beside, temperature)[np.arange(len(some)), wanted].mean()
        for beside in (_BESIDE if opinions is not None else (0.0,)) for temperature in _TEMPERATURES
    }  # fmt: skip
    beside, temperature = min(losses, key=lambda pair: losses[pair])
    served = np.array([not name.startswith(OTHER) for name in network.files.labels])
    actions = [name.partition(" ")[0] for name in network.files.labels]
    best: list[float] = []
    for row in np.exp(likely(beside, temperature)):
        mass: dict[str, float] = {}
        for at in np.flatnonzero(served):
            mass[actions[at]] = mass.get(actions[at], 0.0) + float(row[at])
        best.append(max(mass.values()))
    refusable = sorted(p for p, row in zip(best, some, strict=True) if row.label.startswith(OTHER))
    sure = refusable[min(len(refusable) - 1, int((1 - FALSE) * len(refusable)))]
    return round(beside, 3), round(float(temperature), 3), round(min(0.9, max(LEAST_SURE, sure)), 3)


def main(arguments: Sequence[str] | None = None, write: Callable[[str], object] = print) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="export-planner", description="Write the encoder as an ONNX graph.")
    parser.add_argument("checkpoint", type=Path, nargs="?")
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibrate", action="store_true", help="choose weight, temperature and threshold anew only")
    parser.add_argument("--float", action="store_true", help="32-bit weights, to compare")
    options = parser.parse_args(arguments)
    if options.checkpoint is None and not options.calibrate:
        parser.error("expected a CHECKPOINT to export, or --calibrate")
    names = options.out / "encoder.json"
    if options.calibrate:
        files = msgspec.json.decode(names.read_bytes(), type=Files)
        files.beside = 0.0
    else:
        saved = torch.load(options.checkpoint, weights_only=True)
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / FILE).unlink(missing_ok=True)  # of another network's labels
        write_graph(graph_of(saved["weights"], saved["layers"], not options.float), options.out)
        files = Files(saved["labels"], saved["tags"], saved["pieces"])
    names.write_bytes(msgspec.json.encode(files))
    pieces = files.pieces
    held = [row for row in read_rows(options.examples) if row.split == "held"]
    files.beside, files.temperature, files.sure = calibrated(Network(options.out), held)
    files.pieces = pieces
    names.write_bytes(msgspec.json.encode(files))
    size = sum(path.stat().st_size for path in options.out.iterdir())
    write(f"n-grams {files.beside}, temperature {files.temperature}, sure from {files.sure}; {size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
