"""Recordings, read into the sound of the device: 16 kHz mono, signed 16 bits.

Files come from anyone. libsndfile (by ``soundfile``) decodes WAV, FLAC and OGG; what it forgives is checked before,
because a header is a promise: a WAV that announces more samples than it holds is refused as truncated instead of being
played short, and so are a rate of zero, more channels than a room has, and recordings longer than
:data:`MAX_SECONDS`. Samples are decoded, mixed down and resampled (``soxr``, high quality) in blocks, so memory does
not grow with the file.

Every refusal is one CallerError of one line that names the file, what was expected and what was found.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from ...kernel.errors import CallerError
from .messages import RATE

__all__ = ["MAX_SECONDS", "Recording", "read_pcm"]

MAX_SECONDS = 600.0
MAX_CHANNELS = 16
RATES = (4_000, 384_000)
BLOCK_S = 0.5
_UNTIL_END = (0, 0xFFFFFFFF)  # data sizes that streaming writers leave in a WAV: they promise nothing

Floats = npt.NDArray[np.float32]


class Recording:
    """One file, opened and checked. ``seconds``, ``rate`` and ``channels`` are the file's own.

    Raises CallerError for whatever cannot be read as sound, and for what is longer than ``longest_s``.
    """

    def __init__(self, path: Path, longest_s: float = MAX_SECONDS) -> None:
        self.path = path
        self._longest_s = longest_s
        self._check_file()
        self._promised = self._check_wav()
        try:
            self._file: Any = soundfile.SoundFile(path)
        except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
            raise CallerError(f"{path}: expected a WAV, FLAC or OGG recording: {_reason(error)}") from None
        self.rate, self.channels, self.frames = self._file.samplerate, self._file.channels, self._file.frames
        try:
            self._check_format()
        except CallerError:
            self._file.close()
            raise
        self.seconds = self.frames / self.rate

    def _check_file(self) -> None:
        try:
            size = self.path.stat().st_size
        except (OSError, ValueError) as error:
            raise CallerError(f"{self.path}: {getattr(error, 'strerror', None) or error}") from None
        if not self.path.is_file():
            raise CallerError(f"{self.path}: expected a recording, found something that is not a file")
        if size == 0:
            raise CallerError(f"{self.path}: expected a recording, the file is empty")

    def _check_wav(self) -> int:
        """Sizes a WAV header promises, held against the file; returns the data bytes, 0 if this is no WAV."""
        with self.path.open("rb") as file:
            head = file.read(12)
            if len(head) < 12 or head[:4] not in (b"RIFF", b"RIFX") or head[8:12] != b"WAVE":
                return 0
            order = "<" if head[:4] == b"RIFF" else ">"
            size = self.path.stat().st_size
            rate = -1
            while len(chunk := file.read(8)) == 8:
                name, length = chunk[:4], struct.unpack(order + "I", chunk[4:])[0]
                start = file.tell()
                if name == b"fmt ":
                    fields = file.read(min(length, 16))
                    if len(fields) < 16:
                        raise CallerError(f"{self.path}: the WAV is truncated inside its format")
                    rate = struct.unpack(order + "I", fields[4:8])[0]
                    if rate == 0:
                        raise CallerError(
                            f"{self.path}: the WAV has a sample rate of 0, expected {RATES[0]} to {RATES[1]}"
                        )
                elif name == b"data":
                    if length not in _UNTIL_END and start + length > size:
                        raise CallerError(
                            f"{self.path}: the WAV is truncated: it announces {length} bytes of sound "
                            f"and holds {size - start}"
                        )
                    return size - start if length in _UNTIL_END else length
                file.seek(start + length + (length & 1))
        raise CallerError(f"{self.path}: the WAV is truncated: it has no {'sound' if rate >= 0 else 'format'}")

    def _check_format(self) -> None:
        if not RATES[0] <= self.rate <= RATES[1]:
            raise CallerError(f"{self.path}: sample rate must be {RATES[0]} to {RATES[1]}, got {self.rate}")
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise CallerError(f"{self.path}: at most {MAX_CHANNELS} channels, got {self.channels}")
        if self.frames <= 0:
            raise CallerError(f"{self.path}: expected a recording, it holds no samples")
        if self.frames > self._longest_s * self.rate:
            raise CallerError(
                f"{self.path}: a recording is at most {self._longest_s / 60:.0f} minutes, this one has "
                f"{self.frames / self.rate / 60:.1f}; cut it first"
            )

    def blocks(self) -> Iterator[bytes]:
        """The sound in order, about half a second at a time. Raises CallerError where the file breaks off."""
        resampler = (
            soxr.ResampleStream(self.rate, RATE, 1, dtype="float32", quality="HQ") if self.rate != RATE else None
        )
        size = max(1, int(self.rate * BLOCK_S))
        got = 0
        while True:
            try:
                block: Floats = self._file.read(size, dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError) as error:
                raise CallerError(f"{self.path}: broken after {got / self.rate:.1f} s: {_reason(error)}") from None
            got += len(block)
            last = len(block) < size
            mono = _mono(block)
            if resampler is not None:
                mono = resampler.resample_chunk(mono, last=last)
            if len(mono):
                yield _samples(mono)
            if last:
                break
        if got < self.frames:
            raise CallerError(
                f"{self.path}: truncated: {self.seconds:.1f} s are announced and {got / self.rate:.1f} s could be read"
            )

    def part(self, start_s: float, seconds: float) -> bytes:
        """So many seconds of sound from a moment on, fewer at the end. Raises CallerError where they cannot be read."""
        try:
            self._file.seek(min(self.frames, max(0, round(start_s * self.rate))))
            block: Floats = self._file.read(round(seconds * self.rate), dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise CallerError(f"{self.path}: broken after {start_s:.1f} s: {_reason(error)}") from None
        mono = _mono(block)
        return _samples(mono if self.rate == RATE else soxr.resample(mono, self.rate, RATE, quality="HQ"))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_pcm(path: Path) -> bytes:
    """All of a recording at once (at most :data:`MAX_SECONDS`: 19 MB)."""
    with Recording(path) as recording:
        return b"".join(recording.blocks())


def _mono(block: Floats) -> Floats:
    mono: Floats = np.nan_to_num(block.mean(axis=1), nan=0.0, posinf=1.0, neginf=-1.0).astype(np.float32)
    return mono


def _samples(mono: Floats) -> bytes:
    return (np.clip(mono, -1.0, 1.0) * 32_767).astype("<i2").tobytes()


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).rpartition(": ")[2][:200] or type(error).__name__
