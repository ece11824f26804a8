"""A whole device for stories about programs that the owner listed: MCP servers and LangChain tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from bluerill.agent.messages import Request, Turn
from bluerill.kernel.loop import Kernel
from bluerill.kernel.message import Body, Taint
from bluerill.kernel.service import Port
from bluerill.skills.admission import Admitted
from bluerill.skills.messages import Catalogue, GetCatalogue, Invoke, SkillInfo
from bluerill.skills.questions import Consider, Decide, Proposed, Question
from bluerill.watch.boot import PAGE, VOICE, boot, load_manifest

__all__ = ["agree", "do", "named", "say", "story", "write"]


def write(home: Path, path: str, **table: Any) -> None:
    """The owner's settings: one table ``[path]``, whose ``env`` is a table of its own."""
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items() if key != "env")
    env = "".join(f'\n{key} = "{value}"' for key, value in table.get("env", {}).items())
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text(f"[{path}]\n{lines}\n[{path}.env]{env}\n")


def story(work: Callable[[Kernel, Port], Awaitable[None]]) -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))) as device:
            await work(device.kernel, device.kernel.local("control").port)

    asyncio.run(asyncio.wait_for(main(), 120))


async def agree(port: Port, name: str) -> Question:
    """Look at what the skill says of itself, and say yes."""
    asked = await port.ask("skills", Consider(name), Proposed, within=60, taint=Taint.USER)
    admitted = await port.ask("skills", Decide(asked.question.id, yes=True), Admitted, within=60, taint=Taint.USER)
    assert admitted.states == {name: "running"}
    return asked.question


async def named(port: Port, name: str) -> SkillInfo:
    _, lease = await port.borrow("skills", GetCatalogue(by_lease=True), Catalogue)
    with lease:
        whole = msgspec.json.decode(lease.bytes(), type=Catalogue)
    found: SkillInfo = next(each for each in whole.skills if each.name == name)
    return found


async def do(port: Port, action: str, **arguments: object) -> Body:
    return await port.ask("skills", Invoke(action, dict(arguments)), Body, within=60, taint=Taint.USER)


async def say(port: Port, text: str, reply: str) -> Turn:
    """The answer, once the planner knows the catalogue."""
    async with asyncio.timeout(60):
        while True:
            turn = await port.ask("session", Request(text), Turn, within=60, taint=Taint.USER)
            if reply in turn.reply:
                return turn
            await asyncio.sleep(0.02)
