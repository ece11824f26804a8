from pathlib import Path

import numpy as np
import pytest

from bluerill.models.train.whisper_nano.rooms import Rooms


@pytest.fixture
def voice() -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 200 * np.arange(16_000) / 16_000)).astype(np.float32)


def test_whatever_happens_to_a_voice_it_stays_sound(voice: np.ndarray) -> None:
    rooms = Rooms(np.random.default_rng(2), None)
    for number in range(60):
        wave = rooms.apply(np.zeros(8_000, np.float32) if number % 10 == 0 else voice, [voice] * 3)
        assert wave.dtype == np.float32
        assert np.isfinite(wave).all()
        assert np.abs(wave).max() <= 1.01
        assert len(wave) >= 8_000


def test_a_warp_changes_length_and_pitch_together(voice: np.ndarray) -> None:
    warped = Rooms(np.random.default_rng(1), None).warp(voice, 0.2)
    pitch = float(np.abs(np.fft.rfft(warped)).argmax()) * 16_000 / len(warped)
    assert len(warped) != len(voice)
    assert pitch * len(warped) == pytest.approx(200 * len(voice), rel=0.02)


def test_the_noises_of_the_benchmark_are_not_trained_with(tmp_path: Path) -> None:
    import soundfile

    (tmp_path / "manifest.csv").write_text("file,seconds\nrain.flac,1\nwater.flac,1\nir_room.wav,1\nabsent.flac,1\n")
    for name, level in (("rain.flac", 0.5), ("water.flac", 0.1), ("ir_room.wav", 0.2)):
        soundfile.write(tmp_path / name, np.full(16_000, level, np.float32), 16_000)
    rooms = Rooms(np.random.default_rng(1), tmp_path)
    assert [round(float(noise.max()), 1) for noise in rooms.noises] == [0.1]
    assert len(rooms.echoes) == 1
