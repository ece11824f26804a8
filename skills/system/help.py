"""Help: what the watch can do, with sentences to try.

Nothing is written here that could grow old: what is said comes from the catalogue, which the service ``skills``
tells on the name ``describe_skills``. Each request shows the examples of other actions, so that asking again is worth
it.
"""

from __future__ import annotations

from typing import Any

from ..contract import Card, Refusal, Reply, Say, Skill, Text, action
from ..matching import best
from ..speech import capital, joined

SHOWN = 3
"""Examples that are said."""
SPOKEN = 6
"""Skills that are said by name, others each time; the card lists them all."""
FIRST = ("timers", "alarms", "weather", "lists", "reminders", "home")
"""Skills whose examples are given first: what people want of a watch."""


class Help(Skill):
    """What the watch can do, with examples."""

    name = "help"
    grants = ("store", "call:describe_skills")

    @action(
        "(what|which) (can|could) (you|i|this|the watch|this watch) (do|ask|say|ask you|tell you|say to you)",
        "what (are you able|do you know how) to do",
        "(help|help me|i need help|i need some help|show [me] [the] help|give me [some] examples|show me what you can do)",
        "what (commands|skills|actions) (are there|do you have|do you know|do you understand)",
        "how (do|can) i use (you|this|this watch|the watch)",
        "what can you do (with|for|about) [the|my] {topic}",
        "(help|help me) (with|about|on) [the|my] {topic}",
        "what can i (ask|say|do) (about|with) [the|my] {topic}",
        "give me [some] examples (of|for) {topic}",
        Say("(what else|what more) can you do"),
        examples=("what can you do", "help with timers"),
        reads=True,
        purpose="tell you what I can do",
    )
    async def get_help(self, topic: Text | None = None) -> Reply:
        """Say what the watch can do, with examples to try.

        topic: one skill, such as timers
        """
        skills: list[dict[str, Any]] = (await self.device.call("describe_skills"))["skills"]
        if topic is not None:
            return await self._about(topic, skills)
        names = _names(skills)
        known = {each["name"]: each for each in skills}
        favourites = [known[name] for name in FIRST if name in known]
        turn = await self.device.get("turn", 0)
        await self.device.put("turn", turn + 1)
        picked = [favourites[(turn * SHOWN + at) % len(favourites)] for at in range(min(SHOWN, len(favourites)))]
        tries = [each["examples"][(turn * SHOWN // max(1, len(favourites))) % len(each["examples"])] for each in picked]
        said = f"Say, for example: {joined([f'“{each}”' for each in tries], 'or')}."
        some = [names[(turn * SPOKEN + at) % len(names)] for at in range(min(SPOKEN, len(names)))]
        more = f" and {len(names) - len(some)} more" if len(names) > len(some) else ""
        said += f" I know about {', '.join(some)}{more}; ask for help with any of them."
        card = Card(
            "list", "Try saying", icon="help", lines=[f"“{each}”" for each in tries] + [capital(name) for name in names]
        )
        return Reply(said, {"skills": names, "examples": tries}, card)

    async def _about(self, topic: str, skills: list[dict[str, Any]]) -> Reply:
        found = best(skills, topic, lambda each: [each["name"], each["summary"], *each["examples"]])
        if not found:
            raise Refusal(f"I know nothing about {topic}. I know about {joined(_names(skills))}.")
        skill = found[0]
        tries = skill["examples"]
        said = f"{skill['summary']} Say, for example: {joined([f'“{each}”' for each in tries[:SHOWN]], 'or')}."
        card = Card("list", capital(skill["name"]), icon="help", lines=[f"“{each}”" for each in tries])
        return Reply(said, {"skills": [skill["name"]], "examples": tries}, card)


def _names(skills: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in skills if each["name"] != Help.name]
