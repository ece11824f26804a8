"""What the owner told the watch to remember, in the owner's words: kept, listed, looked up and forgotten on request.

A memory is only ever made by an action that asks for it, and never of a stranger's words without the owner's yes
(``policy.py``: whatever changes something asks first). Nothing is inferred and nothing sent anywhere.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ..contract import Card, Refusal, Reply, Say, Skill, Text, action
from ..matching import best, words
from ..speech import joined, plural, relative_day

MAX_FACTS = 1_000
SAID, SHOWN = 3, 20
_TURNED = {"my": "your", "me": "you", "i": "you", "am": "are", "i'm": "you're", "mine": "yours", "myself": "yourself"}
_ASKING = frozenset(
    words(
        "where what when who which how is are was were do does did have has i me put park parked left leave know remember"
    )
)
"""Words of a question that say nothing of what it is about."""


class Memory(Skill):
    """What you told the watch to remember."""

    name = "memory"
    grants = ("store", "screen")
    rules = {
        "keep": "(remember|please remember|keep in mind|do not forget|never forget|memorise|memorize|learn|make sure you remember|i want you to remember|bear in mind|can you remember)",
        "forget": "(forget|please forget|you can forget|do not remember|stop remembering|erase from memory|delete from memory)",
    }

    @action(
        "<keep> (that|the following|the fact that) {text}",
        "(for your information|for the record|fyi) {text}",
        "(make|take|keep) a mental note (that|of the fact that) {text}",
        "(you should know|i want you to know) that {text}",
        examples=("remember that my car is in row G",),
        purpose="keep that in mind",
    )
    async def remember_fact(self, text: Text) -> Reply:
        """Remember something the owner said, until it is to be forgotten.

        text: what to remember
        """
        rows = await self.device.scan("fact/")
        if len(rows) >= MAX_FACTS:
            raise Refusal(f"I remember {MAX_FACTS} things already. Have me forget some first.")
        same = next((row for row in rows.values() if words(row["text"]) == words(text)), None)
        number = 1 + await self.device.get("last", 0)
        key = f"fact/{number:06}"
        at = self.device.now().replace(tzinfo=None).isoformat(timespec="seconds")
        if same is None:
            await self.device.put_many({"last": number, key: {"text": text, "at": at}})
        card = Card("list", title="Remembered", text=text, icon="memory")
        said = f"I'll remember that {turned(text)}." if same is None else f"I remember that {turned(text)} already."
        return Reply(said, {"text": text, "at": at}, card, undo=None if same is not None else {"added": key})

    @action(
        "what do you remember [about me|so far]",
        "what do you know about me",
        "what do you (remember|know) (about|of) [my|the] {topic}",
        "what (have i told you|did i tell you|did i say|have i said) [to remember|to you]",
        "what (have i told you|did i tell you|did i say|have i said) (about|of) [my|the] {topic}",
        "what did i (ask|tell) you to remember [(about|of) [my|the] {topic}]",
        "where (is|are) my {topic}",
        "where did i (park|put|leave|hide|store|keep) [my|the|it] {topic}",
        "where (have i|i have|i) (parked|put|left|hidden) [my|the] {topic}",
        "do you remember (where|what|when|who) {topic}",
        "(list|show|read|tell me) [me] [all] [of] (my|your|the) (memories|facts|things you remember)",
        "(list|show|read|tell me) [me] (everything|all|what) you (remember|know) [about me]",
        "(remind me|tell me) where (is|are) my {topic}",
        "tell me where my {topic} (is|are)",
        examples=("what do you remember", "where is my car"),
        reads=True,
        purpose="recall what you told me[ about {topic}]",
    )
    async def recall(self, topic: Text | None = None) -> Reply:
        """Say what the owner had the watch remember.

        topic: what about; everything if not given
        """
        facts = await self._all()
        found = facts if topic is None else _about(facts, topic)
        result = {"facts": [{"text": row["text"], "at": row["at"]} for row in found[:50]], "count": len(found)}
        if not facts or not found:
            about = f" about {turned(topic)}" if topic else ""
            text = f"You have told me nothing{about}. Say: remember that, and what."
            return Reply(text, result, Card("list", title="Memory", text="Nothing", icon="memory"))
        today = self.device.now().date()
        told = [f"{turned(row['text'])} (told {_day(row['at'], today)})" for row in found[:SAID]]
        more = f" And {plural(len(found) - SAID, 'more thing')}." if len(found) > SAID else ""
        card = Card("list", title="Memory", lines=[row["text"] for row in found[:SHOWN]], icon="memory")
        return Reply(f"You told me that {joined(told)}.{more}", result, card)

    @action(
        "<forget> (about|that|what you know about|everything about|all about|what i said about|what i told you about|where|what|the fact that) {topic}",
        "(do not|you need not|you do not need to|you do not have to) remember {topic} (anymore|any more|any longer)",
        "(erase|delete|remove|clear) {topic} from [your|my|the] memory",
        Say(
            "<forget> (everything|all|all of it|it all) [you know|you remember|i told you|i said|that i told you] [about me]",
            {"all": True},
        ),
        Say("(clear|erase|delete|wipe|reset) (your|my|the) (memory|memories)", {"all": True}),
        Say("(forget|delete|erase|clear) all [of] [my|your|the] (memories|facts)", {"all": True}),
        examples=("forget that my car is in row G", "forget everything"),
        sensitive=True,
        purpose="forget that",
    )
    async def forget_fact(self, topic: Text | None = None, all: bool = False) -> Reply:  # noqa: A002
        """Forget something, or everything, that the owner had the watch remember.

        topic: what about
        all: everything
        """
        facts = await self._all()
        if not facts:
            raise Refusal("You have told me nothing that I could forget.")
        if topic is None and not all:
            raise Refusal("Forget what? Say: forget about, and what; or: forget everything.")
        found = facts if topic is None else _about(facts, topic)
        if not found:
            raise Refusal(f"You have told me nothing about {turned(topic or '')}.")
        if len(found) > 1 and not all:
            raise Refusal(f"Which one? You told me that {joined([turned(row['text']) for row in found[:4]])}.")
        await self.device.put_many(dict.fromkeys((row["key"] for row in found), None))
        what = f"that {turned(found[0]['text'])}" if len(found) == 1 else plural(len(found), "thing")
        card = Card("list", title="Forgotten", lines=[row["text"] for row in found[:SHOWN]], icon="memory")
        kept = {row["key"]: {"text": row["text"], "at": row["at"]} for row in found[:100]}
        return Reply(f"I have forgotten {what}.", {"forgotten": len(found)}, card, undo={"forgotten": kept})

    async def undo(self, what: Any) -> Reply:
        if "added" in what:
            if await self.device.get(what["added"]) is None:
                raise Refusal("That is forgotten already.")
            await self.device.put(what["added"], None)
            return Reply("I have forgotten it.")
        await self.device.put_many(what["forgotten"])
        return Reply(f"I remember {plural(len(what['forgotten']), 'thing')} again.")

    async def _all(self) -> list[dict[str, Any]]:
        """All facts, the newest first."""
        rows = await self.device.scan("fact/")
        return [{"key": key, **row} for key, row in rows.items()][::-1]


def _about(facts: list[dict[str, Any]], topic: str) -> list[dict[str, Any]]:
    """The facts that a topic is about: those that hold its telling words."""
    telling = " ".join(word for word in words(topic) if word not in _ASKING) or topic
    return best(facts, telling, lambda row: [row["text"]])


def turned(text: str) -> str:
    """The owner's words, turned to the owner: ``my car is in row G`` → ``your car is in row G``."""
    return " ".join(_TURNED.get(word.lower(), word) for word in text.split())


def _day(iso: str, today: date) -> str:
    return relative_day(date.fromisoformat(iso[:10]), today)
