"""The network: Llama's decoder (Touvron et al. 2023) small: RMSNorm, rotary positions, SwiGLU, embeddings tied.

Rotary pairs are neighbours (dimension 2i with 2i+1), as llama.cpp computes them for the architecture ``llama``, so that
weights need no permutation on their way to GGUF.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

__all__ = ["Decoder", "Shape"]


class Shape(NamedTuple):
    """Sizes; ``width`` and ``inner`` are multiples of 32, as Q8_0 wants them."""

    vocabulary: int
    width: int = 256
    layers: int = 6
    heads: int = 4
    inner: int = 704
    base: float = 500_000.0


class Norm(nn.Module):
    """x / rms(x), times a learned weight."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(x, x.shape[-1:], self.weight, 1e-5)


class Block(nn.Module):
    """Self-attention and a gated feed-forward layer, each of normalised inputs and added to them."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.attn_norm, self.ffn_norm = Norm(width), Norm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.gate_up = nn.Linear(width, 2 * shape.inner, bias=False)
        self.down = nn.Linear(shape.inner, width, bias=False)

    def forward(self, x: torch.Tensor, mask: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
        n, length, width = x.shape
        parts = self.qkv(self.attn_norm(x)).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = rotated(parts[0], turn), rotated(parts[1], turn), parts[2]
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.out(mixed.transpose(1, 2).reshape(n, length, width))
        gate, up = self.gate_up(self.ffn_norm(x)).chunk(2, -1)
        result: torch.Tensor = x + self.down(F.silu(gate) * up)
        return result


def rotated(x: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    """Heads (n, heads, length, size) turned by their positions; ``turn`` is (2, n, 1, length, size / 2)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = turn[0].to(x.dtype), turn[1].to(x.dtype)
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Decoder(nn.Module):
    """Tokens to logits."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = (2 * shape.layers) ** -0.5 if name.endswith(("out.weight", "down.weight")) else 1.0
                nn.init.normal_(weight, std=0.02 * deep)

    def turn(self, places: torch.Tensor) -> torch.Tensor:
        """Cosines and sines (2, n, 1, length, size / 2) of positions (n, length)."""
        size = self.shape.width // self.shape.heads
        rates = self.shape.base ** (-torch.arange(0, size, 2, dtype=torch.float32) / size)
        angles = places[:, None, :, None].float() * rates
        return torch.stack((angles.cos(), angles.sin()))

    def hidden(self, tokens: torch.Tensor, places: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Normalised outputs (n, length, width); ``mask`` (n, 1, length, length) is true where one sees another."""
        turn = self.turn(places)
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x, mask, turn)
        result: torch.Tensor = self.norm(x)
        return result

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden @ self.embed.weight.t()

    def forward(self, tokens: torch.Tensor) -> Any:
        """Logits of plain sequences (n, length), each token seeing those before it."""
        n, length = tokens.shape
        places = torch.arange(length).expand(n, length)
        mask = torch.ones(length, length, dtype=torch.bool).tril()[None, None]
        return self.logits(self.hidden(tokens, places, mask))
