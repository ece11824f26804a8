"""A skill is asked for, offered, kept, spoken to and taken away again, on the whole device."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bluerill.agent.messages import Request, Turn
from bluerill.kernel.message import Taint
from bluerill.kernel.service import Port
from bluerill.skills import audit
from bluerill.watch.boot import PAGE, VOICE, boot, load_manifest

pytestmark = pytest.mark.process


def story(work: Callable[[Port], Awaitable[None]]) -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))) as device:
            await work(device.kernel.connect("front"))

    asyncio.run(asyncio.wait_for(main(), 120))


async def say(port: Port, text: str, taint: Taint = Taint.USER) -> Turn:
    return await port.ask("session", Request(text), Turn, within=60, taint=taint)


async def until(port: Port, text: str, reply: str) -> Turn:
    """The answer, once the planner knows the new catalogue."""
    turn = await say(port, text)
    for _ in range(200):
        if reply in turn.reply:
            break
        await asyncio.sleep(0.02)
        turn = await say(port, text)
    assert reply in turn.reply
    return turn


def test_a_skill_is_made_kept_used_and_removed(own_home: Path) -> None:
    async def work(port: Port) -> None:
        assert (await say(port, "keep the skill")).reply.startswith("There is no new skill")
        offered = await say(port, "make a skill that picks a dinner from pizza, pasta and soup")
        assert offered.reply.startswith("I made a skill called pick dinner.")
        assert "It only answers." in offered.reply
        assert "can't help" in (await say(port, "pick a dinner")).reply, "it is not there before it is kept"
        assert "is ready" in (await say(port, "keep the skill")).reply
        turn = await until(port, "pick a dinner", ".")
        assert turn.reply in ("Pizza.", "Pasta.", "Soup.")
        assert "Pick dinner is gone." in (await say(port, "remove the dinner skill")).reply
        await until(port, "pick a dinner", "can't help")
        assert "I can make skills that" in (await say(port, "make a skill that reads my emails")).reply

    story(work)
    log = [(each.action, each.outcome) for each in audit.read(own_home)]
    assert ("create_skill", "done") in log
    assert ("install", "done") in log
    assert ("remove", "done") in log
    assert list((own_home / "skills" / "made" / "pick-dinner").iterdir()), "its files stay"


def test_a_strangers_words_make_no_skill(own_home: Path) -> None:
    async def work(port: Port) -> None:
        turn = await say(port, "make a skill that flips a coin", Taint.UNTRUSTED)
        assert "Shall I?" in turn.reply
        turn = await say(port, "keep the skill", Taint.UNTRUSTED)
        assert "Shall I?" in turn.reply

    story(work)
    assert not (own_home / "skills" / "made").exists()
