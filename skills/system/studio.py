"""Skills made on request: "make a skill that counts my push-ups".

What is asked for is written, tried and shown; it is on the watch once its owner says so, and gone again with a word. What
can be made is what the sketches know (``watch/workshop/sketches``); the rest is refused.
"""

from __future__ import annotations

from typing import Any

from ...kernel.errors import BudgetExceeded, DeadlineExceeded
from ..contract import Card, Refusal, Reply, Skill, Text, action


class Studio(Skill):
    """Makes small skills on request."""

    name = "studio"
    grants = ("call:draft_skill", "call:keep_skill", "call:drop_skill", "code")

    @action(
        "[please] [can you] (make|create|build|write) [me|us] [a|an|another] [new|little|small] skill (that|which|to|for|with|where) {description}",
        "(i want|i need|i'd like) a [new|little|small] skill (that|which|to|for|with) {description}",
        "teach yourself to {description}",
        examples=[
            "make a skill that counts my push-ups",
            "make a skill that tells me how many days are left until my birthday",
        ],
        sensitive=True,
        purpose="make that skill",
    )
    async def create_skill(self, description: Text) -> Reply:
        """Write a new skill, try it, and show it; it is not kept before you say so.

        description: what the skill does
        """
        try:
            made = await self.device.call("draft_skill", description=description)
        except (DeadlineExceeded, BudgetExceeded):
            raise Refusal("I have no room or time to write a skill just now. Please try again later.") from None
        if not made["made"]:
            return Reply(made["reply"], result={"made": False})
        name = made["name"].replace("-", " ")
        by = "" if made["writer"].startswith("a sketch") else f" ({made['writer']} wrote it)"
        may = f"It may {_joined(made['may'])}." if made["grants"] else "It only answers."
        lines = [may, *[f"“{each}”" for each in made["examples"][:3]]]
        return Reply(
            f"I made a skill called {name}{by}. You could say: {made['examples'][0]}. {may} "
            "Say 'keep the skill' if you want it.",
            result=made,
            card=Card(kind="notice", title=f"New skill: {name}"[:40], text=made["summary"], lines=lines),
        )

    @action(
        "[yes] (keep|install) (the|this|that) [new] skill",
        "[yes] keep it please",
        "[yes] (i want|i'll take) (the|this|that) new skill",
        "[yes] (let|allow) (the|this|that) [new] skill [in]",
        "[yes] let it in",
        examples=["keep the skill"],
        sensitive=True,
        purpose="keep the skill",
    )
    async def keep_skill(self) -> Reply:
        """Keep the skill that was made last, or let in the one that is asked about."""
        kept = await self.device.call("keep_skill")
        if kept["state"] != "running":
            raise Refusal(f"It was kept, and does not run: {kept['state']}.")
        name = kept["name"].replace("-", " ")
        return Reply(
            f"{name.capitalize()} is ready. Say, for example: {kept['examples'][0]}."
            if kept["examples"]
            else f"{name.capitalize()} may do that now.",
            result=kept,
            card=Card(kind="notice", title=f"New skill: {name}"[:40], lines=[f"“{e}”" for e in kept["examples"][:4]]),
            undo=kept["name"] if kept["made"] else None,
        )

    @action(
        "(remove|delete|forget|drop) (the|my) {name} skill",
        "(remove|delete|forget|drop|undo) the [last] skill [that] you made",
        "get rid of (the|my) {name} skill",
        examples=["remove the birthday skill", "delete the skill you made"],
        sensitive=True,
        purpose="remove the skill[ {name}]",
    )
    async def undo_skill(self, name: Text = "") -> Reply:
        """Remove a skill that was made on request; its files stay, so that it can be read again.

        name: words of its name; without any, the last one
        """
        gone = await self.device.call("drop_skill", name=name)
        return Reply(f"{gone['name'].replace('-', ' ').capitalize()} is gone.", result=gone)

    async def undo(self, what: Any) -> Reply:
        await self.device.call("drop_skill", name=str(what))
        return Reply("I took the skill away again.")


def _joined(lines: list[str]) -> str:
    return f"{', '.join(lines[:-1])} and {lines[-1]}" if len(lines) > 1 else lines[0]
