"""The shape of a model: the few numbers its memory depends on, read once from its files and kept in its card.

Reading a foreign file is work for a command or a boxed child; pricing a shape (see ``estimate.py``) is arithmetic that
the core may do at any time. Counts are in elements or tokens, ``*_bytes`` in bytes.
"""

from __future__ import annotations

import msgspec

__all__ = ["KvLayers", "LlamaShape", "OnnxShape", "RecurrentLayers", "Shape", "WhisperShape"]


class KvLayers(msgspec.Struct, frozen=True, omit_defaults=True):
    """Attention layers that cache alike: ``k`` and ``v`` elements a token each; ``window`` 0 = every token."""

    layers: int
    k: int
    v: int
    window: int = 0


class RecurrentLayers(msgspec.Struct, frozen=True, omit_defaults=True):
    """Layers with a state of fixed size: ``conv`` and ``state`` elements of 4 bytes a sequence each."""

    layers: int
    conv: int
    state: int


class LlamaShape(msgspec.Struct, frozen=True, omit_defaults=True, tag="llama", tag_field="format"):
    """A GGUF model for llama.cpp. ``repacked_bytes`` of its weights may be copied into another layout at load; then
    ``dropped_bytes`` of the file are not read again."""

    architecture: str
    weights_bytes: int
    header_bytes: int
    vocabulary: int
    embedding: int
    merges: int = 0
    """Of a byte-pair tokenizer."""
    feed_forward: int = 0
    heads: int = 0
    queries: int = 0
    """Elements of all heads of Q together."""
    keys: int = 0
    """Elements of all heads of K of the widest layer together."""
    inner: int = 0
    """Width of a recurrent layer."""
    layers: int = 0
    tensors: int = 0
    repacked_bytes: int = 0
    dropped_bytes: int = 0
    largest_bytes: int = 0
    """The largest tensor."""
    parameters: int = 0
    trained_ctx: int = 0
    kv: list[KvLayers] = []
    recurrent: list[RecurrentLayers] = []
    causal: bool = True
    """False: an encoder without a cache."""
    unsure: str = ""
    """Why the KV cache may be smaller than estimated, '' if it is known."""


class OnnxShape(msgspec.Struct, frozen=True, omit_defaults=True, tag="onnx", tag_field="format"):
    """One or more ONNX graphs that are loaded together."""

    inline_bytes: int
    """Weights inside the graph files."""
    external_bytes: int
    """Weights in files beside them, which are mapped."""
    graph_bytes: int
    """The graphs without their weights."""
    largest_bytes: int = 0
    activation_bytes: int = 0
    """The most that is alive at once, for one row of a batch, where the graph says its shapes."""
    unknown: int = 0
    """Values whose size the graph does not say."""
    state_bytes: int = 0
    """Caches fed back from run to run, a token of each."""
    nodes: int = 0
    opset: int = 0
    parameters: int = 0
    graphs: int = 1


class WhisperShape(msgspec.Struct, frozen=True, omit_defaults=True, tag="whisper", tag_field="format"):
    """A Whisper checkpoint: OpenAI's ``ModelDimensions``, and what is stored."""

    stored_bytes: int
    parameters: int
    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int


Shape = LlamaShape | OnnxShape | WhisperShape
