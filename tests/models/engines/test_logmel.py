import numpy as np
import pytest

from bluerill.models.engines.logmel import log_mel, mel_filters


def test_a_tone_lands_in_the_band_of_its_pitch() -> None:
    wave = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    mel = log_mel(wave)
    assert mel.shape == (80, 100)
    loudest = int(mel[:, 50].argmax())
    centre = float((mel_filters(80)[loudest] * np.linspace(0, 8000, 201)).sum() / mel_filters(80)[loudest].sum())
    assert abs(centre - 1000) < 60


def test_nothing_is_more_than_eight_below_the_loudest() -> None:
    mel = log_mel(np.concatenate([np.zeros(8000, np.float32), np.ones(8000, np.float32)]))
    assert mel.max() - mel.min() == pytest.approx(2.0)  # eight decades, divided by four


@pytest.mark.parametrize("mels", [80, 128])
def test_it_is_what_the_reference_computes(mels: int) -> None:
    whisper = pytest.importorskip("whisper", reason="openai-whisper is not installed")
    wave = np.random.default_rng(1).normal(0, 0.1, 40_000).astype(np.float32)
    assert np.abs(whisper.log_mel_spectrogram(wave, mels).numpy() - log_mel(wave, mels)).max() < 1e-4
