"""What happens to a voice between a mouth and the recogniser: speed, room, microphone, noise, level, cuts.

All on float32 at 16 kHz within -1..1. Each step is left out often enough that clean speech stays in the data. The
echo and the colouring of a room and microphone are one multiplication in the frequency domain.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["TEST_NOISES", "Rooms"]

RATE = 16_000
Wave = npt.NDArray[np.float32]
TEST_NOISES = frozenset(("rain.flac", "doing_the_dishes.flac", "background_noise_home.flac"))
"""Recordings that the benchmark mixes in; never trained with."""


class Rooms:
    """Draws one acoustic circumstance after another. ``noise`` is the public data's folder, or None."""

    def __init__(self, random: np.random.Generator, noise: Path | None) -> None:
        self.random = random
        self.noises: list[Wave] = []
        self.echoes: list[Wave] = []
        if noise is not None:
            with (noise / "manifest.csv").open(encoding="utf-8", newline="") as file:
                names = [row["file"] for row in csv.DictReader(file)]
            for name in names:
                if name.startswith("ir_"):
                    self.echoes.append(_read(noise / name))
                elif name not in TEST_NOISES and (noise / name).exists():
                    self.noises.append(_read(noise / name))

    def warp(self, wave: Wave, most: float) -> Wave:
        """Played faster or slower by up to ``most``: pitch, formants and tempo move together."""
        factor = float(self.random.uniform(1 - most, 1 + 1.4 * most))  # people hurry more than they drawl
        at = np.arange(0, len(wave) - 1, factor, dtype=np.float32)
        return np.interp(at, np.arange(len(wave), dtype=np.float32), wave).astype(np.float32)

    def apply(self, wave: Wave, babble: Sequence[Wave] = ()) -> Wave:
        """One utterance through a random circumstance. ``babble`` are other voices that may talk behind it."""
        random = self.random
        wave = wave / (float(np.abs(wave).max()) + 1e-6)
        if random.random() < 0.15:
            wave = self._cut(wave)
        voiced = wave[np.abs(wave) > 0.02]
        level = float(np.sqrt((voiced**2).mean())) if len(voiced) else 0.1
        wave = self._surround(wave)
        if random.random() < 0.65:
            wave = self._colour(wave)
            level = min(level, float(np.sqrt((wave**2).mean())) * 1.5 + 1e-4)
        if random.random() < 0.7:
            wave = self._noise(wave, level, babble)
        else:
            wave = wave + random.normal(0, 10 ** random.uniform(-4.5, -2.8), len(wave)).astype(np.float32)
        return self._microphone(wave)

    def _cut(self, wave: Wave) -> Wave:
        """A little is missing at the begin or the end, as when a detector was late."""
        front, back = (int(self.random.uniform(0, 0.05) * RATE) for _ in range(2))
        return wave[front : len(wave) - back] if len(wave) > front + back + RATE // 5 else wave

    def _surround(self, wave: Wave) -> Wave:
        random = self.random
        before = np.zeros(int(min(0.9, random.exponential(0.25)) * RATE), np.float32)
        after = np.zeros(int(min(0.9, 0.05 + random.exponential(0.25)) * RATE), np.float32)
        if len(before) > 3000 and random.random() < 0.15:  # a thump or click: a button, a table
            size = int(random.integers(200, 2500))
            at = int(random.integers(0, len(before) - size))
            low = np.cumsum(random.normal(0, 1, size)) if random.random() < 0.6 else random.normal(0, 1, size)
            burst = low * np.exp(-np.arange(size) / (size / 5))
            before[at : at + size] += (burst / (np.abs(burst).max() + 1e-6) * random.uniform(0.1, 1.0)).astype(
                np.float32
            )
        return np.concatenate([before, wave, after])

    def _colour(self, wave: Wave) -> Wave:
        """Echo of a room, tilt and band of a microphone."""
        random = self.random
        size = 1 << (len(wave) + RATE // 2).bit_length()
        spectrum = np.fft.rfft(wave, size)
        if random.random() < 0.6:
            spectrum *= np.fft.rfft(self._echo(), size)
        frequencies = np.linspace(0, RATE / 2, len(spectrum))
        if random.random() < 0.8:
            points = np.geomspace(60, 8000, 7)
            gains = random.normal(0, 4, 7)
            spectrum *= 10 ** (np.interp(frequencies, points, gains) / 20)
        if random.random() < 0.4:
            low, high = random.uniform(60, 350), random.choice((3400, 4000, 5500, 7000, 8000))
            band = 1 / (1 + (low / (frequencies + 1)) ** 4) / (1 + (frequencies / high) ** 12)
            spectrum *= band
        out = np.fft.irfft(spectrum, size)[: len(wave)].astype(np.float32)
        return np.asarray(out / (float(np.abs(out).max()) + 1e-6), np.float32)

    def _echo(self) -> Wave:
        """An impulse response: recorded, or a direct sound and noise that dies away (Polack's model of a room)."""
        random = self.random
        if self.echoes and random.random() < 0.2:
            recorded = self.echoes[int(random.integers(len(self.echoes)))]
            return self.warp(recorded[int(np.abs(recorded).argmax()) :][: RATE // 2], 0.3)
        dies = random.uniform(0.08, 0.6)
        size = int(min(0.5, dies) * RATE)
        tail = random.normal(0, 1, size) * 10 ** (-3 * np.arange(size) / (dies * RATE))
        tail[: int(random.uniform(0.001, 0.01) * RATE)] = 0
        tail *= 10 ** (-random.uniform(0, 15) / 20) / (np.sqrt((tail**2).sum()) + 1e-6)
        tail[0] = 1.0
        return np.asarray(tail, np.float32)

    def _noise(self, wave: Wave, level: float, babble: Sequence[Wave]) -> Wave:
        random = self.random
        kind = random.random()
        if kind < 0.4 and self.noises:
            source = self.noises[int(random.integers(len(self.noises)))]
        elif kind < 0.55:
            source = self._clatter()
        elif kind < 0.67 and babble:
            source = np.asarray(
                np.sum([np.resize(voice, RATE * 4) / (np.abs(voice).max() + 1e-6) for voice in babble], axis=0),
                np.float32,
            )
        else:
            white = np.fft.rfft(random.normal(0, 1, 1 << 16))
            white *= np.arange(1, len(white) + 1) ** -random.uniform(0, 1.0)
            if random.random() < 0.5:  # of any colour, not only of a slope
                bumps = np.interp(np.linspace(0, 1, len(white)), np.linspace(0, 1, 9), random.normal(0, 8, 9))
                white *= 10 ** (bumps / 20)
            source = np.asarray(np.fft.irfft(white), np.float32)
        start = int(random.integers(0, max(1, len(source) - len(wave))))
        piece = np.resize(source[start:], len(wave))
        ratio = float(random.uniform(3, 30))
        gain = level / (float(np.sqrt((piece**2).mean())) + 1e-6) * 10 ** (-ratio / 20)
        return np.asarray(wave + gain * piece, np.float32)

    def _clatter(self) -> Wave:
        """Dishes, keys, steps: short resonances at random moments over a murmur."""
        random = self.random
        out = np.fft.irfft(np.fft.rfft(random.normal(0, 1, 1 << 16)) * np.arange(1, (1 << 15) + 2) ** -0.7)
        out *= random.uniform(0.05, 0.5) / (out.std() + 1e-9)
        for _ in range(int(random.integers(4, 40))):
            size = int(random.integers(300, 5000))
            at, steps = int(random.integers(0, len(out) - size)), np.arange(size)
            tones = sum(np.sin(2 * np.pi * random.uniform(200, 7000) / RATE * steps) for _ in range(3))
            hit = (tones * 0.4 + random.normal(0, 1, size)) * np.exp(-steps / (size / 6))
            out[at : at + size] += hit * 10 ** random.uniform(-1, 0.6)
        return np.asarray(out, np.float32)

    def _microphone(self, wave: Wave) -> Wave:
        random = self.random
        wave = wave / (float(np.abs(wave).max()) + 1e-6)
        if random.random() < 0.07:
            wave = np.clip(wave * random.uniform(1.2, 4.0), -1, 1)
        if random.random() < 0.05:  # eight bits of µ-law, as telephones send
            packed = np.sign(wave) * np.log1p(255 * np.abs(wave)) / np.log(256)
            wave = np.sign(packed) * (256 ** np.abs(np.round(packed * 127) / 127) - 1) / 255
        loud = 1.0 if random.random() < 0.3 else 10 ** random.uniform(-1.2, 0)
        return np.asarray(wave * loud, np.float32)


def _read(path: Path) -> Wave:
    import soundfile
    import soxr

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    return np.asarray(mono if rate == RATE else soxr.resample(mono, rate, RATE), np.float32)
