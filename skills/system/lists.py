"""Lists: shopping, to-do and any other the owner names. A list is there while it has items; each item is kept once."""

from __future__ import annotations

import re
from typing import Any

from ..contract import Card, Refusal, Reply, Say, Skill, Text, action
from ..matching import best
from ..speech import capital, joined, plural

DEFAULT = "shopping"
MAX_LISTS = 50
MAX_ITEMS = 200
_PAIRS = (
    "mac and cheese", "macaroni and cheese", "salt and pepper", "fish and chips", "bread and butter", "peanut butter and jelly",
    "salt and vinegar", "gin and tonic", "bacon and eggs", "oil and vinegar", "head and shoulders", "cheese and onion",
    "sweet and sour", "rhythm and blues", "black and white", "nuts and bolts", "rice and beans", "cookies and cream",
)  # fmt: skip
_PAIR = re.compile("|".join(_PAIRS), re.IGNORECASE)
_SPOKEN_COMMA = re.compile(r"\s*(?:,|;|\bplus\b|\bas well as\b)\s*(?:and\s+)?")


class Lists(Skill):
    """Shopping, to-do and other lists."""

    name = "lists"
    grants = ("store", "screen")
    rules = {
        "list": "[the|my|our|a|this] {list} (list|lists)",
        "any": "[the|my|our|a|this] list",
        "put": "(add|put|place|include|write|append|insert|stick|get)",
        "out": "(remove|delete|take|cross|strike|tick|erase|drop|scratch|complete|finish|get rid of|eliminate)",
    }

    @action(
        "<put> {item} (to|on|onto|in|into|down on) <list> [please]",
        "<put> {item} (to|on|onto|in|into) <any> [please]",
        "<put> (to|on|onto|in|into) <list> {item}",
        "(we need|i need to buy|we need to buy|i have to buy|we have to buy|we're out of|i'm out of|we are out of|i am out of|we ran out of|i ran out of) {item}",
        "don't forget to (buy|get|pick up) {item} [(at|from) the (shop|store|supermarket)]",
        "<list> (add|new item|plus) {item}",
        "(make|create|start) [a|the] [new] {list} list with {item}",
        "(can you|could you) <put> {item} (to|on) <list>",
        "{item} (goes|should go|belongs) on <list>",
        "update (<list>|<any>) with {item}",
        "(i need|i want|i would like) {item} (added to|put on) (<list>|<any>)",
        "{item} (should be|needs to be|has to be) (added to|put on) <list>",
        "open (<list>|<any>) and (add|put) {item}",
        Say("<put> {item} (to|on|onto) (my|the) (to do|todo|to-do|task|tasks) [list]", {"list": "to-do"}),
        Say("<put> (to|on|onto) (my|the) (to do|todo|to-do|task) list {item}", {"list": "to-do"}),
        Say("<put> {item} (to|on|onto) (my|the) (groceries|grocery list|shopping|shopping list)", {"list": "shopping"}),
        Say("(add|create|make|put|new) [a|the] [new] task [to|called|named] {item}", {"list": "to-do"}),
        examples=("add milk to my shopping list", "put call the plumber on my to-do list", "we need eggs"),
        purpose="put {item} on the [{list}] list",
    )
    async def add_to_list(self, item: Text, list: Text | None = None) -> Reply:  # noqa: A002
        """Put something on a list.

        item: what to add; several may be said at once
        list: which list; the shopping list if not given
        """
        name = _list_name(list) or DEFAULT
        lists = await self._lists()
        items = lists.get(name, [])
        if name not in lists and len(lists) >= MAX_LISTS:
            raise Refusal(f"There are {MAX_LISTS} lists already.")
        known = {each.lower() for each in items}
        new = [each for each in split_items(item) if each.lower() not in known]
        if len(items) + len(new) > MAX_ITEMS:
            raise Refusal(f"A list holds {MAX_ITEMS} items.")
        result = {"list": name, "added": new, "items": items + new}
        card = _card(name, items + new)
        if not new:
            verb = "is" if len(split_items(item)) == 1 else "are"
            return Reply(f"{capital(item)} {verb} already on your {name} list.", result, card)
        await self.device.put(f"list/{name}", items + new)
        return Reply(f"Added {joined(new)} to your {name} list.", result, card, undo={"added": new, "list": name})

    @action(
        "(what's|what is|what have i got|what do i have|what do we have|what are the items|what things are) (on|in) <list>",
        "(what's|what is|what have i got|what do i have|what do we have|what are the items) (on|in) <any>",
        "(show|read|read out|tell|give|open|check|see|view|display|list|recite) [me] [all|everything] [on|out|of|from|the contents of] <list>",
        "(show|read|read out|tell me|open|check|see|view|display) [me] <any>",
        "(show|what are|which are|list) [me] [all] [of] [my|the] lists [do i have]",
        "(what|which) lists (do i have|have i got|are there)",
        "what (do i|do we|should i|should we) need to (buy|get)",
        "what do i need (from|at) the (shop|store|supermarket)",
        "(is there anything|are there things|do i have anything|is anything|how many items are|how much is) (on|in) <list>",
        Say(
            "(show|read|what's on|what is on|what are) [me] (my|the) (to do|todo|to-do|tasks|task list|to dos) [list]",
            {"list": "to-do"},
        ),
        Say("what (do i have|do i need|am i supposed|have i|have i got|is there) to do [today]", {"list": "to-do"}),
        "my {list} list",
        "(what is|what are) [my|the] {list} list",
        "(can i see|let me see|let me hear|give me|pull up|bring up) <list>",
        "(can i see|let me see|let me hear|give me|pull up|bring up) (my|the) lists",
        "(is there anything|what is next|what's next) on (<list>|<any>) [today|for today]",
        "(what|which) [kind of] lists (do i have|have i) (saved|open|available|made|so far)",
        "(tell me|what are) my (list names|lists) [so far]",
        "how many lists (do i have|are there|are open|have i)",
        "(what are|name|tell me|list|show me) [all] [the|my] lists (i have|available|i have available|that i have|that i have created|i have made)",
        "(what|which) [all] lists (are available|i have|i have made|have i made|did i make)",
        "what (items|things) (are|do i have|have i got) on (<list>|<any>)",
        "what (i have|is|items are|the items are) on (<list>|<any>)",
        "what (else|all) (is|do i have) on (<list>|<any>)",
        "what (is|do i have) on (<list>|<any>) (for today|today|right now)",
        "how many (items|things) (are|do i have) on <any>",
        "what (does|do) (<list>|<any>) (contain|have [on it])",
        "(the|give me the|provide the|show the) (contents|items) (of|on) (<list>|<any>)",
        examples=("what is on my shopping list", "read my to-do list", "show my lists"),
        reads=True,
        purpose="show the [{list}] list",
    )
    async def show_list(self, list: Text | None = None) -> Reply:  # noqa: A002
        """Say what is on a list, or which lists there are.

        list: which list; if not given, the only one, or the names of all
        """
        lists = await self._lists()
        if list is None and len(lists) == 1:
            list = next(iter(lists))  # noqa: A001
        if list is None:
            result: dict[str, Any] = {"lists": {name: len(items) for name, items in lists.items()}}
            if not lists:
                return Reply("There are no lists yet.", result, Card(kind="list", title="No lists", icon="list"))
            lines = [f"{capital(name)}  {len(items)}" for name, items in lists.items()]
            said = joined([f"{name} with {plural(len(items), 'item')}" for name, items in lists.items()])
            return Reply(
                f"There are {plural(len(lists), 'list')}: {said}.",
                result,
                Card(kind="list", title="Lists", lines=lines, icon="list"),
            )
        name = self._known(list, lists)
        items = lists.get(name, [])
        result = {"list": name, "items": items}
        if not items:
            return Reply(f"Your {name} list is empty.", result, _card(name, items))
        more = f", and {len(items) - 10} more" if len(items) > 10 else ""
        said = joined(items) if not more else ", ".join(items[:10])
        return Reply(f"On your {name} list: {said}{more}.", result, _card(name, items))

    @action(
        "<out> [off|out] {item} (from|off|off of|off from|out of|on|in) <list>",
        "<out> [off|out] {item} (from|off|off of|off from|out of|on|in) <any>",
        "check (off|out) {item} (from|off of|on|in) (<list>|<any>)",
        "check {item} (off|off of|off from|from) (<list>|<any>)",
        "(i bought|we bought|i have bought|i've bought|i picked up) [the|some] {item}",
        "(i don't need|we don't need|no need for) {item} [anymore|any more] [on <list>]",
        "mark {item} [as] (done|bought|complete|completed|finished) [(on|in) <list>]",
        "(check|tick|cross) {item} off",
        "(clear|empty|delete|remove|erase|wipe|clean|reset|throw away|discard) [out] [everything (from|on)|all items (from|on)|all of] <list>",
        "(clear|empty|erase|wipe) [out] [everything (from|on)] <any>",
        "<out> (everything|all items|all) (from|off|on) <list>",
        Say("<out> [off] {item} (from|off|on) (my|the) (to do|todo|to-do|task|tasks) [list]", {"list": "to-do"}),
        Say("<out> [off] {item} (from|off|on) (my|the) (groceries|shopping)", {"list": "shopping"}),
        Say("(clear|empty|delete) (my|the) (to do|todo|to-do|tasks) [list]", {"list": "to-do"}),
        examples=("take milk off my shopping list", "clear my shopping list"),
        sensitive=True,
        purpose="take [{item}] off the [{list}] list",
    )
    async def remove_from_list(self, item: Text | None = None, list: Text | None = None) -> Reply:  # noqa: A002
        """Take something off a list, or clear it.

        item: what to take off; everything if not given
        list: which list; wherever the item is, if not given
        """
        lists = await self._lists()
        if item is None:
            if not lists:
                raise Refusal("There are no lists.")
            if list is None and len(lists) > 1:
                raise Refusal(f"Which list? There are {joined([*lists])}.")
            return await self._cleared(self._known(list or next(iter(lists)), lists), lists)
        if list is None:
            name = next((each for each in [DEFAULT, *lists] if best(lists.get(each, []), item, lambda x: [x])), DEFAULT)
        else:
            name = self._known(list, lists)
        items = lists.get(name, [])
        gone: list_of[str] = []
        for wanted in split_items(item):
            gone += [each for each in best(items, wanted, lambda x: [x])[:1] if each not in gone]
        if not gone:
            raise Refusal(f"{capital(item)} is not on your {name} list.")
        left = [each for each in items if each not in gone]
        await self.device.put(f"list/{name}", left or None)
        result = {"list": name, "removed": gone, "items": left}
        undo = {"removed": items, "list": name}
        return Reply(f"Took {joined(gone)} off your {name} list.", result, _card(name, left), undo=undo)

    async def undo(self, what: Any) -> Reply:
        name = what["list"]
        if "removed" in what:
            items = (await self._lists()).get(name, [])
            await self.device.put(
                f"list/{name}", [*what["removed"], *(each for each in items if each not in what["removed"])]
            )
            return Reply(f"Your {name} list is as it was.")
        items = [each for each in (await self._lists()).get(name, []) if each not in what["added"]]
        await self.device.put(f"list/{name}", items or None)
        return Reply(f"Took {joined(what['added'])} off your {name} list again.")

    async def _cleared(self, name: str, lists: dict[str, list_of[str]]) -> Reply:
        items = lists.get(name, [])
        if not items:
            raise Refusal(f"Your {name} list is empty already.")
        await self.device.put(f"list/{name}", None)
        result = {"list": name, "removed": items, "items": []}
        undo = {"removed": items, "list": name}
        return Reply(f"Cleared your {name} list, {plural(len(items), 'item')}.", result, _card(name, []), undo=undo)

    async def _lists(self) -> dict[str, list_of[str]]:
        return {key.removeprefix("list/"): items for key, items in (await self.device.scan("list/")).items()}

    def _known(self, said: str, lists: dict[str, list_of[str]]) -> str:
        """The list that is meant; a name nobody used stands for an empty list."""
        name = _list_name(said)
        found = best(lists, name, lambda each: [each]) if name not in lists else [name]
        return found[0] if found else name or DEFAULT


list_of = list
"""``list`` itself: an argument is called so too."""


def split_items(text: str) -> list_of[str]:
    """``milk, eggs and bread`` → three items; pairs that belong together ("mac and cheese") stay one."""
    found: list_of[str] = []
    for part in _SPOKEN_COMMA.split(_PAIR.sub(lambda pair: pair[0].replace(" ", "\0"), text)):
        found += re.split(r"\s+and\s+", part)
    whole = (each.replace("\0", " ").strip(" .") for each in found)
    cleaned = (re.sub(r"^(?:some|a|an|the|and)\s+", "", each) for each in whole)
    return [each for each in dict.fromkeys(cleaned) if each]


def _list_name(said: str | None) -> str:
    words = (said or "").lower().replace("-", " ").split()
    words = [word for word in words if word not in ("my", "the", "our", "list", "lists", "a")]
    name = " ".join(words)[:40]
    same = {
        "todo": "to-do",
        "to do": "to-do",
        "task": "to-do",
        "tasks": "to-do",
        "grocery": "shopping",
        "groceries": "shopping",
    }
    return same.get(name, name)


def _card(name: str, items: list_of[str]) -> Card:
    text = "" if items else "empty"
    return Card(kind="list", title=f"{capital(name)} list", text=text, lines=items[:20], icon="list")
