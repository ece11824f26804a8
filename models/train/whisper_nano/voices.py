"""Voices to train on: espeak-ng on the fly, and voices made of people's recordings as files written beforehand.

espeak-ng renders an utterance in six milliseconds, in any of thousands of combinations of accent, timbre, speed and
pitch, but it is a formant synthesiser and does not sound like people. flite and festival (Debian packages ``flite``,
``festival``, ``festvox-kallpc16k``, ``festvox-kdlpc16k``, ``festvox-us-slt-hts``) put together or model recordings of
six speakers; they are slower, so a process of its own (``python -m ….voices SENTENCES FOLDER``) writes shards of clips
that the loader picks up as they come.

The timbres of the voices that the benchmark speaks with are never used here, in no accent (:data:`KEPT_BACK`).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ....kernel.errors import ServiceFault
from ...engines.espeak import EspeakEngine

__all__ = ["KEPT_BACK", "RATE", "Clip", "EspeakVoices", "main", "read_shard", "write_shard"]

RATE = 16_000
Sound = npt.NDArray[np.int16]
ACCENTS = ("en-us", "en-us", "en-us", "en-gb", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan",
           "en-gb-x-gbcwmd", "en-029", "en-us-nyc")  # fmt: skip
KEPT_BACK = frozenset(("", "f2", "f3", "m3", "m7"))
"""Timbres (espeak-ng variants, '' = the plain one) of the benchmark's eight voices."""
PLAIN = ("m1", "m2", "m4", "m5", "m6", "m8", "f1", "f4", "f5", "Andy", "Annie", "Alex", "Alicia", "Andrea", "Denis",
         "Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Reed",
         "adam", "anika", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "ed", "edward",
         "edward2", "grandma", "grandpa", "gustave", "ian", "iven", "iven2", "iven3", "iven4", "john", "kaukovalta",
         "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "linda", "marcelo", "max", "michel", "miguel",
         "mike2", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph", "steph2",
         "steph3", "travis", "victor", "zac", "croak", "whisper", "Storm", "RicishayMax", "RicishayMax2")  # fmt: skip
FLITE = ("awb", "rms", "slt", "kal16", "awb", "rms", "slt")
FESTIVAL = ("cmu_us_slt_arctic_hts", "ked_diphone", "kal_diphone")
SHARD = 64


class Clip(NamedTuple):
    """A rendering (16 kHz mono) and its words."""

    text: str
    sound: Sound


class EspeakVoices:
    """Says sentences, each in another voice: one of the accents with one of the timbres, of all if none are given.
    ``pace`` is the mean and deviation of words per minute."""

    def __init__(
        self,
        random: Random,
        accents: Sequence[str] = (),
        timbres: Sequence[str] = (),
        pace: tuple[float, float] = (165.0, 30.0),
    ) -> None:
        self._random, self._pace = random, pace
        self._accents, self._timbres = accents or ACCENTS, timbres or PLAIN
        self._engine = EspeakEngine("en-us+m1")
        self._bad: set[str] = set()

    def say(self, text: str) -> Sound:
        """Samples; empty where the voice drawn is not in this build of espeak-ng."""
        random, engine = self._random, self._engine
        voice = f"{random.choice(self._accents)}+{random.choice(self._timbres)}"
        if voice in self._bad:
            return np.zeros(0, np.int16)
        engine.voice = voice
        engine.words_per_minute = int(min(260, max(105, random.gauss(*self._pace))))
        engine.pitch = int(min(95, max(10, random.gauss(50, 16))))
        try:
            return engine.say(text)
        except ServiceFault:
            raise
        except Exception as error:  # a variant that this build lacks
            if type(error).__name__ != "CallerError":
                raise
            self._bad.add(voice)
            return np.zeros(0, np.int16)


def _flite(texts: Sequence[str], random: Random, folder: Path) -> list[Clip]:
    clips = []
    for text in texts:
        path = folder / "flite.wav"
        subprocess.run(
            ["flite", "-voice", random.choice(FLITE), "--setf", f"duration_stretch={random.uniform(0.75, 1.25):.2f}",
             "--setf", f"int_f0_target_mean={random.uniform(80, 200):.0f}", "-t", text, "-o", str(path)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        clips.append(Clip(text, _read(path)))
    return clips


def _festival(texts: Sequence[str], random: Random, folder: Path) -> list[Clip]:
    """All in one process, because it takes long to start."""
    lines = []
    for number, text in enumerate(texts):
        lines.append(f"(voice_{random.choice(FESTIVAL)})")
        lines.append(f"(Parameter.set 'Duration_Stretch {random.uniform(0.8, 1.25):.2f})")
        lines.append(f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{folder}/{number}.wav" \'riff)')
    script = folder / "say.scm"
    script.write_text("\n".join(lines))
    subprocess.run(["festival", "-b", str(script)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = [(text, folder / f"{number}.wav") for number, text in enumerate(texts)]
    return [Clip(text, _read(path)) for text, path in found if path.exists()]


def _read(path: Path) -> Sound:
    import soundfile
    import soxr

    samples, rate = soundfile.read(path, dtype="int16")
    if rate == RATE:
        return np.asarray(samples, np.int16)
    return np.asarray(soxr.resample(samples, rate, RATE), np.int16)


def write_shard(path: Path, clips: Sequence[Clip]) -> None:
    """Clips as one file, whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            texts=np.array("\n".join(clip.text for clip in clips)),
            ends=np.cumsum([len(clip.sound) for clip in clips]),
            sound=np.concatenate([clip.sound for clip in clips]),
        )
    part.replace(path)


def read_shard(path: Path) -> list[Clip]:
    """The clips of a file of :func:`write_shard`."""
    with np.load(path) as shard:
        texts = str(shard["texts"]).split("\n")
        pieces = np.split(shard["sound"], shard["ends"][:-1])
    return [Clip(text, piece) for text, piece in zip(texts, pieces, strict=True)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write shards of human-derived voices until there are enough."""
    parser = argparse.ArgumentParser(prog="nano-voices", description="Render sentences with flite and festival.")
    parser.add_argument("sentences", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args(arguments)
    random = Random(options.seed)
    lines = options.sentences.read_text("utf-8").splitlines()
    options.folder.mkdir(parents=True, exist_ok=True)
    for shard in range(options.clips // SHARD):
        path = options.folder / f"{options.seed}-{shard:04d}.npz"
        texts = [random.choice(lines) for _ in range(SHARD)]
        if path.exists():
            continue
        with tempfile.TemporaryDirectory() as scratch:
            say = _festival if shard % 2 else _flite
            clips = [clip for clip in say(texts, random, Path(scratch)) if len(clip.sound) > RATE // 5]
        if clips:
            write_shard(path, clips)
    return 0


if __name__ == "__main__":
    sys.exit(main())
