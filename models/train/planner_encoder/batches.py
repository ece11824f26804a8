"""Sentences to batches of about equal length, said a little differently every time.

What people put around a request and what a recogniser loses is put in and taken out here: a call by some name, a word
of politeness, a little word less, a piece that is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

import torch

from ...encoder.pieces import Pieces
from .network import POSITIONS
from .rows import Row

__all__ = ["Batch", "Tables", "batched", "batches"]

IGNORED = -100
_BEFORE = (
    "hey", "hi", "okay", "please", "olly", "alexa", "hey google", "siri", "computer", "hello", "um", "so", "well",
    "could you please", "can you", "can you please", "i want you to", "i need you to", "would you", "okay now", "and",
    "i would like you to", "just", "go ahead and", "hey there", "yo", "listen", "quick",
)  # fmt: skip
_AFTER = ("please", "thanks", "for me", "now", "right now", "thank you", "okay", "will you", "if you can", "asap")


class Tables(NamedTuple):
    """The names of what the network puts out."""

    labels: dict[str, int]
    tags: dict[str, int]


class Batch(NamedTuple):
    """(n, length) pieces, mask and tags; (n,) labels."""

    numbers: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor
    tags: torch.Tensor


def varied(row: Row, random: Random) -> Row:
    """The sentence as somebody else would have said it."""
    said = list(row.words)
    tags = list(row.tags) if row.tags is not None else None
    if len(said) > 3 and random.random() < 0.12:
        at = random.randrange(len(said))
        if tags is None or tags[at] == "O":
            said = said[:at] + said[at + 1 :]
            tags = tags[:at] + tags[at + 1 :] if tags is not None else None
    before = random.choice(_BEFORE).split() if random.random() < 0.15 else []
    after = random.choice(_AFTER).split() if random.random() < 0.1 else []
    if tags is not None:
        tags = ["O"] * len(before) + tags + ["O"] * len(after)
    return Row([*before, *said, *after], row.label, tags)


def batched(rows: Sequence[Row], tables: Tables, pieces: Pieces) -> Batch:
    """One batch; labels that are not in the tables (of data to measure with) are ignored."""
    coded = [pieces.encode(row.words) for row in rows]
    longest = max(len(numbers) for numbers, _ in coded)
    numbers = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    tags = torch.full((len(rows), longest), IGNORED)
    for at, (row, (codes, firsts)) in enumerate(zip(rows, coded, strict=True)):
        numbers[at, : len(codes)] = torch.tensor(codes)
        mask[at, : len(codes)] = True
        for first, tag in zip(firsts, row.tags or (), strict=False):
            if tag is not None:
                tags[at, first] = tables.tags[tag]
    labels = torch.tensor([tables.labels.get(row.label, IGNORED) for row in rows])
    return Batch(numbers[:, :POSITIONS], mask[:, :POSITIONS], labels, tags[:, :POSITIONS])


def batches(rows: Sequence[Row], tables: Tables, pieces: Pieces, size: int, random: Random) -> Iterator[Batch]:
    """Every row once, in batches of similar lengths in any order; one piece in fifty is unknown."""
    order = [varied(row, random) for row in rows]
    order.sort(key=lambda row: len(row.words) + random.random() * 3)
    starts = list(range(0, len(order), size))
    random.shuffle(starts)
    unknown = pieces.split("\u2603")[0]
    for start in starts:
        batch = batched(order[start : start + size], tables, pieces)
        lost = torch.rand(batch.numbers.shape) < 0.02
        lost[:, 0] = False
        batch.numbers[lost & batch.mask] = unknown
        yield batch
