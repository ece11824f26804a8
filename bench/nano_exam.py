"""Writes the recordings that a nano is marked on while it learns: sentences, voices and noises it does not learn from.

    python -m bluerill.bench.nano_exam OUT [--data FOLDER]

Groups: ``clean`` and ``10 dB`` are held-out sentences (of the seed that settings are chosen with, not the one that
figures are given for) in the benchmark's voices; ``people`` are the recorded commands of the public data, for looking
only: nothing is trained on them.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..modalities.voice.audio import read_pcm
from ..models.engines.espeak import EspeakEngine
from ..models.train.whisper_nano.rooms import TEST_NOISES
from ..models.train.whisper_nano.voices import Clip, write_shard
from .domain import device_domain
from .voice import VOICES, mix, surround

COUNT = 56


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="nano-exam", description="Write what a nano is marked on.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(3)
    noises = [
        np.frombuffer(read_pcm(options.data / "noise" / name), np.int16).astype(np.float32)
        for name in sorted(TEST_NOISES)
        if (options.data / "noise" / name).exists()
    ] or [rng.normal(0, 300, 320_000).astype(np.float32)]
    clips = []
    for number, said in enumerate(device_domain(COUNT, 11).held_out):
        voice, rate, pitch = VOICES[number % len(VOICES)]
        speech = EspeakEngine(voice, rate, pitch).say(said)
        clean = surround(speech, 0.3, 0.3)
        clips.append(Clip(f"clean|{said}", clean))
        clips.append(Clip(f"10 dB|{said}", mix(clean, speech, noises[number % len(noises)], 10, rng)))
    manifest = options.data / "speech_misc" / "manifest.csv"
    if manifest.exists():
        with manifest.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                said = row["transcript"].lower().replace("5", "five")
                if row["file"].startswith(("ha_commands/", "commands/")) and said and len(said.split()) < 12:
                    pcm = read_pcm(options.data / "speech_misc" / row["file"])
                    clips.append(Clip(f"people|{said}", np.frombuffer(pcm, np.int16)))
    write_shard(options.out, clips)
    return 0


if __name__ == "__main__":
    sys.exit(main())
