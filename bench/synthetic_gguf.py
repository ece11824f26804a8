"""GGUF files of any size and architecture with random weights, to measure memory with: real shapes, no sense.

Needs the ``gguf`` package (development only). Everything an estimate depends on is a field of :class:`Plan`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Plan", "write_gguf"]


class Plan(NamedTuple):
    """What to write. ``heads`` and ``kv_heads`` of ``head`` elements; ``state`` and ``inner`` for recurrent layers."""

    architecture: str = "llama"
    layers: int = 4
    width: int = 256
    feed_forward: int = 768
    heads: int = 8
    kv_heads: int = 2
    head: int = 32
    vocabulary: int = 4096
    quantised: str = "F16"
    window: int = 0
    inner: int = 512
    state: int = 16
    kernel: int = 4
    tied: bool = True
    merges: int = 0
    """Of a byte-pair tokenizer; 0 = a sentencepiece-style one."""
    trained_ctx: int = 32_768


def write_gguf(path: Path, plan: Plan, seed: int = 0) -> Path:
    """Write the file and return its path."""
    import gguf

    writer = gguf.GGUFWriter(str(path), plan.architecture)
    writer.add_name(f"synthetic {plan.architecture}")
    writer.add_license("CC0-1.0")
    writer.add_block_count(plan.layers)
    writer.add_context_length(plan.trained_ctx)
    writer.add_embedding_length(plan.width)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(plan.vocabulary)
    _vocabulary(writer, plan)
    recurrent = _recurrent(plan)
    if plan.architecture == "mamba":
        writer.add_feed_forward_length(0)
        writer.add_head_count(0)
        writer.add_ssm_conv_kernel(plan.kernel)
        writer.add_ssm_inner_size(plan.inner)
        writer.add_ssm_state_size(plan.state)
        writer.add_ssm_time_step_rank(max(1, plan.width // 16))
    else:
        writer.add_feed_forward_length(plan.feed_forward)
        writer.add_head_count(plan.heads)
        kv = [0 if recurrent[i] else plan.kv_heads for i in range(plan.layers)]
        writer.add_head_count_kv(kv if any(recurrent) else plan.kv_heads)
        writer.add_key_length(plan.head)
        writer.add_value_length(plan.head)
        writer.add_rope_dimension_count(plan.head)
        writer.add_rope_freq_base(10_000.0)
    if plan.window:
        writer.add_sliding_window(plan.window)
    if plan.architecture == "lfm2":
        writer.add_shortconv_l_cache(plan.kernel)
    _tensors(writer, plan, recurrent, np.random.default_rng(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _recurrent(plan: Plan) -> list[bool]:
    if plan.architecture == "mamba":
        return [True] * plan.layers
    if plan.architecture == "lfm2":
        return [i % 3 != 2 for i in range(plan.layers)]
    return [False] * plan.layers


def _vocabulary(writer: Any, plan: Plan) -> None:
    """A sentencepiece-style vocabulary: three special tokens, all bytes, and made-up words."""
    import gguf

    if plan.merges:
        return _byte_pairs(writer, plan)
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokens += [f"▁w{number}" for number in range(plan.vocabulary - len(tokens))]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * (plan.vocabulary - 259)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(i) for i in range(plan.vocabulary)])
    writer.add_token_types(kinds)


def _byte_pairs(writer: Any, plan: Plan) -> None:
    """A byte-pair vocabulary as GPT-2 spells it: 256 bytes, then words each made of two earlier tokens."""
    import gguf

    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    letters |= {byte: chr(256 + i) for i, byte in enumerate(b for b in range(256) if b not in printable)}
    tokens = [letters[byte] for byte in range(256)]
    merges, seen, rng = [], set(tokens), np.random.default_rng(1)
    while len(tokens) < plan.vocabulary - 1:
        left, right = (tokens[int(i)] for i in rng.integers(0, max(256, len(tokens) // 8), 2))
        if len(left + right) < 24 and left + right not in seen:
            seen.add(left + right)
            tokens.append(left + right)
            merges.append(f"{left} {right}")
    tokens.append("<|end|>")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * (plan.vocabulary - 1) + [gguf.TokenType.CONTROL])
    writer.add_token_merges(merges[: plan.merges])
    writer.add_eos_token_id(plan.vocabulary - 1)
    writer.add_bos_token_id(plan.vocabulary - 1)


def _tensors(writer: Any, plan: Plan, recurrent: list[bool], rng: np.random.Generator) -> None:
    import gguf

    kind = gguf.GGMLQuantizationType[plan.quantised]

    def add(name: str, *shape: int, plain: bool = False) -> None:
        values = (rng.standard_normal(shape, np.float32) * 0.02).astype(np.float32)
        if plain or plan.quantised == "F32" or len(shape) < 2:
            writer.add_tensor(name, values)
        elif plan.quantised == "F16":
            writer.add_tensor(name, values.astype(np.float16))
        else:
            writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)

    width, ff, qo, kv = plan.width, plan.feed_forward, plan.heads * plan.head, plan.kv_heads * plan.head
    add("token_embd.weight", plan.vocabulary, width)
    add("token_embd_norm.weight" if plan.architecture == "lfm2" else "output_norm.weight", width)
    if not plan.tied:
        add("output.weight", plan.vocabulary, width)
    for i in range(plan.layers):
        block = f"blk.{i}."
        add(f"{block}attn_norm.weight", width)
        if plan.architecture == "mamba":
            rank = max(1, width // 16)
            add(f"{block}ssm_in.weight", 2 * plan.inner, width)
            add(f"{block}ssm_conv1d.weight", plan.inner, plan.kernel, plain=True)
            add(f"{block}ssm_conv1d.bias", plan.inner)
            add(f"{block}ssm_x.weight", rank + 2 * plan.state, plan.inner)
            add(f"{block}ssm_dt.weight", plan.inner, rank, plain=True)
            add(f"{block}ssm_dt.bias", plan.inner)
            add(f"{block}ssm_a", plan.inner, plan.state, plain=True)
            add(f"{block}ssm_d", plan.inner)
            add(f"{block}ssm_out.weight", width, plan.inner)
            continue
        if recurrent[i]:
            add(f"{block}shortconv.conv.weight", width, plan.kernel, plain=True)
            add(f"{block}shortconv.in_proj.weight", 3 * width, width)
            add(f"{block}shortconv.out_proj.weight", width, width)
        else:
            add(f"{block}attn_q.weight", qo, width)
            add(f"{block}attn_k.weight", kv, width)
            add(f"{block}attn_v.weight", kv, width)
            add(f"{block}attn_output.weight", width, qo)
            if plan.architecture in ("qwen3", "gemma3", "lfm2"):
                add(f"{block}attn_q_norm.weight", plan.head)
                add(f"{block}attn_k_norm.weight", plan.head)
        if plan.architecture == "gemma3":
            add(f"{block}post_attention_norm.weight", width)
            add(f"{block}post_ffw_norm.weight", width)
        add(f"{block}ffn_norm.weight", width)
        add(f"{block}ffn_gate.weight", ff, width)
        add(f"{block}ffn_up.weight", ff, width)
        add(f"{block}ffn_down.weight", width, ff)
