"""The network: BERT's encoder (Devlin et al. 2019), a linear label head on the mean of its outputs, a linear tag head.

Only what MiniLM has: learned positions, post-norm blocks, the exact GELU. Dropout only while training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from .base import Base

__all__ = ["POSITIONS", "Encoder", "started"]

POSITIONS = 64
HEADS = 12
DROPOUT = 0.1


class Block(nn.Module):
    """Self-attention and a feed-forward layer, each added to its input and normalised."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.last = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        n, length, width = x.shape
        q, k, v = (f(x).view(n, length, HEADS, -1).transpose(1, 2) for f in (self.query, self.key, self.value))
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        mixed = self.out(mixed.transpose(1, 2).reshape(n, length, width))
        x = self.norm(x + F.dropout(mixed, DROPOUT, self.training))
        made = self.down(F.gelu(self.up(x)))
        result: torch.Tensor = self.last(x + F.dropout(made, DROPOUT, self.training))
        return result


class Encoder(nn.Module):
    """``numbers`` and ``mask`` (n, length) → label logits (n, labels) and tag logits (n, length, tags)."""

    def __init__(
        self, vocabulary: int, labels: int, tags: int, layers: int, width: int = 384, inner: int = 1536
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.places = nn.Parameter(torch.zeros(POSITIONS, width))
        self.first = nn.LayerNorm(width, eps=1e-12)
        self.blocks = nn.ModuleList(Block(width, inner) for _ in range(layers))
        self.label = nn.Linear(width, labels)
        self.tag = nn.Linear(width, tags)

    def forward(self, numbers: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.first(self.words(numbers) + self.places[: numbers.shape[1]])
        x = F.dropout(x, DROPOUT, self.training)
        for block in self.blocks:
            x = block(x, mask)
        weight = mask.to(x.dtype)[..., None]
        pooled = (x * weight).sum(1) / weight.sum(1)
        return self.label(F.dropout(pooled, DROPOUT, self.training)), self.tag(x)


def started(base: Base, kept: Sequence[int], labels: int, tags: int, layers: int) -> Encoder:
    """A network that begins where the pretrained one ends, with the pieces that were kept and its first layers."""
    net = Encoder(len(kept), labels, tags, layers)
    tensors = base.tensors
    with torch.no_grad():
        net.words.weight.copy_(tensors["embeddings.word_embeddings.weight"][list(kept)])
        kinds = tensors["embeddings.token_type_embeddings.weight"][0]
        net.places.copy_(tensors["embeddings.position_embeddings.weight"][:POSITIONS] + kinds)
        _copy(net.first, tensors, "embeddings.LayerNorm")
        names = {
            "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
            "out": "attention.output.dense", "norm": "attention.output.LayerNorm", "up": "intermediate.dense",
            "down": "output.dense", "last": "output.LayerNorm",
        }  # fmt: skip
        for number, block in enumerate(net.blocks):
            for own, theirs in names.items():
                _copy(getattr(block, own), tensors, f"encoder.layer.{number}.{theirs}")
    return net


def _copy(module: Any, tensors: dict[str, torch.Tensor], name: str) -> None:
    module.weight.copy_(tensors[f"{name}.weight"])
    module.bias.copy_(tensors[f"{name}.bias"])
