import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bluerill.kernel.errors import CallerError
from bluerill.modalities.voice.audio import Recording, read_pcm


def tone(rate: int, seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)
    return np.repeat(wave[:, None], channels, axis=1)


def header(data_bytes: int, rate: int = 16_000, body: bytes = b"") -> bytes:
    fmt = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    return (
        b"RIFF" + struct.pack("<I", 36 + len(body)) + b"WAVEfmt " + struct.pack("<I", 16) + fmt
        + b"data" + struct.pack("<I", data_bytes) + body
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("a.wav", 16_000, 1, "PCM_16"), ("eight.wav", 8_000, 1, "PCM_U8"), ("high.wav", 96_000, 2, "PCM_24"),
        ("float.wav", 44_100, 2, "FLOAT"), ("a.flac", 48_000, 1, "PCM_16"), ("a.ogg", 22_050, 1, "VORBIS"),
    ],
)  # fmt: skip
def test_any_rate_and_width_becomes_16_khz_mono(
    tmp_path: Path, name: str, rate: int, channels: int, subtype: str
) -> None:
    soundfile.write(tmp_path / name, tone(rate, 1.3, channels), rate, subtype=subtype)
    samples = np.frombuffer(read_pcm(tmp_path / name), np.int16)
    assert abs(len(samples) - 1.3 * 16_000) < 200
    spectrum = np.abs(np.fft.rfft(samples[2_000:18_000]))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert 14_000 < np.abs(samples).max() < 18_500


def test_silence_is_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "s.wav", np.zeros(16_000), 16_000)
    assert set(read_pcm(tmp_path / "s.wav")) == {0}


def test_not_a_number_becomes_silence(tmp_path: Path) -> None:
    wave = tone(16_000)
    wave[100:200] = np.nan
    wave[200] = np.inf
    soundfile.write(tmp_path / "n.wav", wave, 16_000, subtype="FLOAT")
    samples = np.frombuffer(read_pcm(tmp_path / "n.wav"), np.int16)
    assert not samples[100:200].any()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (header(2**32 - 2, body=b"\0" * 100), "truncated: it announces"),
        (header(2**31, body=b"\0" * 100), "truncated"),
        (header(32_000, body=b"\0" * 320), "holds 320"),
        (header(320, rate=0, body=b"\0" * 320), "sample rate of 0"),
        (header(320, rate=1, body=b"\0" * 320), "sample rate must be"),
        (header(0), "holds no samples"),
        (header(0)[:20], "truncated"),
        (b"RIFF\x10\0\0\0WAVE", "truncated"),
        (b"this is no sound at all" * 100, "expected a WAV"),
    ],
)
def test_what_is_no_recording_is_one_clear_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(CallerError, match=words) as caught:
        read_pcm(path)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(str(path))


def test_a_truncated_flac_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.flac"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, 48_000), 16_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CallerError, match=r"truncated|broken"):
        read_pcm(path)


def test_two_hours_are_refused_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    data = 2 * 3_600 * 32_000
    with path.open("wb") as file:
        file.write(header(data))
        file.truncate(44 + data)
    with pytest.raises(CallerError, match=r"at most 10 minutes, this one has 120\.0"):
        Recording(path)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="No such file"):
        Recording(tmp_path / "absent.wav")
    with pytest.raises(CallerError, match="not a file"):
        Recording(tmp_path)


def test_blocks_are_bounded(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(8_000, 5.0), 8_000)
    with Recording(tmp_path / "a.wav") as recording:
        sizes = [len(block) for block in recording.blocks()]
    assert len(sizes) > 5
    assert max(sizes) < 40_000
