"""Marks a nano on fixed recordings: word error rates of both ways it can read, letters by CTC, pieces by the decoder.

An exam is a shard of clips (``voices.write_shard``) with the group of each before its text, ``group|text``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from ...engines.ctc import greedy
from ...engines.logmel import log_mel
from ...engines.whisper_decode import decode
from ...engines.whisper_graphs import WhisperGraphs
from ..precision import mixed
from .network import Nano, load
from .tokens import Pieces, text_of
from .voices import Clip, read_shard

__all__ = ["Exam", "main", "read_exam", "word_errors"]


def word_errors(said: str, heard: str) -> int:
    """Edit distance in words."""
    truth, guess = said.split(), heard.split()
    row = list(range(len(guess) + 1))
    for i, word in enumerate(truth, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(guess, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def read_letters(nano: Nano, clip: Clip) -> tuple[str, Any]:
    """The greedy CTC reading, and what the encoder made of the clip."""
    mel = log_mel(clip.sound.astype(np.float32) / max(1.0, float(np.abs(clip.sound).max())))
    mel = mel[:, : min(1_000, mel.shape[1] // 2 * 2)]
    with torch.inference_mode(), mixed():
        heard = nano.encode(torch.from_numpy(mel)[None])
        return text_of(nano.letters(heard)[0].argmax(-1).tolist()), heard


def read_pieces(nano: Nano, pieces: Pieces, heard: Any, most: int = 40) -> str:
    """The greedy reading of the decoder."""
    said = [pieces.start, pieces.plain]
    with torch.inference_mode(), mixed():
        while len(said) < most:
            logits = nano.decode(torch.tensor([said]), heard)[0, -1].float()
            logits[[pieces.start, pieces.plain]] = -1e9
            said.append(int(logits.argmax()))
            if said[-1] in (pieces.end, pieces.silent):
                break
    return pieces.decode(said)


class Exam(NamedTuple):
    """Clips by group."""

    groups: dict[str, list[Clip]]

    def mark(self, nano: Nano, pieces: Pieces, show: int = 0) -> dict[str, dict[str, Any]]:
        """Word error rates and whole sentences right, by group."""
        report = {}
        for name, clips in self.groups.items():
            wrong, words, whole = [0, 0], 0, [0, 0]
            for number, clip in enumerate(clips):
                by_letter, heard = read_letters(nano, clip)
                by_piece = read_pieces(nano, pieces, heard)
                errors = [word_errors(clip.text, by_letter), word_errors(clip.text, by_piece)]
                if number < show:
                    sys.stdout.write(f"  {name}: {clip.text!r}: {by_letter!r}, {by_piece!r}\n")
                wrong = [a + b for a, b in zip(wrong, errors, strict=True)]
                whole = [a + (b == 0) for a, b in zip(whole, errors, strict=True)]
                words += len(clip.text.split())
            report[name] = {
                "n": len(clips), "wer_ctc": round(wrong[0] / words, 3), "wer_decoder": round(wrong[1] / words, 3),
                "whole_ctc": round(whole[0] / len(clips), 3), "whole_decoder": round(whole[1] / len(clips), 3),
            }  # fmt: skip
        return report


def both_paths(checkpoint: Path, folder: Path, exam: Exam) -> dict[str, dict[str, Any]]:
    """Word error rates of one checkpoint as openai-whisper runs it and as its graphs run, both in the padded window;
    how many transcripts are the same, and of the graphs' CTC head at the utterance's own length."""
    import whisper

    reference: Any = whisper.decode
    net = whisper.load_model(str(checkpoint), device="cpu")
    padded, short = WhisperGraphs(folder), WhisperGraphs(folder, whole_window=False, decoder=False)
    options = whisper.DecodingOptions(language="en", without_timestamps=True, fp16=False)
    report: dict[str, dict[str, Any]] = {}
    for name, clips in exam.groups.items():
        wrong, words, same = [0, 0, 0], 0, 0
        for clip in clips:
            wave = clip.sound.astype(np.float32) / max(1.0, float(np.abs(clip.sound).max()))
            mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(wave, padded.window))
            letters = short.hear(wave).letters
            assert letters is not None
            texts = [
                " ".join(str(reference(net, mel, options).text).split()),
                " ".join(decode(padded, padded.hear(wave)).text.split()),
                greedy(letters, short.files.letters)[0],
            ]
            wrong = [a + word_errors(clip.text, text) for a, text in zip(wrong, texts, strict=True)]
            same += texts[0] == texts[1]
            words += len(clip.text.split())
        report[name] = {
            "n": len(clips), "words": words, "same_transcript": round(same / len(clips), 3),
            "wer_torch": round(wrong[0] / words, 3), "wer_onnx": round(wrong[1] / words, 3),
            "wer_onnx_ctc": round(wrong[2] / words, 3),
        }  # fmt: skip
    return report


def read_exam(path: Path) -> Exam:
    """The exam of a file."""
    groups: dict[str, list[Clip]] = {}
    for clip in read_shard(path):
        group, _, text = clip.text.partition("|")
        groups.setdefault(group, []).append(Clip(text, clip.sound))
    return Exam(groups)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="nano-evaluate", description="Mark a checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("exam", type=Path)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--onnx", type=Path, help="its converted folder: compare the two ways to run it")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if options.onnx:
        report = both_paths(options.checkpoint, options.onnx, read_exam(options.exam))
    else:
        nano, pieces = load(options.checkpoint)
        report = read_exam(options.exam).mark(nano, pieces, options.show)
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
