"""From a GGUF header to the shape that llama.cpp will give its caches.

Which layers attend to a window only, and which keep a recurrent state, is decided in llama.cpp by the architecture:
the tables below say what its ``src/models/*.cpp`` do. An architecture that is in none of them is taken for plain
full attention, which is never less than it needs; the shape then says that it is unsure.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ...kernel.errors import CallerError
from ..shapes import KvLayers, LlamaShape, RecurrentLayers
from .ggml import REPACKED
from .gguf import Gguf, Skipped, TensorInfo, read_gguf

__all__ = ["read_llama", "shape_of"]

MAX_LAYERS = 512
"""LLAMA_MAX_LAYERS."""
MAX_WIDTH = 1 << 24
"""No width, number of heads or state of a real model is near this; it keeps products within 64 bits."""
MAX_CONTEXT = 1 << 28


class Window(NamedTuple):
    """Of ``period`` layers all but one attend to a window; ``dense_first`` says which one. ``size`` if none is given,
    0 = then there is no window."""

    period: int
    size: int = 0
    dense_first: bool = False


_WINDOWS = {
    "afmoe": Window(4), "cohere2": Window(4), "cohere2moe": Window(4, 0, True), "exaone-moe": Window(4, 128),
    "gemma2": Window(2, 4096), "gemma3": Window(6), "gemma3n": Window(5), "gpt-oss": Window(2),
    "laguna": Window(4, 0, True),
    "llama4": Window(4, 8192), "mellum": Window(4), "muse-glimmer": Window(4), "olmo2": Window(4), "plamo3": Window(8),
    "smallthinker": Window(4, 0, True),
}  # fmt: skip
_FIXED_WINDOWS = {"llama4": 8192, "smallthinker": 4096}
"""llama.cpp takes these whatever the file says, if it says any."""
_ARRAY_WINDOWS = {"gemma4", "granite_swa", "maple", "mimo2", "spark2_5", "step35"}
"""The file says for each layer."""
_ENCODERS = {
    "bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "eurobert",
    "gemma-embedding", "wavtokenizer-dec", "dream", "llada", "llada-moe", "rnd1",
}  # fmt: skip
_RECURRENT = {"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"}
_HYBRID = {"jamba", "granitehybrid", "lfm2", "lfm2moe", "plamo2", "kimi-linear", "nemotron_h", "nemotron_h_moe"}
"""Layers without KV heads are recurrent."""
_INTERVAL = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4}
"""Every n-th layer attends, the others are recurrent."""
_PLAIN = {
    "llama", "mistral3", "qwen2", "qwen2moe", "qwen2vl", "qwen3", "qwen3moe", "qwen3vl", "phi2", "phi3", "phimoe",
    "gemma", "falcon", "starcoder2", "stablelm", "gpt2", "gptneox", "bloom", "mpt", "command-r", "olmo", "olmoe",
    "granite", "granitemoe", "smollm3", "internlm2", "minicpm", "deepseek", "deepseek2", "glm4", "glm4moe", "chatglm",
    "exaone", "nemotron", "orion", "openelm", "dbrx", "arctic", "seed_oss", "ernie4_5", "hunyuan-dense", "arcee",
}  # fmt: skip


def read_llama(path: Path) -> LlamaShape:
    """The shape of a GGUF file. Raises CallerError for a file that is not a whole model."""
    return shape_of(read_gguf(path), path)


class _Numbers:
    """The architecture's own numbers, each a scalar or one for every layer."""

    def __init__(self, gguf: Gguf, path: Path) -> None:
        self.gguf, self.path, self.prefix = gguf, path, gguf.architecture + "."

    def fail(self, key: str, expected: str, found: object) -> CallerError:
        return CallerError(f"{self.path}: metadata {self.prefix}{key}: expected {expected}, found {str(found)[:60]}")

    def one(self, key: str, default: int | None = None, most: int = MAX_WIDTH) -> int:
        found = self.gguf.metadata.get(self.prefix + key, default)
        if isinstance(found, list) and found:  # one for each layer where the widest counts
            found = max(found)
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
            raise self.fail(key, f"a number from 0 to {most}", "none" if found is None else found)
        return found

    def each(self, key: str, layers: int, default: int = 0) -> list[int]:
        found = self.gguf.metadata.get(self.prefix + key, default)
        if isinstance(found, list):
            numbers = [int(n) for n in found[:layers] if isinstance(n, int) and 0 <= n <= MAX_WIDTH]
            if len(numbers) < layers:
                raise self.fail(key, f"{layers} numbers from 0 to {MAX_WIDTH}", f"{len(found)} of them")
            return numbers
        return [self.one(key, default)] * layers

    def flags(self, key: str, layers: int) -> list[bool] | None:
        found = self.gguf.metadata.get(self.prefix + key)
        return [bool(n) for n in found[:layers]] if isinstance(found, list) and len(found) >= layers else None


def shape_of(gguf: Gguf, path: Path) -> LlamaShape:
    """The shape of a header that was read. Raises CallerError naming the metadata that is missing or impossible."""
    architecture = gguf.architecture
    if not architecture:
        raise CallerError(f"{path}: expected general.architecture in the metadata, found none")
    numbers = _Numbers(gguf, path)
    split = gguf.metadata.get("split.count", 0)
    if isinstance(split, int) and split > 1:
        raise CallerError(f"{path}: expected a whole model, found one of {split} parts; merge them first (gguf-split)")
    blocks = numbers.one("block_count", most=MAX_LAYERS)
    layers = blocks - numbers.one("nextn_predict_layers", 0, most=blocks)
    heads = numbers.each("attention.head_count", layers)
    kv_heads = (
        numbers.each("attention.head_count_kv", layers)
        if numbers.prefix + "attention.head_count_kv" in gguf.metadata
        else heads
    )
    recurrent = _recurrent(numbers, architecture, layers, kv_heads)
    causal = architecture not in _ENCODERS
    known = architecture in _PLAIN | _WINDOWS.keys() | _ARRAY_WINDOWS | _ENCODERS | _RECURRENT | _HYBRID | (
        _INTERVAL.keys() | {"falcon-h1", "exaone4"}
    )
    repacked, tied = _repacked(gguf)
    return LlamaShape(
        architecture=architecture,
        weights_bytes=gguf.data_bytes,
        header_bytes=gguf.data_start,
        vocabulary=_vocabulary(gguf, numbers),
        embedding=numbers.one("embedding_length"),
        feed_forward=_feed_forward(numbers, layers),
        merges=_count(gguf, "tokenizer.ggml.merges"),
        heads=max(heads, default=0),
        queries=max(heads, default=0) * _head(numbers, heads, "key"),
        keys=max(kv_heads, default=0) * _head(numbers, heads, "key"),
        inner=numbers.one("ssm.inner_size", 0),
        layers=layers,
        tensors=len(gguf.tensors),
        repacked_bytes=sum(info.bytes for info in repacked) + (tied.bytes if tied else 0),
        dropped_bytes=sum(info.bytes for info in repacked),
        largest_bytes=max((info.bytes for info in gguf.tensors), default=0),
        parameters=sum(info.elements for info in gguf.tensors),
        trained_ctx=numbers.one("context_length", 0, most=MAX_CONTEXT),
        kv=_kv(numbers, architecture, heads, kv_heads, recurrent) if causal else [],
        recurrent=_states(numbers, architecture, heads, recurrent),
        causal=causal,
        unsure="" if known else f"architecture {architecture[:40]} is taken for plain full attention",
    )  # fmt: skip


def _vocabulary(gguf: Gguf, numbers: _Numbers) -> int:
    if tokens := _count(gguf, "tokenizer.ggml.tokens"):
        return tokens
    for info in gguf.tensors:
        if info.name == "token_embd.weight" and len(info.shape) == 2:
            return info.shape[1]
    return numbers.one("vocab_size", 0)


def _count(gguf: Gguf, key: str) -> int:
    found = gguf.metadata.get(key)
    return found.elements if isinstance(found, Skipped) else 0


def _feed_forward(numbers: _Numbers, layers: int) -> int:
    """The widest the hidden layer of one token gets, all its experts together."""
    dense = max(numbers.each("feed_forward_length", layers), default=0)
    experts = numbers.one("expert_used_count", 0, most=4096)
    each = numbers.one("expert_feed_forward_length", dense if experts else 0)
    return max(dense, experts * each + numbers.one("expert_shared_feed_forward_length", 0))


def _head(numbers: _Numbers, heads: list[int], which: str, window: bool = False) -> int:
    """Elements of one head of K or V."""
    most = max(heads, default=0)
    plain = numbers.one("embedding_length") // most if most else 0
    full = numbers.one(f"attention.{which}_length", plain)
    return numbers.one(f"attention.{which}_length_swa", full) if window else full


def _repacked(gguf: Gguf) -> tuple[list[TensorInfo], TensorInfo | None]:
    """Matrices that are multiplied with (not looked up in) and have a type and height that is copied; and the
    embedding, if the output layer uses it again as a matrix: then it is both copied and looked up in."""
    found = [
        info
        for info in gguf.tensors
        if info.type.name in REPACKED
        and len(info.shape) in (2, 3)
        and info.shape[1] % 8 == 0
        and info.name not in ("token_embd.weight", "position_embd.weight", "token_types.weight")
    ]
    tied = next((info for info in gguf.tensors if info.name == "token_embd.weight"), None)
    again = tied and tied.type.name in REPACKED and not any(info.name == "output.weight" for info in gguf.tensors)
    return found, tied if again else None


def _windows(numbers: _Numbers, architecture: str, layers: int, recurrent: list[bool]) -> list[int]:
    """The window of each layer, 0 = it attends to everything."""
    given = numbers.one("attention.sliding_window", 0, most=MAX_CONTEXT)
    rule = _WINDOWS.get(architecture)
    if architecture == "exaone4" and layers == 64:
        rule = Window(4, 4096)
    if architecture == "lfm2":
        return [0 if recurrent[i] else given for i in range(layers)]
    flags = numbers.flags("attention.sliding_window_pattern", layers)
    if architecture in _ARRAY_WINDOWS:
        return [given if flags and flags[i] else 0 for i in range(layers)]
    if rule is None:
        return [0] * layers
    size = given or rule.size
    if architecture in _FIXED_WINDOWS and numbers.prefix + "attention.sliding_window" in numbers.gguf.metadata:
        size = _FIXED_WINDOWS[architecture] if given else 0
    if flags is None:
        found = numbers.gguf.metadata.get(numbers.prefix + "attention.sliding_window_pattern")
        period = found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else rule.period
        flags = [
            not period or (i % period != 0 if rule.dense_first else i % period < period - 1) for i in range(layers)
        ]
    return [size if flag else 0 for flag in flags]


def _recurrent(numbers: _Numbers, architecture: str, layers: int, kv_heads: list[int]) -> list[bool]:
    if architecture in _RECURRENT or architecture == "falcon-h1":
        return [True] * layers
    if architecture in _INTERVAL:
        flags = numbers.flags("attention.recurrent_layers", layers)
        interval = numbers.one("full_attention_interval", _INTERVAL[architecture], most=MAX_LAYERS) or 1
        return flags or [(i + 1) % interval != 0 for i in range(layers)]
    if architecture in _HYBRID:
        wide = numbers.each("feed_forward_length", layers)
        only = architecture.startswith("nemotron")  # there, a layer without KV heads may be a feed-forward layer
        return [kv_heads[i] == 0 and not (only and wide[i]) for i in range(layers)]
    return [False] * layers


def _kv(
    numbers: _Numbers, architecture: str, heads: list[int], kv_heads: list[int], recurrent: list[bool]
) -> list[KvLayers]:
    layers = len(kv_heads)
    windows = _windows(numbers, architecture, layers, recurrent)
    # multi-head latent attention keeps one compressed K, from which V is made
    latent = bool(numbers.one("attention.key_length_mla", 0)) and bool(numbers.one("attention.value_length_mla", 0))
    sharing = 20 if architecture == "gemma3n" else layers - numbers.one("attention.shared_kv_layers", 0, most=layers)
    groups: Counter[tuple[int, int, int]] = Counter()
    for i in range(layers):
        attends = not recurrent[i] or architecture == "falcon-h1"
        if not attends or not kv_heads[i] or i >= sharing:
            continue
        window = bool(windows[i])
        k = kv_heads[i] * _head(numbers, heads, "key", window)
        v = 0 if latent else kv_heads[i] * _head(numbers, heads, "value", window)
        groups[k, v, windows[i]] += 1
    return [KvLayers(count, k, v, window) for (k, v, window), count in groups.items()]


def _states(numbers: _Numbers, architecture: str, heads: list[int], recurrent: list[bool]) -> list[RecurrentLayers]:
    count = sum(recurrent)
    if not count:
        return []
    if shift := numbers.one("wkv.head_size", 0):
        width = numbers.one("embedding_length")
        tokens = numbers.one("token_shift_count", 2, most=64)
        return [RecurrentLayers(count, tokens * width, width * shift)]
    if cache := numbers.one("shortconv.l_cache", 0):
        return [RecurrentLayers(count, numbers.one("embedding_length") * (cache - 1), 0)]
    kernel = numbers.one("ssm.conv_kernel", 0, most=4096)
    if head := numbers.one("kda.head_dim", 0):
        most = max(heads, default=0)
        return [RecurrentLayers(count, 3 * max(0, kernel - 1) * most * head, head * head * most)]
    inner, state = numbers.one("ssm.inner_size"), numbers.one("ssm.state_size")
    conv = max(0, kernel - 1) * (inner + 2 * numbers.one("ssm.group_count", 0) * state)
    return [RecurrentLayers(count, conv, state * inner)]
