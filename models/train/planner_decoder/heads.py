"""Heads that can copy before anything is learned: what says which token came before, and what follows it elsewhere.

To copy words a network needs two layers to agree (an *induction head*: Olsson et al. 2022), and finding that takes
longer than all there is to learn afterwards. So the first weights have it: a head of the first layer looks one token
back and writes that token's vector into dimensions that no embedding uses; three heads of the second layer look for
where the current token came before, by those dimensions, and add the vector of what followed. Rotary positions do the
first by a constant query and key whose angles differ by one step, and leave the slowly turning pairs for the second.
Everything is trained from there on.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import torch

from .network import Decoder

__all__ = ["CONSTANT", "CONTENT", "laid_out", "with_copying"]

CONTENT = 255
CONSTANT = 255
"""Dimensions below are a piece's vector, this one is the same for all, those above are for the piece before."""
_LENGTH = 0.8
"""Of each piece's vector."""
_SHARE = 0.5
"""Of that, how much is the constant."""
_FAST, _SLOW = 10, 15
"""Rotary pairs: the first so many tell neighbours apart, those from here on hardly turn in a prompt."""
_LOOK, _MATCH, _COPY = 5.0, 1.9, 0.5


def laid_out(vectors: torch.Tensor, width: int) -> torch.Tensor:
    """(pieces, CONTENT) vectors as embeddings (pieces, width), all of one length."""
    made = torch.zeros(len(vectors), width)
    content = vectors / vectors.norm(dim=1, keepdim=True)
    made[:, :CONTENT] = content * _LENGTH * sqrt(1 - _SHARE**2)
    made[:, CONSTANT] = _LENGTH * _SHARE
    return made


def with_copying(net: Decoder, seed: int) -> None:
    """Write these heads into the first two layers."""
    shape = net.shape
    size = shape.width // shape.heads
    generator = torch.Generator().manual_seed(seed)
    rates = shape.base ** (-torch.arange(0, size, 2, dtype=torch.float32) / size)
    content = net.embed.weight.detach()[:, :CONTENT]
    whitening = _whitening(content * sqrt(shape.width) / _LENGTH)  # as the first layer's norm leaves it
    turned = torch.linalg.qr(torch.randn(CONTENT, size, generator=generator))[0].t()
    projection = turned @ whitening  # (size, CONTENT): coordinates of unit variance
    first: Any = net.blocks[0]
    second: Any = net.blocks[1]
    with torch.no_grad():
        query, key, value = first.qkv.weight.chunk(3)
        for part in (query, key, value):
            part[:size] = 0
        constant = sqrt(shape.width) * _SHARE
        for pair in range(_FAST):
            query[2 * pair, CONSTANT] = _LOOK / constant
            key[2 * pair, CONSTANT] = _LOOK * rates[pair].cos() / constant
            key[2 * pair + 1, CONSTANT] = _LOOK * rates[pair].sin() / constant
        value[:size, :CONTENT] = projection
        first.out.weight[:, :size] = 0
        first.out.weight[CONTENT + 1 : CONTENT + 1 + size, :size] = torch.eye(size) * (_LENGTH / sqrt(size))
        query, key, value = second.qkv.weight.chunk(3)
        slow = 2 * _SLOW
        for head in range(3):
            rows = slice(head * size, (head + 1) * size)
            mixed = torch.linalg.qr(torch.randn(size, size - slow, generator=generator))[0].t()
            for part in (query, key, value):
                part[rows] = 0
            # after the first layer a vector is sqrt(2) times as long, so its normalised parts are that much shorter
            query[rows][slow:, :CONTENT] = _MATCH * sqrt(2.0) * mixed @ projection
            key[rows][slow:, CONTENT + 1 :] = _MATCH * sqrt(2.0) * mixed * (sqrt(size) / sqrt(shape.width))
            copied = slice(head * size, min((head + 1) * size, CONTENT))
            value[rows][:, copied] = torch.eye(size)
            second.out.weight[:, rows] = 0
            second.out.weight[copied, rows] = torch.eye(size) * _COPY * _LENGTH


def _whitening(vectors: torch.Tensor) -> torch.Tensor:
    """The matrix that gives vectors unit covariance."""
    centred = vectors - vectors.mean(0)
    values, axes = torch.linalg.eigh(centred.t() @ centred / len(centred))
    return (axes / (values + 0.02 * values.mean()).sqrt()) @ axes.t()
