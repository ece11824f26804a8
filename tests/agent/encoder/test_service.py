from __future__ import annotations

import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

from bluerill.agent.encoder.service import EncoderService
from bluerill.agent.messages import MAX_SENTENCES, Encode, Encoded
from support.lone_port import LonePort, run, send


def test_it_reads_sentences_of_words_and_no_more_than_it_may() -> None:
    async def test() -> None:
        service = EncoderService()
        service.port = LonePort("encoder", {})
        found = await send(service, Encode([["how", "late", "is", "it"]] * 20))
        assert isinstance(found, Encoded)
        assert len(found.seen) == MAX_SENTENCES
        assert found.seen[0].labels[0][0] == "get_time"
        assert 0.3 < found.sure < 1.0
        assert (await send(service, Encode([[]]))).seen[0].tags == []
        asked = Encode([["hello"]], about=["get_time", "brew_coffee"])
        assert (await send(service, asked)).foreign == ["brew_coffee"]

    run(test)
