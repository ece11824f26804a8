"""Whisper's log-mel features in numpy, so that a device needs no torch to hear.

As the reference implementation computes them (``whisper/audio.py``; Radford et al. 2022, section 2.2): 16 kHz, a window
of 25 ms every 10 ms, Slaney's mel scale with area-normalised triangles, log10 clamped to eight below the loudest,
mapped to about -1..1. Equal to it within 1e-4 (``tests/models/engines/test_logmel.py``).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["HOP", "RATE", "log_mel", "mel_filters"]

RATE = 16_000
WINDOW, HOP = 400, 160
Features = npt.NDArray[np.float32]


def _mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Slaney's scale: linear to 1 kHz, logarithmic above."""
    return np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1) / 1000) * 27 / np.log(6.4))


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


@cache
def mel_filters(count: int) -> Features:
    """The filter bank: (count, 201)."""
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    edges = _hertz(np.linspace(0, float(_mel(np.array(RATE / 2.0))), count + 2))
    widths = np.diff(edges)
    slopes = edges[:, None] - bins[None, :]
    rising, falling = -slopes[:-2] / widths[:-1, None], slopes[2:] / widths[1:, None]
    bank = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return bank.astype(np.float32)


@cache
def _hann() -> Features:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def log_mel(wave: npt.NDArray[np.float32], mels: int = 80) -> Features:
    """Features of samples in -1..1: (mels, len(wave) // 160). At least 201 samples (0.0126 s)."""
    padded = np.pad(wave, WINDOW // 2, mode="reflect")
    count = len(wave) // HOP
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count]
    spectrum = np.fft.rfft(frames * _hann(), axis=-1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    logs = np.log10(np.maximum(mel_filters(mels) @ power.T, 1e-10))
    return np.asarray((np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0, np.float32)
