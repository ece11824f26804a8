"""A watch on a virtual clock, for tests of the skills together: the store, all skills, and what they tell.

The switchboard is the one that authors of skills test with (``bluerill.skills.testing``).
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.skills.host import SkillsService
from bluerill.skills.messages import Catalogue, GetCatalogue, Glance, Happened, Invoke, Invoked, Undo
from bluerill.skills.store import StoreService
from bluerill.skills.testing import WEDNESDAY, Bench


class World:
    """The store, the skills and a virtual clock; can be killed and booted again on the same files."""

    def __init__(self, folder: Path, zone: str = "Europe/Paris", wall: float = WEDNESDAY, **settings: Any) -> None:
        self.folder = folder
        self.zone = zone
        self.settings = settings
        self.bench = Bench(wall)
        self.boots = 0

    async def boot(self, *, same_boot: bool = True) -> None:
        """Start the store and the skills; ``same_boot`` False means that the machine itself was restarted."""
        self.boots += not same_boot
        if not same_boot:  # another boot: the monotonic clock begins again, the wall clock goes on
            wall = self.bench.wall()
            self.bench.mono = 5.0
            self.bench.set_wall(wall)
        await self.bench.add("store", StoreService(str(self.folder / "store")))
        skills = SkillsService(system_skills(), zone=self.zone, boot=f"boot-{self.boots}", **self.settings)
        await self.bench.add("skills", skills)

    async def kill(self) -> None:
        """As kill -9 would: no goodbye; what goes on is the files as they lie at this moment."""
        store = self.bench.services["store"]
        await self.bench.kill()
        left = self.folder.with_name(self.folder.name + "+")
        shutil.copytree(self.folder, left)
        self.folder = left
        await store.stop()  # only frees this process's handle on the files left behind

    async def do(self, name: str, /, **arguments: Any) -> Invoked:
        """Invoke an action as the session would."""
        answer = await self.bench.ask("session", "skills", Invoke(name, arguments))
        assert isinstance(answer, Invoked)
        return answer

    async def refused(self, name: str, /, **arguments: Any) -> str:
        """The text of the error that an action must end with."""
        with pytest.raises(CallerError) as caught:
            await self.do(name, **arguments)
        return str(caught.value)

    async def undo(self, done: Invoked) -> Invoked:
        answer = await self.bench.ask("session", "skills", Undo(done.action, done.undo))
        assert isinstance(answer, Invoked)
        return answer

    async def catalogue(self) -> Catalogue:
        answer = await self.bench.ask("session", "skills", GetCatalogue())
        if isinstance(answer, Catalogue):
            return answer
        return msgspec.json.decode(answer.lease.bytes(), type=Catalogue)

    def rung(self) -> list[str]:
        """What was said unasked, with a ring."""
        return [each.speech for each in self.bench.bodies("session", Happened) if each.ring]

    def glance(self, field: str) -> Any:
        """The last thing the screen was told of one field."""
        told = [getattr(each, field) for each in self.bench.bodies("screen", Glance)]
        return next(each for each in reversed(told) if each is not None)


def system_skills() -> list[str]:
    """The entry points of pyproject.toml as they are in the tree, whatever is installed."""
    table = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    return [f"{name}={value}" for name, value in table["project"]["entry-points"]["bluerill.skills"].items()]
