"""Tiny model files, written on the spot: GGUF of several architectures, with a tokenizer trained here.

Weights are random, so nothing sensible comes out of them; what they show is that computing is *the same*: after a
preemption, a restore, in a batch, under a cap. They are real files of real architectures: Llama with grouped-query
attention, Gemma 2 with sliding-window layers, Mamba without any attention, LFM2 with short convolutions and attention
in turns. Needs the packages ``gguf`` and ``numpy``.

``python -m bluerill.bench.tiny_models FOLDER`` writes one of each.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Architecture", "Shape", "train_bpe", "write_encoder", "write_gguf", "write_projector"]

Architecture = Literal["llama", "gemma2", "mamba", "lfm2"]
CORPUS = (
    "set a timer for ten minutes and wake me at seven tomorrow morning what is the weather like in the evening "
    "remind me to call my sister when i am home add milk and bread to the shopping list how many days until christmas "
    "turn the lights in the kitchen off please start a stopwatch how far is it to the station the quick brown fox "
    "jumps over the lazy dog a watch that listens answers and keeps what it was told "
)


class Shape(NamedTuple):
    """The size of a model. ``layers`` of width ``width``, ``heads`` query heads of ``width // heads``, ``kv_heads``."""

    width: int = 64
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 128
    merges: int = 120
    context: int = 1024
    window: int = 32
    seed: int = 1


SMALL = Shape()


def _alphabet() -> dict[int, str]:
    """GPT-2's printable stand-ins for the 256 bytes (Radford et al. 2019)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in printable}
    for number, byte in enumerate(byte for byte in range(256) if byte not in table):
        table[byte] = chr(256 + number)
    return table


def train_bpe(text: str, merges: int) -> tuple[list[str], list[str]]:
    """A byte-level BPE vocabulary (Sennrich et al. 2016) of a text: its tokens, and its merges, best first."""
    letters = _alphabet()
    words = Counter(
        tuple(letters[byte] for byte in (" " + word if number else word).encode())
        for number, word in enumerate(text.split())
    )
    learned: list[str] = []
    tokens = [letters[byte] for byte in range(256)]
    for _ in range(merges):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, count in words.items():
            for pair in pairwise(word):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        learned.append(" ".join(best))
        tokens.append("".join(best))
        words = Counter({_merged(word, best): count for word, count in words.items()})
    return tokens, learned


def _merged(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    made: list[str] = []
    for letter in word:
        if made and (made[-1], letter) == pair:
            made[-1] += letter
        else:
            made.append(letter)
    return tuple(made)


CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ("<s>", "</s>", "<|im_start|>", "<|im_end|>")


def write_gguf(path: Path, architecture: Architecture = "llama", shape: Shape = SMALL, kind: str = "F32") -> Path:
    """Write a model. ``kind`` is the type of its matrices: F32, F16 or Q8_0."""
    import gguf

    writer: Any = gguf.GGUFWriter(str(path), architecture)
    writer.add_name(f"tiny-{architecture}")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_file_type(0)
    tokens = _add_tokenizer(writer, gguf, shape)
    draw = np.random.default_rng(shape.seed)

    def tensor(name: str, *size: int, plain: npt.NDArray[np.float32] | None = None) -> None:
        """A matrix is [rows = outputs, columns = inputs], as GGUF has it."""
        if plain is not None:
            writer.add_tensor(name, plain.astype(np.float32))
            return
        values = (draw.standard_normal(size) * (1.6 / np.sqrt(size[-1]))).astype(np.float32)
        if kind == "F16":
            writer.add_tensor(name, values.astype(np.float16))
        elif kind == "Q8_0":
            quantised = gguf.quantize(values, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(name, values)

    tensor("token_embd.weight", tokens, shape.width)
    norm = "token_embd_norm.weight" if architecture == "lfm2" else "output_norm.weight"
    tensor(norm, plain=np.ones(shape.width, np.float32))
    if architecture == "mamba":
        _mamba(writer, tensor, shape, draw)
    else:
        _attention(writer, tensor, shape, architecture, draw)
    if architecture in ("llama", "mamba"):  # the others tie their output to their embedding
        tensor("output.weight", tokens, shape.width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: Any, gguf: Any, shape: Shape) -> int:
    """The vocabulary; its size, padded so that rows quantise."""
    tokens, merges = train_bpe(CORPUS, shape.merges)
    kinds = [gguf.TokenType.NORMAL] * len(tokens)
    tokens += SPECIAL
    kinds += [gguf.TokenType.CONTROL] * len(SPECIAL)
    while len(tokens) % 32:
        tokens.append(f"<unused{len(tokens)}>")
        kinds.append(gguf.TokenType.UNUSED)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<s>"))
    writer.add_eos_token_id(tokens.index("</s>"))
    writer.add_eot_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(True)
    writer.add_chat_template(CHAT_TEMPLATE)
    return len(tokens)


def _attention(writer: Any, tensor: Any, shape: Shape, architecture: str, draw: np.random.Generator) -> None:
    """Transformer layers; LFM2's even ones are gated short convolutions instead."""
    head = shape.width // shape.heads
    kernel = (draw.standard_normal((shape.width, 3)) * 0.6).astype(np.float32)
    writer.add_head_count(shape.heads)
    convolutions = [architecture == "lfm2" and layer % 2 == 0 for layer in range(shape.layers)]
    if architecture == "lfm2":
        writer.add_head_count_kv([0 if convolution else shape.kv_heads for convolution in convolutions])
        writer.add_shortconv_l_cache(3)
    else:
        writer.add_head_count_kv(shape.kv_heads)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    norms = ["attn_norm", "ffn_norm"]
    if architecture == "gemma2":
        writer.add_sliding_window(shape.window)
        writer.add_attn_logit_softcapping(50.0)
        writer.add_final_logit_softcapping(30.0)
        norms += ["post_attention_norm", "post_ffw_norm"]
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        for norm in norms:
            # A tied output would only repeat its input, if what the layers add did not outweigh the embedding.
            gain = 3.0 if norm.startswith("post_") else 1.0
            tensor(f"{block}{norm}.weight", plain=np.full(shape.width, gain, np.float32))
        tensor(f"{block}ffn_gate.weight", shape.feed_forward, shape.width)
        tensor(f"{block}ffn_up.weight", shape.feed_forward, shape.width)
        tensor(f"{block}ffn_down.weight", shape.width, shape.feed_forward)
        if convolutions[layer]:
            tensor(f"{block}shortconv.in_proj.weight", 3 * shape.width, shape.width)
            tensor(f"{block}shortconv.conv.weight", plain=kernel)
            tensor(f"{block}shortconv.out_proj.weight", shape.width, shape.width)
            continue
        if architecture == "lfm2":
            for norm in ("attn_q_norm", "attn_k_norm"):
                tensor(f"{block}{norm}.weight", plain=np.ones(head, np.float32))
        tensor(f"{block}attn_q.weight", shape.width, shape.width)
        tensor(f"{block}attn_k.weight", shape.kv_heads * head, shape.width)
        tensor(f"{block}attn_v.weight", shape.kv_heads * head, shape.width)
        tensor(f"{block}attn_output.weight", shape.width, shape.width)


def _mamba(writer: Any, tensor: Any, shape: Shape, draw: np.random.Generator) -> None:
    inner, state, conv, rank = 2 * shape.width, 16, 4, max(1, shape.width // 16)
    writer.add_ssm_conv_kernel(conv)
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_state_size(state)
    writer.add_ssm_time_step_rank(rank)
    writer.add_layer_norm_rms_eps(1e-5)
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        tensor(f"{block}attn_norm.weight", plain=np.ones(shape.width, np.float32))
        tensor(f"{block}ssm_in.weight", 2 * inner, shape.width)
        tensor(f"{block}ssm_conv1d.weight", plain=(draw.standard_normal((inner, conv)) * 0.5).astype(np.float32))
        tensor(f"{block}ssm_conv1d.bias", plain=np.zeros(inner, np.float32))
        tensor(f"{block}ssm_x.weight", rank + 2 * state, inner)
        tensor(f"{block}ssm_dt.weight", plain=(draw.standard_normal((inner, rank)) * 0.5).astype(np.float32))
        tensor(f"{block}ssm_dt.bias", plain=np.full(inner, -3.0, np.float32))
        decay = np.tile(np.arange(1, state + 1, dtype=np.float32), (inner, 1))
        tensor(f"{block}ssm_a", plain=-decay)
        tensor(f"{block}ssm_d", plain=np.ones(inner, np.float32))
        tensor(f"{block}ssm_out.weight", shape.width, inner)


def write_projector(path: Path, width: int = 64, seed: int = 2) -> Path:
    """A vision projector for models of that width: a CLIP of two layers for pictures of 32×32, LLaVA's two matrices."""
    import gguf

    writer: Any = gguf.GGUFWriter(str(path), "clip")
    inner, picture, patch, layers = 32, 32, 8, 2
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    for key, number in (
        ("image_size", picture), ("patch_size", patch), ("embedding_length", inner), ("feed_forward_length", 2 * inner),
        ("projection_dim", width), ("block_count", layers), ("attention.head_count", 4),
    ):  # fmt: skip
        writer.add_uint32(f"clip.vision.{key}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    draw = np.random.default_rng(seed)

    def tensor(name: str, *size: int) -> None:
        writer.add_tensor(name, (draw.standard_normal(size) * (1.2 / np.sqrt(size[-1]))).astype(np.float32))

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(inner, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(inner, np.float32))

    def linear(name: str, rows: int, columns: int) -> None:
        tensor(f"{name}.weight", rows, columns)
        writer.add_tensor(f"{name}.bias", np.zeros(rows, np.float32))

    tensor("v.class_embd", inner)
    tensor("v.patch_embd.weight", inner, 3, patch, patch)
    tensor("v.position_embd.weight", (picture // patch) ** 2 + 1, inner)
    norm("v.pre_ln")
    norm("v.post_ln")
    for layer in range(layers):
        block = f"v.blk.{layer}."
        for part in ("ln1", "ln2"):
            norm(block + part)
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            linear(block + part, inner, inner)
        linear(f"{block}ffn_up", 2 * inner, inner)
        linear(f"{block}ffn_down", inner, 2 * inner)
    linear("mm.0", width, inner)
    linear("mm.2", width, width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_encoder(path: Path, shape: Shape = SMALL) -> Path:
    """A BERT: it sees a text in both directions and pools it by the mean."""
    import gguf

    writer: Any = gguf.GGUFWriter(str(path), "bert")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_head_count(shape.heads)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_token_type_count(2)
    tokens = _add_tokenizer(writer, gguf, shape)
    draw = np.random.default_rng(shape.seed)

    def tensor(name: str, rows: int, columns: int, bias: bool = False) -> None:
        values = draw.standard_normal((rows, columns)) * (1.2 / np.sqrt(columns))
        writer.add_tensor(f"{name}.weight", values.astype(np.float32))
        if bias:
            writer.add_tensor(f"{name}.bias", np.zeros(rows, np.float32))

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(shape.width, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(shape.width, np.float32))

    tensor("token_embd", tokens, shape.width)
    tensor("token_types", 2, shape.width)
    tensor("position_embd", shape.context, shape.width)
    norm("token_embd_norm")
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensor(block + part, shape.width, shape.width, bias=True)
        norm(f"{block}attn_output_norm")
        norm(f"{block}layer_output_norm")
        tensor(f"{block}ffn_up", shape.feed_forward, shape.width, bias=True)
        tensor(f"{block}ffn_down", shape.width, shape.feed_forward, bias=True)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.tiny_models", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", default="F32", choices=["F32", "F16", "Q8_0"])
    args = parser.parse_args(argv)
    args.folder.mkdir(parents=True, exist_ok=True)
    architectures: tuple[Architecture, ...] = ("llama", "gemma2", "mamba", "lfm2")
    for architecture in architectures:
        path = write_gguf(args.folder / f"tiny-{architecture}.gguf", architecture, kind=args.kind)
        print(f"{path}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
