"""A skill that brews tea: the example of docs/first-skill.md."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from bluerill.skills.contract import Card, Duration, Refusal, Reply, Say, Skill, action


class Tea(Skill):
    """Brews tea."""

    name = "tea"
    grants = ("store", "speaker", "screen")
    words = {"black": ["earl grey", "english breakfast"], "green": ["sencha", "jasmine"]}

    @action(
        "(make|brew) [me] [a cup of] [{kind}] tea [for {duration}]",
        Say("(make|brew) [me] a strong tea", {"kind": "black", "duration": "PT5M"}),
        examples=["brew tea for four minutes", "make me a cup of green tea"],
    )
    async def brew_tea(
        self, kind: Literal["black", "green"] = "black", duration: Duration = timedelta(minutes=3)
    ) -> Reply:
        """Start brewing tea, and say when it is ready.

        kind: which tea
        duration: how long it draws
        """
        if await self.device.remaining("pot") is not None:
            raise Refusal("There is tea in the pot already.")
        await self.device.after("pot", duration, {"kind": kind})
        minutes = duration / timedelta(minutes=1)
        return Reply(
            f"Your {kind} tea takes {minutes:g} minutes.",
            result={"kind": kind, "minutes": minutes},
            card=Card(kind="timer", title="Tea", text=kind),
            undo="pot",
        )

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        cups = 1 + await self.device.get("cups", 0)
        await self.device.put("cups", cups)
        await self.device.happened(f"Your {payload['kind']} tea is ready.", Card(title="Tea", text="ready"))

    async def undo(self, what: Any) -> Reply:
        await self.device.forget(what)
        return Reply("No tea, then.")
