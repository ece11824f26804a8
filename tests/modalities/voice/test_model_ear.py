"""Hearing by a model of the broker: switched while the device runs, kept, passed over where it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.message import Body
from bluerill.kernel.service import Call, Service, handles
from bluerill.modalities.voice.messages import (
    GetModel,
    ModelUsed,
    NotHeard,
    Partial,
    TranscribeChunk,
    TranscribeReady,
    TranscribeStart,
    TranscribeStop,
    Transcript,
    UseModel,
)
from bluerill.modalities.voice.recognizer import RecognizerService
from bluerill.models.messages import Infer, Inference, Refused

Run = Callable[..., None]
pytestmark = pytest.mark.audio


class Broker(Service):
    """Plays models: hears what it is told to."""

    def __init__(self) -> None:
        self.text = "What's the   Weather\nlike in Paris?"
        self.refused = False
        self.asked: list[Infer] = []

    @handles(Infer)
    def infer(self, ask: Infer, call: Call) -> Body:
        self.asked.append(ask)
        return Refused("no memory", 1.0) if self.refused else Inference(self.text)


async def hear(device: Any, pcm: bytes, utterance: int) -> tuple[str, Body]:
    port = device.port("ears")
    ready = await port.ask("asr", TranscribeStart(utterance), TranscribeReady)
    for at in range(0, len(pcm), 8_192):
        await port.ask("asr", TranscribeChunk(utterance, pcm[at : at + 8_192]), Partial)
    return ready.engine, (await port.ask_any("asr", TranscribeStop(utterance)))[0]


def test_a_model_is_switched_to_and_from_without_a_restart_and_stays(
    run: Run, say: Callable[..., bytes], corpus: list[str], tmp_path: Path
) -> None:
    async def test(device: Any) -> None:
        broker = Broker()
        await device.add("models", broker)
        await device.add("planner", device.planner(corpus))
        settings: dict[str, Any] = {"cache": str(tmp_path / "asr"), "choice": str(tmp_path / "speech-model")}
        await device.add("asr", RecognizerService(**settings))
        await device.settle()
        port = device.port("web")
        pcm = say("what time is it", before=0.2, after=0.2)
        assert await port.ask("asr", GetModel(), ModelUsed) == ModelUsed("")
        assert await port.ask("asr", UseModel("whisper-nano"), ModelUsed) == ModelUsed("whisper-nano")
        engine, answer = await hear(device, pcm, 1)
        assert isinstance(answer, Transcript)
        assert (engine, answer.engine) == ("whisper-nano", "whisper-nano")
        assert answer.text == "What's the Weather like in Paris?"
        assert (broker.asked[0].klass, broker.asked[0].kind) == ("voice", "transcribe")
        assert broker.asked[0].tensors[0].size == len(pcm)
        broker.text = " "
        assert isinstance((await hear(device, pcm, 2))[1], NotHeard)
        broker.refused = True  # this one utterance is heard by the recogniser itself
        _, answer = await hear(device, pcm, 3)
        assert isinstance(answer, Transcript)
        assert (answer.text, answer.engine) == ("what time is it", "nano+pocketsphinx")
        again = RecognizerService(**settings)  # after a restart
        assert again.ear.model == "whisper-nano"
        await port.ask("asr", UseModel(""), ModelUsed)
        assert RecognizerService(**settings).ear.model == ""
        assert (await hear(device, pcm, 4))[0] == "nano+pocketsphinx"
        for wrong in ("../x", "a\nb", "x" * 200):
            with pytest.raises(CallerError, match="expected the name of a model's card"):
                await port.ask("asr", UseModel(wrong), ModelUsed)

    run(test)
