"""What gestures do in a conversation: the first meaning that fits, and never for a stranger."""

from __future__ import annotations

from typing import Any

from bluerill.agent.hands import Hands
from bluerill.agent.messages import Microphone
from bluerill.agent.voice_out import Outlet
from bluerill.kernel.message import Taint
from bluerill.modalities.gesture.messages import Gestured
from bluerill.modalities.screen.messages import SetFace
from support.lone_port import LonePort, run


class Moment:
    """A moment: what rings, whether a question waits, and what is done."""

    def __init__(self, *, rings: list[str] | None = None, asked: bool = False, saying: str = "") -> None:
        self.port = LonePort("session", {})
        self.rings = rings or []
        self.asked = asked
        self.done: list[Any] = []
        out = Outlet(self.port, ("web",), ("screen",), ())
        out.saying = saying
        self.hands = Hands(
            out, ("screen",), ring=self._ring, asked=lambda: self.asked, hush=self._hush, say=self._say
        )  # fmt: skip

    async def _ring(self, action: str) -> list[str]:
        if self.rings:
            self.done.append(action)
        return self.rings

    async def _hush(self) -> None:
        self.done.append("hush")

    async def _say(self, text: str, source: str, taint: Taint) -> None:
        self.done.append((text, source, taint))

    async def make(self, *means: str, taint: Taint = Taint.USER) -> str:
        return await self.hands.act(Gestured("double-tap", "touch", 1.0, 0.0, list(means)), taint)


def test_the_first_meaning_that_fits_is_done_and_no_other() -> None:
    async def main() -> None:
        means = ("dismiss", "yes", "hush")
        ringing = Moment(rings=["a1"], asked=True, saying="good morning")
        assert await ringing.make(*means) == "dismiss"
        assert ringing.done == ["dismiss_ring", "hush"]
        asking = Moment(asked=True, saying="shall I?")
        assert await asking.make(*means) == "yes"
        assert asking.done == [("yes", "gesture double-tap", Taint.USER)]
        speaking = Moment(saying="a long story")
        assert await speaking.make(*means) == "hush"
        assert speaking.done == ["hush"]
        quiet = Moment()
        assert await quiet.make(*means) == ""
        assert quiet.done == []

    run(main)


def test_words_microphone_and_glass_always_fit() -> None:
    async def main() -> None:
        moment = Moment(saying="by the way")
        assert await moment.make("ask start the stopwatch") == "ask start the stopwatch"
        assert await moment.make("listen") == "listen"
        assert await moment.make("unlisten") == "unlisten"
        assert await moment.make("sleep") == "sleep"
        assert moment.done == [("start the stopwatch", "gesture double-tap", Taint.USER), "hush"]
        assert moment.port.of("web", Microphone) == [Microphone(True), Microphone(False)]
        assert moment.port.of("screen", SetFace) == [SetFace(ambient=True)]

    run(main)


def test_a_strangers_gesture_and_an_unknown_meaning_do_nothing() -> None:
    async def main() -> None:
        moment = Moment(rings=["a1"], asked=True)
        assert await moment.make("yes", "dismiss", taint=Taint.USER | Taint.UNTRUSTED) == ""
        assert await moment.make("unlock the door") == ""
        assert moment.done == []

    run(main)
