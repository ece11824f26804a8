"""Trains the n-grams that read beside the network, on the same sentences; a minute on one core.

    python -m bluerill.models.train.planner_encoder.ngrams --examples FILE … --names encoder.json --out ngrams.npz

The labels are those of the network's ``encoder.json``, in its order. Plain words only: how else a sentence may be said
is the network's business.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ...encoder.network import Files
from ...encoder.ngrams import grams
from .rows import Row, read_rows
from .train import OFTEN

__all__ = ["Bag", "main", "trained"]

BUCKETS, WIDTH = 1 << 16, 64
EPOCHS, SIZE, RATE, DROPOUT, SMOOTHING = 6, 128, 5e-3, 0.2, 0.05


class Bag(nn.Module):
    """Rows of a table → label logits of their mean."""

    def __init__(self, buckets: int, labels: int, width: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(buckets, width, mode="mean", sparse=True)
        self.out = nn.Linear(width, labels)
        nn.init.normal_(self.table.weight, std=0.05)

    def forward(self, rows: Sequence[torch.Tensor]) -> torch.Tensor:
        starts = torch.tensor([0, *(len(each) for each in rows[:-1])]).cumsum(0)
        mean = self.table(torch.cat(list(rows)), starts)
        scores: torch.Tensor = self.out(F.dropout(mean, DROPOUT, self.training))
        return scores


def trained(rows: Sequence[Row], labels: Sequence[str], seed: int = 1, epochs: int = EPOCHS) -> Bag:
    """Cross entropy by Adam, the rate falling linearly to nothing."""
    torch.manual_seed(seed)
    place = {label: at for at, label in enumerate(labels)}
    seen: list[torch.Tensor] = []
    wanted: list[int] = []
    for row in rows:
        if row.split == "train" and row.label in place and row.words:
            often = OFTEN.get(row.source.partition(".")[0], 1)
            seen += [torch.tensor(grams(row.words, BUCKETS))] * often
            wanted += [place[row.label]] * often
    net: Bag = Bag(BUCKETS, len(labels), WIDTH)
    net.train()
    steppers = [
        torch.optim.SparseAdam(net.table.parameters(), lr=RATE),
        torch.optim.AdamW(net.out.parameters(), lr=RATE),
    ]
    order, total, done = list(range(len(seen))), epochs * -(-len(seen) // SIZE), 0
    for epoch in range(epochs):
        Random(seed + epoch).shuffle(order)
        loss_sum = 0.0
        for start in range(0, len(order), SIZE):
            some = order[start : start + SIZE]
            for stepper in steppers:
                for group in stepper.param_groups:
                    group["lr"] = RATE * max(0.02, 1 - done / total)
                stepper.zero_grad()
            given = torch.tensor([wanted[at] for at in some])
            loss = F.cross_entropy(net([seen[at] for at in some]), given, label_smoothing=SMOOTHING)
            loss.backward()
            for stepper in steppers:
                stepper.step()
            done += 1
            loss_sum += loss.item()
        sys.stderr.write(f"epoch {epoch + 1} of {epochs}: loss {loss_sum / -(-len(order) // SIZE):.3f}\n")
    net.eval()
    return net


def save(net: Bag, out: Path) -> None:
    """The arrays of :class:`~bluerill.models.encoder.ngrams.Ngrams`; rows that no sentence met are zero."""
    table = net.table.weight.detach().numpy()
    scale = float(np.quantile(np.abs(table), 0.9999)) / 127
    eight = np.clip(np.rint(table / scale), -127, 127).astype(np.int8)
    np.savez_compressed(
        out, allow_pickle=False, table=eight, scale=np.float32(scale),
        weight=net.out.weight.detach().numpy().astype(np.float16), bias=net.out.bias.detach().numpy(),
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="train-ngrams", description="Train the n-grams beside the planner's encoder.")
    parser.add_argument("--examples", type=Path, nargs="+", required=True)
    parser.add_argument("--names", type=Path, required=True, help="encoder.json of the network")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    labels = msgspec.json.decode(options.names.read_bytes(), type=Files).labels
    save(trained([row for path in options.examples for row in read_rows(path)], labels), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
