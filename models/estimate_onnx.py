"""What ONNX Runtime needs for graphs on the CPU, with prepacking off as our engine runs it.

Measured (docs/measurements.md): weights inside the graph file are copied once into anonymous memory, with one tensor
more in flight while loading; external data stays mapped, unless prepacking is on, which copies it too.
"""

from __future__ import annotations

from ..kernel.errors import CallerError
from ..kernel.limits import KIB, MIB
from .estimate import Estimate, Part
from .messages import LoadOptions
from .shapes import OnnxShape

__all__ = ["estimate_onnx"]

PROCESS_ANON, PROCESS_FILE = 28 * MIB, 35 * MIB
"""A service child with NumPy and onnxruntime loaded and one session opened."""
SESSION = 2 * MIB
NODE = 8 * KIB
"""A node with its kernel and its names, and its share of the graph's optimisation."""
GUESS = 16 * MIB
"""Activations of a graph that gives no shapes, at least."""


def estimate_onnx(shape: OnnxShape, options: LoadOptions) -> Estimate:
    """The estimate for ``seqs`` rows at once; ``ctx`` counts for caches fed back. Raises CallerError."""
    if not (1 <= options.seqs <= 1 << 20 and 0 <= options.ctx <= 1 << 24):
        raise CallerError(f"seqs and ctx must be positive and sensible, got {options.seqs} and {options.ctx}")
    packed = options.settings.get("prepack", "") == "on"
    mapped = 0 if packed or not options.mmap else shape.external_bytes
    copied = shape.inline_bytes + shape.external_bytes - mapped
    if packed:
        copied += shape.inline_bytes
    in_flight = min(shape.largest_bytes, copied)
    alive = shape.activation_bytes * options.seqs
    guess = 0
    if shape.unknown:
        guess = max(GUESS, (shape.inline_bytes + shape.external_bytes) // 4)
    parts = [
        Part("weights", "mapped", 0, mapped, "external data, counted whole"),
        Part("weights", "loaded", copied, 0, "copied out of the graph file"),
        Part("weights", "in flight", in_flight, 0, "one more tensor while loading"),
        Part("kv", "fed back", 2 * shape.state_bytes * options.ctx * options.seqs, 0, "before and after a run"),
        Part("compute", "activations", alive, 0, f"alive at once for {options.seqs} rows"),
        Part("compute", "unsaid", guess, 0, f"{shape.unknown} values whose size the graph does not say"),
        Part("fixed", "process", PROCESS_ANON, PROCESS_FILE, "Python, NumPy, ONNX Runtime and what they load"),
        Part("fixed", "sessions", shape.graphs * SESSION + shape.nodes * NODE + 4 * shape.graph_bytes, 0),
    ]
    note = f"the graph gives no size for {shape.unknown} values; compute is a guess" if shape.unknown else ""
    return Estimate(tuple(part for part in parts if part.bytes), note)
