"""What llama.cpp needs for a GGUF model on the CPU, computed as its ``llama-kv-cache*.cpp`` and graphs do.

The KV cache is exact. Compute is the largest of the moments of a forward pass that can be the peak: the feed-forward
layer, attention, a recurrent layer, or the logits; measured, they come out within a few per cent of llama.cpp's own
buffer. Logits count for the tokens that ask for them (the last one of a prompt), not for the whole micro-batch: the
buffer for all of them is set aside but never touched.

``settings`` that matter here, as the engine names them: ``outputs`` (tokens of a batch whose logits are wanted),
``flash`` "off" (no flash attention: the scores of all heads are materialised), ``swa_full`` "off" (sliding-window
layers cache their window only; our engine keeps llama.cpp's default, which caches everything), ``repack`` "on"
(copies of weights in another layout), ``unified`` "on" (one cache for all sequences).
"""

from __future__ import annotations

from ..kernel.errors import CallerError
from ..kernel.limits import KIB, MIB
from .estimate import Estimate, Part
from .formats.ggml import GgmlType, kv_type
from .messages import LoadOptions
from .shapes import KvLayers, LlamaShape

__all__ = ["estimate_llama", "kv_bytes", "state_bytes"]

PAD = 256
"""Cells of a cache are padded to this."""
PROCESS_ANON, PROCESS_FILE = 25 * MIB, 24 * MIB
"""A service child with llama_cpp (and the NumPy it imports) loaded, before any model."""
CONTEXT = 1 * MIB
"""A context besides its caches: graphs, schedulers, thread pool."""
CELL = 64
"""Bookkeeping of a cache, a cell."""
TOKEN = 160
"""A token of the vocabulary: its text twice, its score, its place in two maps."""
MERGE = 168
"""A merge of a byte-pair tokenizer: two texts in a tree."""
TENSOR = 1 * KIB
"""A tensor: its descriptor, name and loader entry."""
WORK = 3 * MIB // 4
"""Scratch of the threads beside the converted activations."""
MOST = 1 << 24
"""Tokens in any option; keeps products sane."""


def estimate_llama(shape: LlamaShape, options: LoadOptions) -> Estimate:
    """The estimate; ``ctx`` 0 means what the model was trained with. Raises CallerError."""
    settings = options.settings
    ctx, seqs = options.ctx or shape.trained_ctx or 2048, options.seqs
    for name, value in (("ctx", ctx), ("seqs", seqs), ("batch", options.batch), ("ubatch", options.ubatch)):
        if not 1 <= value <= MOST:
            raise CallerError(f"{name} must be from 1 to {MOST}, got {value}")
    ctx = padded(min(ctx, shape.trained_ctx or ctx))
    unified = settings.get("unified", "") == "on"
    ubatch = min(options.ubatch, options.batch, ctx * seqs)
    cells = ctx * seqs if unified else ctx
    kind = kv_type(options.kv_type)
    parts = [*_weights(shape, options), *_caches(shape, options, kind, cells, ubatch, unified)]
    parts += _compute(shape, options, cells, ubatch)
    outputs = (shape.embedding + shape.vocabulary) * _outputs(options) * 4
    streams = 1 if unified else seqs
    words = shape.vocabulary * TOKEN + shape.merges * MERGE
    parts += [
        Part("fixed", "process", PROCESS_ANON, PROCESS_FILE, "Python, llama.cpp and what they load"),
        Part("fixed", "vocabulary", words, 0, f"{shape.vocabulary} tokens, {shape.merges} merges"),
        Part("fixed", "context", CONTEXT + cells * streams * CELL + outputs + shape.tensors * TENSOR, 0),
    ]
    return Estimate(tuple(part for part in parts if part.bytes), shape.unsure)


def padded(cells: int) -> int:
    return -(-cells // PAD) * PAD


def kv_bytes(layers: KvLayers, kind: GgmlType, cells: int, ubatch: int, seqs: int, *, full: bool, unified: bool) -> int:
    """The cache of layers that are alike. ``cells`` of one stream; a stream is a sequence, or all if ``unified``."""
    if layers.window and not full:
        # at most the window of each sequence and one micro-batch that is being computed
        cells = padded(min(cells, layers.window * (seqs if unified else 1) + ubatch))
    streams = 1 if unified else seqs
    return layers.layers * (kind.row(layers.k) + kind.row(layers.v)) * cells * streams


def state_bytes(shape: LlamaShape, seqs: int) -> int:
    """The states of recurrent layers, always in 32 bits."""
    return sum(group.layers * (group.conv + group.state) * 4 * seqs for group in shape.recurrent)


def _weights(shape: LlamaShape, options: LoadOptions) -> list[Part]:
    copied = shape.repacked_bytes if options.settings.get("repack", "") == "on" else 0
    kept = shape.weights_bytes - (shape.dropped_bytes if copied else 0)
    repack = Part("weights", "repacked", copied, 0, "copies in the layout of this processor's kernels")
    if options.mmap:
        return [Part("weights", "mapped", 0, kept, "read as needed, counted whole"), repack]
    return [Part("weights", "loaded", kept, 0, "without mmap"), repack]


def _caches(
    shape: LlamaShape, options: LoadOptions, kind: GgmlType, cells: int, ubatch: int, unified: bool
) -> list[Part]:
    full = options.settings.get("swa_full", "") != "off"
    parts = []
    for group in shape.kv:
        size = kv_bytes(group, kind, cells, ubatch, options.seqs, full=full, unified=unified)
        name = f"window {group.window}" if group.window else "attention"
        parts.append(
            Part("kv", name, size, 0, f"{group.layers} layers, {group.k} + {group.v} elements a token in {kind.name}")
        )
    for state in shape.recurrent:
        size = state.layers * (state.conv + state.state) * 4 * options.seqs
        parts.append(Part("kv", "recurrent state", size, 0, f"{state.layers} layers, whatever the context"))
    return parts


def _outputs(options: LoadOptions) -> int:
    """Tokens of a batch whose logits are computed: one for each sequence unless the caller wants more."""
    given = options.settings.get("outputs", "")
    if given and not given.isdecimal():
        raise CallerError(f"outputs must be a number of tokens, got {given[:20]!r}")
    return min(max(int(given or 0), options.seqs), MOST)


def _compute(shape: LlamaShape, options: LoadOptions, cells: int, ubatch: int) -> list[Part]:
    """The peak of one micro-batch: see the module. ``row`` is one 32-bit value for each of its tokens."""
    row, width = 4 * ubatch, shape.embedding
    flash = options.settings.get("flash", "") != "off"
    full = options.settings.get("swa_full", "") != "off"
    windows = {group.window for group in shape.kv}
    masks = sum(min(cells, padded(window + ubatch)) if window and not full else cells for window in windows)
    mask = 2 * ubatch * masks  # 16 bits a pair of token and cell, one mask for each kind of layer
    forward = row * (3 * shape.feed_forward + 4 * width) + mask
    attention = row * (2 * shape.queries + 2 * shape.keys + width) + mask
    if not flash:
        attention = row * (2 * shape.queries + 2 * shape.keys + 3 * width + cells * (shape.heads + 1))
    states = 4 * options.seqs * max((group.state for group in shape.recurrent), default=0)
    recurrent = row * (28 * shape.inner // 5 + 2 * width) + states if shape.inner else 0
    logits = 4 * min(_outputs(options), ubatch) * shape.vocabulary + row * 3 * width
    peak = max(forward, attention, recurrent, logits)
    of = {forward: "feed-forward", attention: "attention", recurrent: "recurrent layer", logits: "logits"}[peak]
    # activations are converted to the type the weights are multiplied in, at most 16 bits
    scores = 0 if flash else cells * shape.heads
    work = 2 * ubatch * max(shape.feed_forward, shape.queries, width, shape.inner, scores)
    return [
        Part("compute", "activations", peak, 0, f"{ubatch} tokens at once; the {of} is the peak"),
        Part("compute", "scratch", work + WORK, 0, "converted activations"),
    ]
