"""Batches of augmented utterances, made in a process of their own while the model learns.

Rendering an utterance costs about as much as augmenting it, and no two augmentations are alike; so renderings are kept
in a pool in memory and used several times, some replaced all the time.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import queue
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...engines.logmel import log_mel
from .rooms import Rooms
from .tokens import Pieces, letters_of
from .voices import RATE, Clip, EspeakVoices, read_shard

__all__ = ["EASY", "Batch", "Loader", "Recipe", "collate", "people_clips"]

LONGEST_S = 9.5
CONTEXT = 1_000
"""Mel frames of the model's whole window."""
POOL = 9_000
FRESH = 0.4
"""Share of espeak-ng utterances that are rendered anew."""
PEOPLE_LIKE, WAKE_WORDS, NOTHING = 0.58, 0.03, 0.012
"""Shares of human-derived voices, of recorded wake words, of noise without speech."""
PADDED = 0.1
"""Share of batches that are padded beyond their longest utterance, as the reference implementation always does."""


EASY = 24_000
"""So many utterances lead from short, clean sentences to all there are: CTC finds the alignment of those first."""


class Recipe(NamedTuple):
    """What the loader needs: the files, the word pieces, how many mel frames a batch holds, and how many utterances
    there were before (of a training that is resumed)."""

    sentences: Path
    shards: Path
    data: Path | None
    table: tuple[int, ...]
    frames: int = 14_000
    seed: int = 1
    made: int = 0


class Batch(NamedTuple):
    """``mel`` (n, 80, frames) float16; ``letters`` concatenated with their ``sizes``; ``pieces`` (n, m) from start to
    end, -1 where there is nothing."""

    mel: npt.NDArray[np.float16]
    letters: npt.NDArray[np.int32]
    sizes: npt.NDArray[np.int32]
    pieces: npt.NDArray[np.int32]


def people_clips(data: Path | None) -> list[Clip]:
    """The recordings of people that are for training: wake words, but for the eighth that the benchmark listens to."""
    import soundfile

    if data is None:
        return []
    root = data / "wakeword_picovoice"
    files = sorted(root.rglob("*.flac")) + sorted(root.rglob("*.wav"))
    kept = set(files[::8])
    clips = []
    for path in files:
        text = " ".join(path.parent.name.replace("_", " ").replace("-", " ").lower().split())
        if path not in kept and path.parent != root and text.replace(" ", "").isalpha():
            samples, rate = soundfile.read(path, dtype="int16")
            if rate == RATE and samples.ndim == 1:
                clips.append(Clip(text, np.asarray(samples, np.int16)))
    return clips


def mask(mel: npt.NDArray[np.float32], random: np.random.Generator) -> None:
    """SpecAugment (Park et al. 2019): bands of frequencies and stretches of time are wiped, in place."""
    if random.random() < 0.3:
        return
    floor = float(mel.mean())
    for _ in range(2):
        width = int(random.integers(0, 14))
        at = int(random.integers(0, 80 - width))
        mel[at : at + width] = floor
    for _ in range(2):
        width = int(random.integers(0, min(20, mel.shape[1] // 8)))
        at = int(random.integers(0, mel.shape[1] - width))
        mel[:, at : at + width] = floor


def collate(mels: Sequence[npt.NDArray[np.float32]], texts: Sequence[str], pieces: Pieces, frames: int = 0) -> Batch:
    """One batch, padded with each utterance's own silence to its longest (or to ``frames``)."""
    longest = max(frames, *(mel.shape[1] for mel in mels))
    longest += longest % 2
    batch = np.empty((len(mels), 80, longest), np.float16)
    for row, mel in zip(batch, mels, strict=True):
        row[:, : mel.shape[1]] = mel
        row[:, mel.shape[1] :] = mel.max() - 2.0
    letters = [letters_of(text) for text in texts]
    rows = []
    for text in texts:
        inner = pieces.encode(text) if text else []
        rows.append(
            [pieces.start, pieces.plain, *inner, pieces.end] if text else [pieces.start, pieces.silent, pieces.end]
        )
    table = np.full((len(rows), max(map(len, rows))), -1, np.int32)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    flat = np.array([each for spelled in letters for each in spelled], np.int32)
    return Batch(batch, flat, np.array([len(spelled) for spelled in letters], np.int32), table)


class _Maker:
    """Makes utterances, then batches."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.random = Random(recipe.seed)
        self.numbers = np.random.default_rng(recipe.seed)
        self.lines = recipe.sentences.read_text("utf-8").splitlines()
        self.voices = EspeakVoices(self.random)
        self.rooms = Rooms(self.numbers, recipe.data / "noise" if recipe.data else None)
        self.people = people_clips(recipe.data)
        self.pool: list[Clip] = []
        self.like: list[Clip] = []
        self.taken: set[str] = set()
        self.pieces = Pieces(recipe.table)
        self.made = recipe.made

    def _shards(self) -> None:
        for path in sorted(self.recipe.shards.glob("*.npz")):
            if path.name not in self.taken:
                self.taken.add(path.name)
                self.like += read_shard(path)

    def _clip(self) -> tuple[Clip, float]:
        """A rendering and how much it may be warped."""
        kind = self.random.random()
        if kind < NOTHING:
            return Clip("", np.zeros(int(self.random.uniform(0.3, 3) * RATE), np.int16)), 0.0
        if kind < NOTHING + WAKE_WORDS and self.people:
            return self.random.choice(self.people), 0.12
        if kind < NOTHING + WAKE_WORDS + PEOPLE_LIKE * min(1.0, len(self.like) / 2_000) and self.like:
            return self.random.choice(self.like), 0.22
        if self.pool and self.random.random() > max(FRESH, 1 - len(self.pool) / 1_500):
            return self.random.choice(self.pool), 0.1
        for _ in range(40):
            text = self.random.choice(self.lines)
            if len(text.split()) > self._longest():
                continue
            clip = Clip(text, self.voices.say(text))
            if RATE // 5 < len(clip.sound) < LONGEST_S * RATE:
                if len(self.pool) < POOL:
                    self.pool.append(clip)
                else:
                    self.pool[self.random.randrange(POOL)] = clip
                return clip, 0.1
        return Clip("", np.zeros(RATE, np.int16)), 0.0

    def _utterance(self) -> tuple[npt.NDArray[np.float32], str]:
        while True:
            self.made += 1
            clip, most = self._clip()
            wave: npt.NDArray[np.float32] = (clip.sound / np.float32(32_768)).astype(np.float32)
            easy = self.random.random() > self.made / EASY
            if len(clip.text.split()) > self._longest() or not RATE // 4 < len(wave) < LONGEST_S * RATE:
                continue
            if easy:
                faint = self.numbers.normal(0, 1e-3, len(wave)).astype(np.float32)
                return log_mel((wave / (np.abs(wave).max() + 1e-6) + faint).astype(np.float32)), clip.text
            if most and self.random.random() < 0.7:
                wave = self.rooms.warp(wave, most)
            babble = (
                [c.sound.astype(np.float32) for c in self.random.sample(self.pool, 4)] if len(self.pool) > 8 else []
            )
            wave = self.rooms.apply(wave, babble)
            if RATE // 4 < len(wave) < LONGEST_S * RATE:
                mel = log_mel(wave)
                mask(mel, self.numbers)
                return mel, clip.text

    def _longest(self) -> float:
        """Words in a sentence, as far as training has come."""
        return 2 + 12 * self.made / EASY

    def batches(self) -> Iterator[Batch]:
        """Without end. Utterances of about one length share a batch."""
        for turn in itertools.count():
            if turn % 4 == 0:
                self._shards()
            made = sorted((self._utterance() for _ in range(256)), key=lambda pair: pair[0].shape[1])
            groups: list[list[tuple[npt.NDArray[np.float32], str]]] = [[]]
            for each in made:
                if (len(groups[-1]) + 1) * each[0].shape[1] > self.recipe.frames:
                    groups.append([])
                groups[-1].append(each)
            self.random.shuffle(groups)
            for group in groups:
                if len(group) > 1:
                    longest = max(mel.shape[1] for mel, _ in group)
                    frames = 0
                    if self.random.random() < PADDED:
                        frames = self.random.choice((CONTEXT, self.random.randint(longest, CONTEXT)))
                        group = group[: max(2, self.recipe.frames // frames)]
                    yield collate([mel for mel, _ in group], [text for _, text in group], self.pieces, frames)


def _work(recipe: Recipe, out: Any) -> None:
    for batch in _Maker(recipe).batches():
        out.put(batch)


class Loader:
    """A process that makes batches; iterate over it. Raises RuntimeError when the process died."""

    def __init__(self, recipe: Recipe) -> None:
        for library in ("OMP", "OPENBLAS"):  # for the process to come: two that spin for one core get nothing done
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        context = multiprocessing.get_context("spawn")
        self._queue: Any = context.Queue(maxsize=24)
        self._process = context.Process(target=_work, args=(recipe, self._queue), daemon=True)
        self._process.start()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            try:
                yield self._queue.get(timeout=30)
            except queue.Empty:
                if not self._process.is_alive():
                    raise RuntimeError("the process that makes batches has died; its error is above") from None

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()
