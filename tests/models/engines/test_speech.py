from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.models.engines import registry, speech
from bluerill.models.engines.contract import Engine, Payload
from bluerill.models.engines.engine import Guess
from bluerill.models.engines.registry import MODEL_ENGINES, engine_names, find_engine, model_engine_names, open_engine
from bluerill.models.engines.speak import EspeakModel
from bluerill.models.engines.speech import PocketSphinxModel
from bluerill.models.messages import InferStart
from support.model_engines import NOTHING, loaded, needs, outputs, quantum, to_the_end


class Parrot:
    """A speech engine that hears how many samples there were."""

    name = "parrot"
    open_vocabulary = True
    reject_below = 0.0

    def __init__(self, cache: Path, model: str) -> None:
        self.cache, self.heard = cache, 0
        self.closed = False

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None: ...

    def start(self) -> None:
        self.heard = 0

    def feed(self, pcm: bytes) -> None:
        self.heard += len(pcm) // 2

    def partial(self) -> str:
        return ""

    def finish(self) -> list[Guess]:
        return [Guess(f"{self.heard} samples")] if self.heard else []

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("parrot", f"{__name__}:Parrot", "bluerill.engines"),
        EntryPoint("mute", "builtins:dict", "bluerill.engines"),
        EntryPoint("gone", "nowhere.at.all:X", "bluerill.engines"),
        EntryPoint("big", "bluerill.models.engines.speak:EspeakModel", "bluerill.engines"),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "bluerill.engines" else [])
    monkeypatch.setattr(registry, "import_module", __import__("importlib").import_module)


def test_every_engine_of_ours_is_found_and_named_as_it_is_registered() -> None:
    for name in [name for name, where in MODEL_ENGINES.items() if where.startswith(".")]:  # tests add their own
        found = find_engine(name)
        assert issubclass(found, Engine)
        assert found.name == name
    assert "llama" not in engine_names()


@pytest.mark.usefixtures("third_party")
def test_a_third_partys_speech_engine_transcribes_in_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EntryPoint, "load", lambda self: Parrot)
    engine = find_engine("parrot")()
    info = loaded(engine)
    assert (info.kinds, info.engine, info.streams) == (["transcribe"], "parrot", True)
    session = engine.start(InferStart(1, kind="transcribe"), NOTHING)
    assert session.step(quantum()).finish == ""
    session.feed(Payload((), bytes(320)), last=False)
    session.feed(Payload((), bytes(40)), last=True)
    assert to_the_end(session).text == "180 samples"
    whole = engine.start(InferStart(1, kind="transcribe"), Payload((), bytes(20)))
    assert to_the_end(whole).text == "10 samples"
    with pytest.raises(CallerError, match="last samples"):
        whole.feed(NOTHING, last=True)
    with pytest.raises(CallerError, match="at most"):
        session = engine.start(InferStart(1, kind="transcribe"), Payload((), bytes(speech.MAX_SAMPLES_BYTES + 2)))
    with pytest.raises(CallerError, match="cannot generate"):
        engine.start(InferStart(1, prompt="x"), NOTHING)
    engine.close()


@pytest.mark.usefixtures("third_party")
def test_names_of_others() -> None:
    ours = ["nano", "pocketsphinx", "whisper-onnx", "whisper"]
    assert engine_names() == [*ours, "big", "gone", "mute", "parrot"]
    assert set(model_engine_names()) >= {"llama", "onnx", "remote", "parrot"}
    assert find_engine("big") is EspeakModel
    with pytest.raises(ServiceFault, match="does not load"):
        find_engine("gone")
    with pytest.raises(CallerError, match="engine must be"):
        find_engine("nobody")
    with pytest.raises(CallerError, match="runs in a model server"):
        open_engine("big", cache=Path())
    with pytest.raises(CallerError, match="engine must be auto"):
        open_engine("llama", cache=Path())


@pytest.mark.usefixtures("third_party")
def test_what_is_no_speech_engine() -> None:
    with pytest.raises(ServiceFault, match="lacks start, feed, finish, close"):
        loaded(find_engine("mute")())


@needs("espeakng_loader")
def test_espeak_speaks_a_sentence_a_quantum() -> None:
    engine = EspeakModel()
    info = loaded(engine, settings={"voice": "en-us", "words_per_minute": "200"})
    assert info.kinds == ["speak"]
    session = engine.start(InferStart(1, kind="speak", prompt="Hello. It is seven o'clock!"), NOTHING)
    assert session.prompt_tokens == 2
    engine.proceed()
    first = session.step(quantum(1, 0.0))
    assert first.finish == ""
    second = session.step(quantum(1, 0.0))
    assert second.finish == "stop"
    for step in (first, second):
        samples = outputs(step)["samples"]
        assert samples.dtype == np.int16
        assert len(samples) > 3_000
        assert np.abs(samples).max() > 1_000


@needs("espeakng_loader")
def test_speech_that_is_interrupted_is_said_again() -> None:
    engine = EspeakModel()
    loaded(engine)
    session = engine.start(InferStart(1, kind="speak", prompt="one"), NOTHING)
    engine.interrupt()
    assert session.step(quantum()).tensors == []
    engine.proceed()
    assert session.step(quantum()).finish == "stop"


@needs("espeakng_loader")
@pytest.mark.parametrize(
    ("settings", "words"), [({"pitch": "high"}, "are numbers"), ({"pitch": "300"}, "0-99"), ({"x": "1"}, "no setting")]
)
def test_settings_of_espeak(settings: dict[str, str], words: str) -> None:
    with pytest.raises(CallerError, match=words):
        loaded(EspeakModel(), settings=settings)


@needs("espeakng_loader")
@pytest.mark.audio
def test_pocketsphinx_hears_what_espeak_says() -> None:
    speaker, listener = EspeakModel(), PocketSphinxModel()
    loaded(speaker)
    loaded(listener)
    speaker.proceed()
    said = to_the_end(speaker.start(InferStart(1, kind="speak", prompt="one two three four five"), NOTHING))
    session = listener.start(InferStart(2, kind="transcribe"), Payload(said.tensors, said.data))
    heard = to_the_end(session).text.split()
    assert len({"one", "two", "three", "four", "five"} & set(heard)) >= 3, heard
    listener.close()
