"""A skill that asks its owner for what it needs."""

from __future__ import annotations

from typing import Literal

from bluerill.skills.contract import Duration, Reply, Skill, Text, action


class Lamp(Skill):
    """A lamp."""

    name = "lamp"

    @action("light the lamp [in the {room}] [for {length}]", examples=["light the lamp"])
    async def light_lamp(
        self, room: Literal["kitchen", "hall"] | None = None, length: Duration | None = None, sure: bool | None = None
    ) -> Reply:
        """Light a lamp."""
        if room is None:
            return Reply("In which room?", ask="room")
        if length is None:
            return Reply("For how long?", ask="length")
        if length.total_seconds() > 3600 and sure is None:
            return Reply("That is long. Are you sure?", ask="sure")
        return Reply(f"Lit in the {room} for {length.total_seconds():g} s{'' if sure is None else f', {sure}'}.")

    @action("name the lamp", examples=["name the lamp"])
    async def name_lamp(self, called: Text | None = None) -> Reply:
        """Give it a name."""
        return Reply("What is it called?", ask="called") if called is None else Reply(f"Hello, {called}.")

    @action("ask nonsense", examples=["ask nonsense"])
    async def ask_nonsense(self) -> Reply:
        """Ask for what there is not."""
        return Reply("What?", ask="nothing")
