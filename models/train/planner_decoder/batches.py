"""Packs to batches: the tools once, and every request as a branch that sees the tools and itself only.

So the longest part of a prompt is computed once for several requests, as the device computes it. A branch's positions
go on where the tools end. Loss is taken on the answers and, lightly, on the requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec
import torch

from ...decoder.prompt import BEGIN, Tool, answer_text, plain, request_text, tools_text

__all__ = ["Batch", "Pack", "batches", "coded", "packs", "texts"]

MAX_TOKENS = 640
END_NUMBER = 0
REQUEST_WEIGHT = 0.1
_POOL = 512


class _Ask(msgspec.Struct):
    text: str
    calls: list[tuple[str, dict[str, str]]]


class Pack(msgspec.Struct):
    """Tools on offer, and what was asked."""

    tools: list[Tool]
    asks: list[_Ask]


class Coded(NamedTuple):
    """One pack as numbers: tokens, branch (0 the tools), position, and the weight of predicting each token."""

    tokens: list[int]
    branches: list[int]
    places: list[int]
    weights: list[float]


class Batch(NamedTuple):
    """(n, length) tokens and places, (n, 1, length, length) mask, and where what is to be predicted how surely."""

    tokens: torch.Tensor
    places: torch.Tensor
    mask: torch.Tensor
    at: torch.Tensor
    wanted: torch.Tensor
    weights: torch.Tensor


def packs(path: Path) -> list[bytes]:
    """The lines of a file of packs."""
    return path.read_bytes().splitlines()


def texts(pack: Pack) -> Iterator[str]:
    """All that is read and written of a pack."""
    yield tools_text(pack.tools)
    for ask in pack.asks:
        yield request_text(ask.text)
        yield answer_text(_said(ask))


def _said(ask: _Ask) -> list[tuple[str, dict[str, str]]]:
    return [(name, {key: plain(words) for key, words in arguments.items()}) for name, arguments in ask.calls]


def coded(pack: Pack, tokenizer: Any) -> Coded:
    """A pack as numbers; requests that do not fit any more are left out."""
    prefix: list[int] = [tokenizer.token_to_id(BEGIN), *tokenizer.encode(tools_text(pack.tools)).ids]
    start = len(prefix)
    made = Coded(prefix, [0] * start, list(range(start)), [0.0] * start)
    for number, ask in enumerate(pack.asks, 1):
        asked = tokenizer.encode(request_text(ask.text)).ids
        answer = [*tokenizer.encode(answer_text(_said(ask))).ids, END_NUMBER]
        length = len(asked) + len(answer)
        if len(made.tokens) + length > MAX_TOKENS:
            break
        made.tokens.extend([*asked, *answer])
        made.branches.extend([number] * length)
        made.places.extend(range(start, start + length))
        made.weights.extend([0.0] + [REQUEST_WEIGHT] * (len(asked) - 1) + [1.0] * len(answer))
    return made


def batched(rows: Sequence[Coded]) -> Batch:
    """One batch, padded to its longest."""
    n, length = len(rows), max(len(row.tokens) for row in rows)
    tokens, places = torch.zeros(n, length, dtype=torch.long), torch.zeros(n, length, dtype=torch.long)
    branches = torch.full((n, length), -1)
    weights = torch.zeros(n, length)
    for at, row in enumerate(rows):
        size = len(row.tokens)
        tokens[at, :size] = torch.tensor(row.tokens)
        places[at, :size] = torch.tensor(row.places)
        branches[at, :size] = torch.tensor(row.branches)
        weights[at, :size] = torch.tensor(row.weights)
    seen = (branches[:, None, :] == 0) | (branches[:, None, :] == branches[:, :, None])
    mask = (seen & torch.ones(length, length, dtype=torch.bool).tril())[:, None]
    flat = weights.flatten()
    following = torch.nonzero(flat)[:, 0]  # the token before each of these predicts it
    return Batch(tokens, places, mask, following - 1, tokens.flatten()[following], flat[following])


def batches(lines: Sequence[bytes], tokenizer: Any, size: int, random: Random) -> Iterator[Batch]:
    """Every pack once, in batches of at most ``size`` tokens with padding."""
    decoder = msgspec.json.Decoder(Pack)
    for start in range(0, len(lines), _POOL):
        pool = [coded(decoder.decode(line), tokenizer) for line in lines[start : start + _POOL]]
        pool = sorted((row for row in pool if 1 in row.branches), key=lambda row: len(row.tokens))
        groups: list[list[Coded]] = [[]]
        for row in pool:
            if groups[-1] and (len(groups[-1]) + 1) * len(row.tokens) > size:
                groups.append([])
            groups[-1].append(row)
        random.shuffle(groups)
        yield from (batched(group) for group in groups)
