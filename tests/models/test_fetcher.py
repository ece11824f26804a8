"""The fetcher with a slow download: part by part, what has come kept, and stopped when nobody waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.service import Call
from bluerill.models import fetcher
from bluerill.models.cards import Card, CardFile
from bluerill.models.fetch_messages import Cards, FetchPart, GetCards
from bluerill.models.fetcher import FetcherService, view
from bluerill.models.transfer import Cancelled, Progress

CALL = Call("jobs")


class Pulling:
    """Plays ``pull``: a block each time it is let go on, until it is whole."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.blocks = 0
        self.whole = 4
        self.stopped = 0
        self.began = threading.Event()
        monkeypatch.setattr(fetcher, "pull", self)

    def __call__(self, what: str, progress: Callable[[Progress], None], cancel: threading.Event) -> None:
        if what == "nothing":
            raise CallerError("no model card is named 'nothing'")
        while self.blocks < self.whole:
            if self.began.is_set() and cancel.wait(20.0):
                self.stopped += 1
                raise Cancelled("stopped")
            self.blocks += 1
            progress(Progress("model.gguf", self.blocks * 10, self.whole * 10, 5.0, 1.0))
            self.began.set()


def run(test: Any) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


def test_a_part_ends_after_its_time_and_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        pulling, service = Pulling(monkeypatch), FetcherService()
        part = await service.fetch(FetchPart("m", 0.01), CALL)
        assert (part.ready, part.done, part.total, part.file) == (False, 10, 40, "model.gguf")
        assert pulling.stopped == 1
        pulling.began.clear()
        pulling.whole = 1
        assert (await service.fetch(FetchPart("m", 5.0), CALL)).ready

    run(test)


def test_an_ask_that_is_withdrawn_stops_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        pulling, service = Pulling(monkeypatch), FetcherService()
        asking = asyncio.create_task(service.fetch(FetchPart("m", 60.0), CALL))
        await asyncio.to_thread(pulling.began.wait, 10)
        asking.cancel()
        await asyncio.wait({asking})
        assert pulling.stopped == 1
        assert not service._coming

    run(test)


def test_what_cannot_be_is_the_askers_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        Pulling(monkeypatch)
        with pytest.raises(CallerError, match="no model card is named 'nothing'"):
            await FetcherService().fetch(FetchPart("nothing"), CALL)
        with pytest.raises(CallerError, match="at most 120 s"):
            await FetcherService().fetch(FetchPart("m", 1e9), CALL)

    run(test)


def test_cards_say_what_is_here_and_what_comes(own_home: Path) -> None:
    async def test() -> None:
        service = FetcherService()
        service._coming["whisper-tiny"] = Progress("tiny.pt", 5, 10, 2.0, 2.5)
        found: Cards = await service.get_cards(GetCards(), CALL)
        by_name = {each.name: each for each in found.cards}
        assert by_name["pocketsphinx-en-us"].state == "ready"
        assert by_name["qwen3-0.6b"].state == "missing"
        assert by_name["qwen3-0.6b"].pullable
        assert (by_name["whisper-tiny"].state, by_name["whisper-tiny"].done) == ("coming", 5)
        assert all(each.licence for each in found.cards)

    run(test)


def test_a_part_on_the_disk_can_be_gone_on_with(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "models_folder", lambda: own_home)
    card = Card("m", "llama", "M", "MIT", "", files=[CardFile("m.gguf", urls=["https://example.org/m.gguf"])])
    assert view(card).state == "missing"
    (own_home / "m").mkdir()
    (own_home / "m" / "m.gguf.part").touch()
    assert view(card).state == "partial"
