from collections.abc import Callable
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.modalities.voice.messages import Speech, Synthesize
from bluerill.modalities.voice.mouth import MouthService

Run = Callable[..., None]


def test_text_becomes_samples_in_a_lease(run: Run) -> None:
    pytest.importorskip("espeakng_loader", reason="needs the extra 'speak'")

    async def test(device: Any) -> None:
        await device.add("mouth", MouthService())
        speech, lease = await device.port("web").borrow("mouth", Synthesize("ten minutes, starting now"), Speech)
        assert speech.engine == "espeak-ng"
        assert lease.size == pytest.approx(speech.seconds * 32_000, abs=64)
        assert 0.8 < speech.seconds < 4

    run(test)


@pytest.mark.parametrize(("text", "words"), [("  ", "empty"), ("a" * 3_000, "at most 2000")])
def test_what_cannot_be_said(run: Run, text: str, words: str) -> None:
    async def test(device: Any) -> None:
        await device.add("mouth", MouthService())
        with pytest.raises(CallerError, match=words):
            await device.port("web").borrow("mouth", Synthesize(text), Speech)

    run(test)
