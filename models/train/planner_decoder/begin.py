"""The weights and the vocabulary of a file that was shipped, to go on from: the inverse of ``export.py``.

Eight bits cost a weight at most one part in 254 of its block's largest, which a few steps mend; so that training need
not begin at nothing again, and any packs can be trained on top of what is shipped.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models

from ...decoder.prompt import BEGIN, END
from .network import Shape
from .vocabulary import split_before

__all__ = ["read_gguf"]


def read_gguf(path: Path) -> tuple[dict[str, torch.Tensor], Shape, Any]:
    """The weights under our names, their shape, and the tokenizer. Raises ValueError for a file of another kind."""
    gguf = import_module("gguf")
    reader = gguf.GGUFReader(str(path))
    fields = {name: field.contents() for name, field in reader.fields.items()}
    if fields.get("general.architecture") != "llama" or BEGIN not in fields.get("tokenizer.ggml.tokens", ()):
        raise ValueError(f"{path}: expected a decoder of plans, got another model")
    theirs = {
        tensor.name: torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy())
        for tensor in reader.tensors
    }
    pieces = fields["tokenizer.ggml.tokens"]
    shape = Shape(
        len(pieces), fields["llama.embedding_length"], fields["llama.block_count"],
        fields["llama.attention.head_count"], fields["llama.feed_forward_length"], fields["llama.rope.freq_base"],
    )  # fmt: skip
    return _renamed(theirs, shape), shape, _tokenizer(pieces, fields["tokenizer.ggml.merges"])


def _renamed(theirs: dict[str, torch.Tensor], shape: Shape) -> dict[str, torch.Tensor]:
    made = {"embed.weight": theirs["token_embd.weight"], "norm.weight": theirs["output_norm.weight"]}
    for number in range(shape.layers):
        ours, block = f"blocks.{number}", f"blk.{number}"
        made[f"{ours}.attn_norm.weight"] = theirs[f"{block}.attn_norm.weight"]
        made[f"{ours}.ffn_norm.weight"] = theirs[f"{block}.ffn_norm.weight"]
        made[f"{ours}.qkv.weight"] = torch.cat([theirs[f"{block}.attn_{one}.weight"] for one in "qkv"])
        made[f"{ours}.out.weight"] = theirs[f"{block}.attn_output.weight"]
        made[f"{ours}.gate_up.weight"] = torch.cat([theirs[f"{block}.ffn_{one}.weight"] for one in ("gate", "up")])
        made[f"{ours}.down.weight"] = theirs[f"{block}.ffn_down.weight"]
    return made


def _tokenizer(pieces: list[str], merges: list[str]) -> Any:
    pairs = [(left, right) for left, _, right in (each.partition(" ") for each in merges)]
    tokenizer = Tokenizer(models.BPE(vocab={piece: at for at, piece in enumerate(pieces)}, merges=pairs))
    tokenizer.pre_tokenizer = split_before()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(END, special=True), AddedToken(BEGIN, special=True)])
    return tokenizer
