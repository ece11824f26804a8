"""A checklist: things that are ticked off, and begun again."""

from __future__ import annotations

import re
from datetime import datetime
from string import Template

from .sketch import Hear, Made, Step, Unmade, ident, split, spoken, title

__all__ = ["checklist"]

_LIST = re.compile(
    r"\b(?:check ?list|packing list|routine|steps)\b(?: (?:for|of|to|before) (?P<what>.+?))?"
    r"\s*(?::|\bwith\b|\bconsisting of\b|\bthat has\b|\bcontaining\b)\s*(?P<list>.+)"
)
_NAMED = re.compile(r"\b(?P<what>[a-z]+(?: [a-z]+)?) (?:check ?list|packing list|routine)\b")
_ANY = re.compile(r"\b(?:check ?list|packing list)\b")

_CODE = Template('''\
    STEPS = $steps

    @action(
        "~[what's|what is] [next|left] on (my|the) $what [check]list",
        "~(start|show|read) (my|the) $what [check]list",
        examples=["~~what's next on my $what checklist"],
        reads=True,
    )
    async def $next(self) -> Reply:
        """Say what is still to be done."""
        left = await self._left()
        if not left:
            return Reply("Everything is done.", result={"left": []})
        return Reply(f"Next: {left[0]}. {len(left)} left.", result={"left": left}, card=self._card(left))

    @action(
        "~(tick off|check off|i have|i've got|done with) {step}",
        examples=["~~check off $first"],
    )
    async def $tick(self, step: Literal[$literal]) -> Reply:
        """Tick one thing off.

        step: what is done
        """
        done = await self.device.get("done", [])
        if step in done:
            raise Refusal(f"{step.capitalize()} is ticked off already.")
        await self.device.put("done", [*done, step])
        left = await self._left()
        said = f"Next: {left[0]}." if left else "That was the last one."
        return Reply(said, result={"left": left}, card=self._card(left), undo=step)

    @action("~(reset|start over|begin again) (my|the|with my|with the) $what [check]list", examples=["~~reset my $what checklist"])
    async def $reset(self) -> Reply:
        """Begin again with nothing ticked off."""
        before = await self.device.get("done", [])
        await self.device.put("done", [])
        return Reply("From the beginning.", undo=before)

    async def _left(self) -> list[str]:
        done = await self.device.get("done", [])
        return [each for each in self.STEPS if each not in done]

    def _card(self, left: list[str]) -> Card:
        return Card(kind="list", title="$title", lines=left[:8], value=1 - len(left) / len(self.STEPS))

    async def undo(self, what: Any) -> Reply:
        done = await self.device.get("done", [])
        restored = what if isinstance(what, list) else [each for each in done if each != what]
        await self.device.put("done", restored)
        return Reply("As before.")
''')


def checklist(asked: str, now: datetime) -> Made | None:
    """Things to tick off, for something."""
    found = _LIST.search(asked)
    if found is None:
        if _ANY.search(asked):
            raise Unmade("Tell me what is on it: a checklist for travelling with passport, tickets and charger.")
        return None
    named = _NAMED.search(asked)
    about = found["what"] or (named["what"] if named is not None and named["what"] not in ("a", "the", "my") else "")
    about = re.sub(r"^(?:a|an|my|the|keeps|reads|has)\s+", "", about)
    what = spoken(about) if about else "little"
    steps = list(dict.fromkeys(spoken(each) for each in split(found["list"])))
    if not 2 <= len(steps) <= 30:
        raise Unmade("A checklist has between two and thirty things.")
    tag = ident(what, 20)
    words = {
        "steps": repr(tuple(steps)), "literal": ", ".join(map(repr, steps)), "what": what, "first": steps[0],
        "next": f"next_{tag}", "tick": f"tick_{tag}", "reset": f"reset_{tag}", "title": title(what),
    }  # fmt: skip
    hear = [
        Hear(f"what's next on my {what} checklist", words["next"]),
        Hear(f"show my {what} list", words["next"]),
        Hear(f"check off {steps[0]}", words["tick"], {"step": steps[0]}),
        Hear(f"reset my {what} checklist", words["reset"]),
    ]
    story = [
        Step(words["next"], says=f"Next: {steps[0]}"),
        Step(words["tick"], {"step": steps[0]}, f"Next: {steps[1]}"),
        Step(words["tick"], {"step": steps[0]}, "already", refuses=True),
        *[Step(words["tick"], {"step": each}) for each in steps[1:]],
        Step(words["next"], says="Everything is done"),
        Step(words["reset"], says="beginning"),
        Step(words["next"], says=f"Next: {steps[0]}"),
    ]
    return Made(
        "checklist", f"list-{tag.replace('_', '-')}", f"Keeps the checklist for {what}.", ("store",),
        _CODE.substitute(words), hear, story, [f"i like {what}"], "from typing import Any, Literal\n",
    )  # fmt: skip
