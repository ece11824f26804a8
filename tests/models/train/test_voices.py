from pathlib import Path

import numpy as np
import pytest

from bluerill.bench.voice import VOICES
from bluerill.models.train.whisper_nano.voices import KEPT_BACK, PLAIN, Clip, read_shard, write_shard


def test_the_voices_of_the_benchmark_are_never_spoken_in() -> None:
    assert {voice.partition("+")[2] for voice, _, _ in VOICES} <= KEPT_BACK
    assert not KEPT_BACK & set(PLAIN)


def test_a_shard_gives_back_its_clips(tmp_path: Path) -> None:
    clips = [Clip("one two", np.arange(5, dtype=np.int16)), Clip("three", np.arange(3, dtype=np.int16))]
    write_shard(tmp_path / "shard.npz", clips)
    found = read_shard(tmp_path / "shard.npz")
    assert [clip.text for clip in found] == ["one two", "three"]
    assert [clip.sound.tolist() for clip in found] == [[0, 1, 2, 3, 4], [0, 1, 2]]
    assert [path.name for path in tmp_path.iterdir()] == ["shard.npz"]


def test_a_voice_that_this_build_lacks_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("espeakng_loader", reason="espeak-ng is not installed")
    from random import Random

    from bluerill.models.train.whisper_nano import voices

    monkeypatch.setattr(voices, "PLAIN", ("no-such-timbre",))
    monkeypatch.setattr(voices, "ACCENTS", ("xx-none",))
    said = voices.EspeakVoices(Random(1)).say("hello")
    assert len(said) == 0
