"""The trained checkpoint as a GGUF file of eight bits, its vocabulary in it.

    python -m bluerill.models.train.planner_decoder.export CHECKPOINT --tokenizer FILE --out FILE.gguf

Source: the GGUF specification, llama.cpp's names of tensors for the architecture ``llama``, and its block format Q8_0
(32 weights share one scale). Norms stay in 32 bits; the output is the embedding, so no second table is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from ...decoder.prompt import BEGIN, END
from . import vocabulary
from .network import Shape

__all__ = ["main", "tensors", "write_gguf"]

CONTEXT = 1024
_NORMAL, _CONTROL = 1, 3


def tensors(weights: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """The weights as float32 arrays under llama.cpp's names."""
    made = {"token_embd.weight": weights["embed.weight"], "output_norm.weight": weights["norm.weight"]}
    for number in range(shape.layers):
        ours, theirs = f"blocks.{number}", f"blk.{number}"
        query, key, value = weights[f"{ours}.qkv.weight"].chunk(3)
        gate, up = weights[f"{ours}.gate_up.weight"].chunk(2)
        made |= {
            f"{theirs}.attn_norm.weight": weights[f"{ours}.attn_norm.weight"],
            f"{theirs}.attn_q.weight": query, f"{theirs}.attn_k.weight": key, f"{theirs}.attn_v.weight": value,
            f"{theirs}.attn_output.weight": weights[f"{ours}.out.weight"],
            f"{theirs}.ffn_norm.weight": weights[f"{ours}.ffn_norm.weight"],
            f"{theirs}.ffn_gate.weight": gate, f"{theirs}.ffn_up.weight": up,
            f"{theirs}.ffn_down.weight": weights[f"{ours}.down.weight"],
        }  # fmt: skip
    return {name: weight.float().numpy().copy() for name, weight in made.items()}


def write_gguf(weights: dict[str, Any], shape: Shape, tokenizer: Any, out: Path, *, eight_bit: bool = True) -> None:
    """The file llama.cpp reads."""
    gguf = import_module("gguf")
    kind = gguf.GGMLQuantizationType.Q8_0
    writer = gguf.GGUFWriter(str(out), "llama")
    writer.add_name("bluerill planner decoder")
    writer.add_license("Apache-2.0")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(shape.base)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if eight_bit else gguf.LlamaFileType.ALL_F32)
    kept = vocabulary.saved(tokenizer)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(kept["pieces"])
    writer.add_token_types([_CONTROL if piece in (BEGIN, END) else _NORMAL for piece in kept["pieces"]])
    writer.add_token_merges(kept["merges"])
    writer.add_bos_token_id(tokenizer.token_to_id(BEGIN))
    writer.add_eos_token_id(tokenizer.token_to_id(END))
    writer.add_add_bos_token(False)
    for name, weight in tensors(weights, shape).items():
        if weight.ndim == 2 and eight_bit:
            writer.add_tensor(name, gguf.quants.quantize(weight, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, weight)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(arguments: Sequence[str] | None = None, write: Callable[[str], object] = print) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="export-decoder", description="Write the decoder as GGUF.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--float", action="store_true", help="32-bit weights, to compare")
    options = parser.parse_args(arguments)
    saved = torch.load(options.checkpoint, weights_only=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_gguf(
        saved["weights"], Shape(*saved["shape"]), vocabulary.read(options.tokenizer), options.out,
        eight_bit=not options.float,
    )  # fmt: skip
    write(f"{options.out}: {options.out.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
