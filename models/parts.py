"""What the messages of the models wing are made of: files, options, tensors, samplings, and what a model is."""

from __future__ import annotations

from typing import Literal

import msgspec

EngineKind = Literal["generate", "embed", "run", "transcribe", "speak"]
"""What can be asked of a model: text from text, a vector from text, tensors from tensors, text from samples, samples
from text."""
Keep = Literal["memory", "store", "drop"]
"""What a paused sequence keeps: its place in the engine, a snapshot outside of it, or nothing (computed again)."""
Klass = Literal["voice", "interactive", "background"]


class ModelFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of a model. ``sha256`` is the pin (lower-case hex, '' = none): the server refuses a file without it.

    ``stamp`` is what a server said of the file when it last had that hash; if the file still has it, it is not hashed
    again. ``role`` is '' for the model itself, else what the engine calls the file (``projector``, ``tokenizer``, …).
    """

    path: str
    sha256: str = ""
    stamp: str = ""
    role: str = ""


class LoadOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to load. ``ctx`` is in tokens for each of ``seqs`` sequences; ``threads`` 0 = the cores of this process, or
    one for a small model."""

    ctx: int = 2048
    batch: int = 512
    """Tokens of one prefill chunk (llama.cpp's n_batch)."""
    ubatch: int = 512
    kv_type: Literal["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"] = "f16"
    threads: int = 0
    seqs: int = 1
    mmap: bool = True
    settings: dict[str, str] = {}
    """What only this engine knows, by name; an unknown name is refused."""


class ModelInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a loaded model is and can do. Counts in tokens, parameters and bytes; 0 and '' = not known or none."""

    model: str
    engine: str
    kinds: list[EngineKind]
    architecture: str = ""
    title: str = ""
    parameters: int = 0
    ctx: int = 0
    trained_ctx: int = 0
    vocabulary: int = 0
    embedding: int = 0
    seqs: int = 1
    keeps: tuple[Keep, ...] = ("memory",)
    """How a paused sequence of this model can be kept such that it goes on exactly; see the engine."""
    batches: bool = False
    """Several sequences can share a quantum (InferBatch)."""
    chat: bool = False
    """Chat messages are understood (there is a template, or the server has one)."""
    images: bool = False
    streams: bool = False
    """A sequence takes more input while it runs (InferFeed)."""
    inputs: list[str] = []
    outputs: list[str] = []
    version: str = ""


class ChatMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn of a chat. ``role`` is system, user, assistant or tool."""

    role: str
    content: str


class Sampling(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the next token is chosen. ``temperature`` 0 takes the likeliest; 0 or 1 turns a filter off as usual."""

    temperature: float = 0.0
    seed: int = 0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    repeat_last: int = 64


class Tensor(msgspec.Struct, frozen=True, omit_defaults=True):
    """One array: little-endian, C order. ``offset`` and ``size`` are bytes in the lease (or the body's ``data``).

    ``dtype`` is NumPy's name (float32, int64, …); the engine names what it takes. Samples are int16 at 16 kHz.
    """

    name: str
    dtype: str
    shape: list[int]
    offset: int = 0
    size: int = 0


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens of a whole inference: of its prompt, of these reused from kept state, and generated."""

    prompt: int = 0
    reused: int = 0
    generated: int = 0


class Timings(msgspec.Struct, frozen=True, omit_defaults=True):
    """Seconds of computing, without the time a sequence waited for its next quantum."""

    prefill_s: float = 0.0
    decode_s: float = 0.0
    restore_s: float = 0.0
