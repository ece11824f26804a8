from pathlib import Path

import numpy as np
import pytest

from bluerill.bench.domain import device_domain
from bluerill.bench.voice import Pipeline, measure_people, mix, speech_end, surround
from bluerill.modalities.voice.phrases import PhraseBook
from bluerill.models.engines.engine import Guess
from bluerill.models.engines.registry import open_engine


class Slow:
    """An engine that always hears the same."""

    name, open_vocabulary, reject_below = "slow", False, 0.4

    def learn(self, sentences: object, fingerprint: str) -> None: ...
    def start(self) -> None: ...
    def feed(self, pcm: bytes) -> None: ...
    def partial(self) -> str:
        return ""

    def finish(self) -> list[Guess]:
        return [Guess("stop")]

    def close(self) -> None: ...


def test_a_turn_is_heard_with_its_latency() -> None:
    pytest.importorskip("espeakng_loader", reason="needs the extra 'speak'")
    from bluerill.models.engines.espeak import EspeakEngine

    speech = EspeakEngine().say("set a timer for ten minutes")
    turns = Pipeline(Slow(), PhraseBook(["stop"])).hear(surround(speech).tobytes(), 0.6 + speech_end(speech))
    assert [turn.text for turn in turns] == ["stop"]
    # espeak-ng says the same a little differently each time, and a faint last "s" may count as silence.
    assert -100 < turns[0].endpoint_ms < 500
    assert turns[0].final_ms >= turns[0].endpoint_ms


def test_what_is_spoken_was_never_learned_and_is_a_request() -> None:
    domain = device_domain(20)
    assert len(domain.held_out) == 20
    assert not set(domain.held_out) & set(domain.corpus)
    assert domain.judge is not None
    assert all(domain.judge([text])[0] > 0.0 for text in domain.held_out)
    assert domain.judge(["purple monkey dishwasher"]) == [0.0]


def test_noise_is_mixed_at_the_ratio_asked_for(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    speech = (8_000 * np.sin(np.arange(32_000) / 5)).astype(np.int16)
    noise = rng.normal(0, 1, 50_000).astype(np.float32)
    for ratio in (20.0, 10.0):
        added = mix(np.zeros(32_000, np.int16), speech, noise, ratio, rng).astype(np.float64)
        level = 20 * np.log10(np.std(speech[np.abs(speech) > 80]) / np.std(added))
        assert level == pytest.approx(ratio, abs=0.7)


@pytest.mark.audio
def test_people_are_heard_by_the_devices_own_recogniser(data: Path, tmp_path: Path) -> None:
    """Seven recorded commands of a person come to their calls, and what is no command comes to nothing."""
    clips = data / "speech_misc" / "ha_commands"
    if not clips.is_dir():
        pytest.skip(f"recordings of people are not at {clips}")
    domain = device_domain(0)
    engine = open_engine("auto", cache=tmp_path)
    engine.learn(domain.corpus, "test")
    found = measure_people(Pipeline(engine, PhraseBook(domain.corpus), domain.judge), domain, data)
    engine.close()
    assert [row["file"] for row in found["rows"] if not row["good"]] == []
    assert found["clips"] == 8
