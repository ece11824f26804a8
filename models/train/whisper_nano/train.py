"""Trains whisper-nano within a given time, and can go on where it was stopped.

    python -m bluerill.models.train.whisper_nano.train --sentences FILE --folder DIR [--minutes 110] [--resume]
                                                       [--begin CHECKPOINT --rate 0.0008]

Two losses share the encoder: CTC over letters, which finds the alignment early, and cross entropy over word pieces from
the decoder (Watanabe et al. 2017). Matrices inside the blocks are stepped by Muon, the rest by AdamW; the rate falls
linearly to zero at the end of the time. A running average of the weights is what is measured and kept. ``--begin``
takes a finished checkpoint's weights as the start, for sentences that came after it: the pieces it knows keep their
rows of the vocabulary, new ones begin anew, and utterances are of full difficulty from the first. Writes ``nano.pt``
(the checkpoint), ``state.pt`` (to resume) and ``log.jsonl`` into the folder.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ..precision import mixed
from .batches import EASY, Batch, Loader, Recipe
from .evaluate import Exam, read_exam
from .network import Nano, begun, checkpoint, write_packed
from .tokens import Pieces

__all__ = ["main", "train"]

CTC_SHARE = 0.6
WARM_UP = 150
AVERAGE = 0.998
CHECK_S, SAVE_S = 420.0, 600.0


def optimizers(nano: Nano, rate: float) -> list[Any]:
    """Muon for the matrices of the blocks, AdamW for embeddings, convolutions, norms and heads."""
    inner = [p for n, p in nano.net.named_parameters() if p.ndim == 2 and "blocks" in n]
    chosen = {id(p) for p in inner}
    rest = [p for p in nano.parameters() if id(p) not in chosen and p.requires_grad]
    return [
        torch.optim.Muon(inner, lr=rate, weight_decay=0.05, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.01),
    ]


def step(nano: Nano, batch: Batch, steppers: Sequence[Any]) -> tuple[float, float]:
    """One update; the two losses."""
    with mixed():
        ctc, entropy = nano.losses(batch)
    loss = CTC_SHARE * ctc * 4 + (1 - CTC_SHARE) * entropy
    for each in steppers:
        each.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(nano.parameters(), 2.0)
    for each in steppers:
        each.step()
    return float(ctc.detach()), float(entropy.detach())


def train(options: argparse.Namespace) -> int:
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    state_path = folder / "state.pt"
    saved = torch.load(state_path, weights_only=True) if options.resume and state_path.exists() else None
    if saved is not None:
        pieces = Pieces(saved["pieces"])
    else:
        with options.sentences.open(encoding="utf-8") as lines:
            pieces = Pieces.of([line.strip() for line, _ in zip(lines, range(100_000), strict=False)], options.pieces)
    nano = Nano(len(pieces.table), options.width, options.heads, options.encoder, options.decoder)
    if options.begin and saved is None:
        begun(nano, pieces, options.begin)
    average = copy.deepcopy(nano).eval()
    steppers = optimizers(nano, options.rate)
    done, before, seen = 0, 0.0, EASY if options.begin else 0
    if saved is not None:
        nano.load_state_dict(saved["nano"])
        average.load_state_dict(saved["average"])
        for each, kept in zip(steppers, saved["steppers"], strict=True):
            each.load_state_dict(kept)
        done, before, seen = saved["done"], saved["spent"], saved["seen"]
    exam = read_exam(options.exam) if options.exam else None
    recipe = Recipe(
        options.sentences, options.folder / "shards", options.data if options.data.is_dir() else None,
        tuple(pieces.table), options.frames, options.seed + done, seen,
    )  # fmt: skip
    loader = Loader(recipe)
    limit = options.minutes * 60
    began = time.monotonic() - before
    checked = saved_at = told = time.monotonic()
    count = sum(p.numel() for p in nano.parameters())
    _write(folder, {"parameters": count, "pieces": len(pieces.table)})
    sums, waited = [0.0, 0.0, 0.0], 0.0
    try:
        asked = time.monotonic()
        for batch in loader:
            now = time.monotonic()
            waited += now - asked
            spent = now - began
            if spent >= limit:
                break
            rate = options.rate * min(1.0, (done + 1) / WARM_UP) * max(0.01, 1 - spent / limit)
            for each in steppers:
                for group in each.param_groups:
                    group["lr"] = rate
            ctc, entropy = step(nano, batch, steppers)
            done, seen = done + 1, seen + len(batch.mel)
            keep = min(AVERAGE, done / (done + 20))
            with torch.no_grad():
                for kept, value in zip(average.parameters(), nano.parameters(), strict=True):
                    kept.lerp_(value, 1 - keep)
            sums = [sums[0] + ctc, sums[1] + entropy, sums[2] + 1]
            if now - told > 20:
                _log(folder, spent, done, seen, sums, rate, waited / (now - told))
                sums, waited, told = [0.0, 0.0, 0.0], 0.0, now
            if exam is not None and now - checked > CHECK_S:
                _check(folder, average, pieces, exam, spent)
                checked = time.monotonic()
            if now - saved_at > SAVE_S:
                _save(folder, nano, average, steppers, pieces, done, spent, seen)
                saved_at = time.monotonic()
            asked = time.monotonic()
    finally:
        loader.close()
    _save(folder, nano, average, steppers, pieces, done, time.monotonic() - began, seen)
    if exam is not None:
        _check(folder, average, pieces, exam, limit)
    return 0


def _log(folder: Path, spent: float, done: int, seen: int, sums: list[float], rate: float, waited: float) -> None:
    row = {"s": round(spent), "steps": done, "utterances": seen, "ctc": round(sums[0] / sums[2], 4),
           "entropy": round(sums[1] / sums[2], 4), "rate": round(rate, 6), "waited": round(waited, 2)}  # fmt: skip
    _write(folder, row)


def _check(folder: Path, average: Nano, pieces: Pieces, exam: Exam, spent: float) -> None:
    for name, figures in exam.mark(average, pieces).items():
        _write(folder, {"s": round(spent), "exam": name, **figures})


def _write(folder: Path, row: dict[str, Any]) -> None:
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def _save(
    folder: Path, nano: Nano, average: Nano, steppers: Sequence[Any], pieces: Pieces, done: int, spent: float, seen: int
) -> None:
    state = {"nano": nano.state_dict(), "average": average.state_dict(), "steppers": [s.state_dict() for s in steppers],
             "pieces": list(pieces.table), "done": done, "spent": spent, "seen": seen}  # fmt: skip
    torch.save(state, folder / "state.pt.part")
    write_packed(checkpoint(average, pieces), folder / "nano.pt.part")
    for name in ("state.pt", "nano.pt"):
        (folder / f"{name}.part").replace(folder / name)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="train-nano", description="Train whisper-nano.")
    parser.add_argument("--sentences", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--exam", type=Path, help="a file of bench.nano_exam, to be marked from time to time")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    parser.add_argument("--minutes", type=float, default=110)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--begin", type=Path, metavar="CHECKPOINT", help="a finished nano.pt to begin with")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--frames", type=int, default=14_000)
    parser.add_argument("--pieces", type=int, default=4_000)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--heads", type=int, default=3)
    parser.add_argument("--encoder", type=int, default=5)
    parser.add_argument("--decoder", type=int, default=2)
    return train(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
