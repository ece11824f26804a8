"""The wallet: passes, tickets and cards that are shown as a code to a scanner.

A pass is the text of its code and its kind; the screen draws the code so that it can be read off the glass. What it is
made of may come from a stranger (a picture, a notification), and what it shows may let somebody in: adding and showing
are sensitive.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ..contract import Card, Refusal, Reply, Say, Skill, Text, action
from ..matching import best
from ..speech import capital, joined, plural

MAX_PASSES = 100
MAX_CODE = 400
"""Characters: what a code can hold that is still read off a small round screen."""
_NAMED = re.compile(
    r"(?P<code>\S.*?)\s+(?:as|called|named|for)\s+(?:an?\s+|the\s+|my\s+)?(?P<name>[^:/]{1,40})", re.IGNORECASE
)
_DIGITS = re.compile(r"[\d ]{4,30}")


class Wallet(Skill):
    """Passes, tickets and cards, shown as a code that can be scanned."""

    name = "wallet"
    contract = (1, 2)
    grants = ("store", "screen", "wallet")
    rules = {
        "show": "(show|open|display|bring up|pull up|get out|present|let me see)",
        "pass": "(pass|ticket|boarding pass|loyalty card|membership card|member card|coupon|voucher|gift card|card|entry pass|library card|bus pass|train ticket|wallet pass)",
        "code": "(code|qr code|q r code|barcode|bar code)",
        "wallet": "[my|the] [watch|digital] wallet",
    }

    @action(
        "<show> [me] [my|the] {name} <pass>",
        "<show> [me] [my|the|a] <pass> (for|of|from|to) [the] {name}",
        "<show> [me] [the] <code> (for|of|from) [my|the] {name} [<pass>]",
        "<show> [me] [my|the] {name} (from|in) <wallet>",
        "<show> [me] [my|the] {name} <code>",
        Say("<show> [me] [my|the] boarding pass [please]", {"name": "boarding pass"}),
        Say("<show> [me] [my|the] (library card|library pass)", {"name": "library card"}),
        Say("<show> [me] [my|the] (gym card|gym pass)", {"name": "gym"}),
        Say("<show> [me] [my|the] (bus pass|bus ticket)", {"name": "bus"}),
        Say("<show> [me] [my|the] (train ticket|train pass)", {"name": "train"}),
        "<show> [me] [my|the|a] [last|latest|newest] (pass|ticket|wallet pass|<code>)",
        examples=("show my boarding pass", "show my gym pass"),
        sensitive=True,
        purpose="show the pass[ {name}]",
    )
    async def show_pass(self, name: Text | None = None) -> Reply:
        """Show a pass, as a code to be scanned.

        name: which one; the newest if not given
        """
        passes = await self._all()
        if not passes:
            raise Refusal("There are no passes in your wallet.")
        found = [passes[-1]] if name is None else best(passes, name, lambda each: [each["name"]])
        if not found:
            raise Refusal(f"There is no pass called {name}. There is {joined([each['name'] for each in passes[:6]])}.")
        if len(found) > 1:
            raise Refusal(f"Which one? There is {joined([each['name'] for each in found[:6]])}.")
        held = found[0]
        return Reply(
            f"Here is your {held['name']}.", {"id": held["id"], "name": held["name"], "code": held["code"]}, _card(held)
        )

    @action(
        "(show|list|read|check|see|view|display|tell) [me] [all] [of] [my|the|all my|all the] (passes|tickets|cards|wallet passes) [in <wallet>] [please]",
        "(show|open|check|view|display|see) [me] <wallet> [please]",
        "(what is|what's|what are|what do i have|what have i got|anything) [in|there in] <wallet>",
        "(what|which|how many) (passes|tickets|cards) (do i have|have i got|are there|are in <wallet>) [in <wallet>]",
        "do i have any (passes|tickets) [in <wallet>]",
        examples=("what is in my wallet", "list my passes"),
        reads=True,
        purpose="list your passes",
    )
    async def list_passes(self) -> Reply:
        """Say which passes there are."""
        passes = await self._all()
        result = {"passes": [{"id": each["id"], "name": each["name"]} for each in passes]}
        if not passes:
            return Reply(
                "There are no passes in your wallet.", result, Card("list", title="Wallet", text="Empty", icon="wallet")
            )
        names = [each["name"] for each in passes]
        card = Card(
            "list",
            title=plural(len(passes), "pass", "passes"),
            lines=[capital(each) for each in names[:20]],
            icon="wallet",
        )
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        return Reply(f"In your wallet: {joined(names[:6])}{more}.", result, card)

    @action(
        "(add|save|put|store|keep|scan) {source} (to|in|into|on) <wallet> [please]",
        "(add|save|store|scan|create|make|new) [a|the|this|my|another] [new] <pass> (from|with|with the code|saying|with the text|with the number) {source}",
        "(add|save|store|keep) [the] (code|qr code|barcode) {source} [as [a|my|the] <pass>]",
        "(save|keep|store) {source} as [a|my|the] <pass>",
        examples=("add M1 SMITH JOHN as boarding pass to my wallet", "add a card with the number 2 4 0 0 1 8"),
        sensitive=True,
        purpose="add that pass",
    )
    async def add_pass(self, source: Text) -> Reply:
        """Keep a pass.

        source: what its code says, and perhaps "as" and its name
        """
        passes = await self._all()
        if len(passes) >= MAX_PASSES:
            raise Refusal(f"There are {MAX_PASSES} passes already.")
        named = _NAMED.fullmatch(source)
        code, name = (named["code"], named["name"].strip()) if named is not None else (source, "")
        if _DIGITS.fullmatch(code):
            code = code.replace(" ", "")
        if len(code) > MAX_CODE:
            raise Refusal(f"That code is too long for this screen: {len(code)} characters, at most {MAX_CODE}.")
        number = 1 + await self.device.get("last", 0)
        held = {
            "id": f"pass:{number}", "name": name or f"pass {number}", "code": code,
            "added": self.device.now().replace(tzinfo=None).isoformat(timespec="seconds"),
        }  # fmt: skip
        key = f"pass/{number:06}"
        await self.device.put_many({"last": number, key: held})
        result = {"id": held["id"], "name": held["name"]}
        return Reply(f"Kept {held['name']} in your wallet.", result, _card(held), undo={"added": key})

    async def undo(self, what: Any) -> Reply:
        held = await self.device.get(what["added"])
        if held is None:
            raise Refusal("That pass is gone already.")
        await self.device.put(what["added"], None)
        return Reply(f"Took {held['name']} out of your wallet.")

    async def _all(self) -> list[dict[str, Any]]:
        rows = list((await self.device.scan("pass/")).values())
        return sorted(rows, key=lambda row: datetime.fromisoformat(row["added"]))


def _card(held: dict[str, Any]) -> Card:
    return Card("reply", title=capital(held["name"]), icon="wallet", code=held["code"])
