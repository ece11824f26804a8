"""Maths: exact arithmetic, units, and currencies at the reference rates of the European Central Bank.

What calculates is imported when it is first asked for: a cold start should not wait for it. Rates are kept with their day; without a network the last ones are used and said to be old, and with none at all the
answer is that there is none.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ...kernel.errors import ServiceFault
from .. import currencies
from ..contract import Card, Expression, Money, Number, Refusal, Reply, Say, Skill, Unit, action
from ..speech import MONTHS, capital

FRESH = timedelta(hours=12)


class Maths(Skill):
    """Calculates, and converts units and currencies."""

    name = "maths"
    grants = ("store", "screen")
    rules = {
        "ask": "(what is|what's|whats|calculate|compute|work out|how much is|solve|tell me|what are|what does|evaluate|do the math on)",
        "conv": "(convert|change|turn|translate|express)",
    }

    @action(
        "<ask> {expression} [equal|equal to|make|give]",
        "{expression}",
        "(can you|could you) (calculate|compute|work out) {expression}",
        "<ask> the (answer|result|sum|solution) (to|of|for) {expression}",
        "(find|find me|get|get me|solve|answer|tell me the answer for) [the|this] [equation|problem] {expression}",
        "how do i get the answer to {expression}",
        "(what do you get|what do i get|what happens|what is it) (when|if) (you|i) {expression}",
        "what {expression} (is|equals|comes to|makes)",
        "how do (i|you) {expression}",
        "[the] (solution|answer|result) (for|to|of) {expression}",
        examples=("what is 12 times 7", "15 percent of 80", "the square root of 2"),
        reads=True,
        purpose="calculate {expression}",
    )
    async def calculate(self, expression: Expression) -> Reply:
        """Calculate an arithmetic expression exactly.

        expression: as said or typed, e.g. "three times 4.5"
        """
        from ..arithmetic import Uncalculable, calculate
        from ..numerals import said, spoken

        try:
            value = calculate(expression)
        except Uncalculable as problem:
            raise Refusal(str(problem)) from None
        text, exact = said(value)
        whole = str(value.numerator) if value.denominator == 1 and value.numerator.bit_length() < 256 else ""
        result: dict[str, Any] = {
            "value": whole or text.replace(",", ""), "exact": exact or bool(whole), "expression": expression,
        }  # fmt: skip
        card = Card(title=text if exact else f"≈ {text}", text=expression, icon="maths")
        return Reply(f"{capital(spoken(value))}.", result, card)

    @action(
        "<conv> {value} {from_unit} (to|into|in|as) {to_unit}",
        "(what is|what's|how much is|how many is) {value} {from_unit} in {to_unit}",
        "how (many|much) {to_unit} (is|are|in|are in|are there in|is in|does) {value} {from_unit} [make|equal]",
        "{value} {from_unit} (to|in|into|as) {to_unit}",
        "how (many|much) {to_unit} (go|fit) (in|into) {value} {from_unit}",
        Say(
            "how (many|much) {to_unit} (in|are in|are there in|is in|go in|make|make up) (a|an|one) {from_unit}",
            {"value": 1},
        ),
        Say("(what is|what's|how much is|how long is|how heavy is) (a|an|one) {from_unit} in {to_unit}", {"value": 1}),
        "{value} {from_unit} (is|are|equals|makes) how (many|much) {to_unit}",
        "what is {value} {from_unit} (converted to|expressed in|when converted to) {to_unit}",
        examples=(
            "convert 10 miles to kilometres",
            "how many ounces are in 2 pounds",
            "20 degrees celsius in fahrenheit",
        ),
        reads=True,
        purpose="convert {value} {from_unit} to {to_unit}",
    )
    async def convert_units(self, value: Number, from_unit: Unit, to_unit: Unit) -> Reply:
        """Convert a measure to another unit.

        value: how many
        from_unit: of what
        to_unit: the unit wanted
        """
        from fractions import Fraction

        from .. import measures
        from ..numerals import said

        found = measures.convert(Fraction(str(value)), from_unit, to_unit)
        if found is None:
            for name in (from_unit, to_unit):
                if not measures.find(name):
                    raise Refusal(f"I don't know the unit {name}.")
            raise Refusal(f"{capital(from_unit)} and {to_unit} don't measure the same thing.")
        answer, source, target = found
        text, exact = said(answer, 6)
        given, _ = said(Fraction(str(value)))
        result = {"value": float(answer), "unit": target.name, "from": {"value": value, "unit": source.name}}
        about = "" if exact else "about "
        card = Card(title=f"{text}", text=target.many, lines=[f"{given} {source.many}"], icon="maths")
        first = f"{given} {source.name if value == 1 else source.many}"
        verb = "is" if value == 1 or source.dimension == "temperature" else "are"
        last = f"{about}{text} {target.name if answer == 1 else target.many}"
        return Reply(f"{first} {verb} {last}.".replace(" -", " minus "), result, card)

    @action(
        "<conv> {amount} {from} (to|into|in) {to}",
        "(what is|what's|how much is|how much are|what are) {amount} {from} (in|worth in|into) {to}",
        "how (many|much) {to} (is|are|for|do i get for|can i get for|would i get for|will i get for) {amount} {from}",
        "{amount} {from} (to|in|into) {to}",
        "{amount} {from} is how (many|much) {to}",
        "(if i have|i have) {amount} {from} how (many|much) {to} (is that|is it|do i have|would i have|would i get|can i get)",
        "(what is|tell me|give me) [the] [exchange] rate (of|for) {amount} {from} (to|in|into) {to}",
        "(exchange|change) {amount} {from} (to|into|for) {to}",
        Say(
            "[what is|what's|give me|tell me|display|show me|find] [the] [current|today's|latest] [currency] exchange [rate|rates] (between|of|for|from) [the|a|one] {from} (and|to|in|into|against|versus) [the] {to}",
            {"amount": 1},
        ),
        Say(
            "how (much|many) is [the|a|one|an] {from} (against|versus|vs|worth in|going against|to|with) [the|a] {to}",
            {"amount": 1},
        ),
        Say(
            "(what's|what is) the value of [the|a|one|an] {from} (in|relative to|against|versus|compared to) [the] {to}",
            {"amount": 1},
        ),
        Say("how (does|is) the {from} (compare|doing|compared) (to|with|against) the {to}", {"amount": 1}),
        Say("{from} (versus|vs|against) {to}", {"amount": 1}),
        Say("[the] conversion [rate] (between|of|from|for) [the|one] {from} (and|to) [the] {to}", {"amount": 1}),
        Say(
            "[what is|what's|give me|tell me|display|show me|find] [the] [current|today's|latest] [currency] exchange [rate|rates] (between|of|for|from) [the|a|one] {from} (with|versus|vs|against|in) [the] {to}",
            {"amount": 1},
        ),
        Say(
            "(what is|what's|give me|tell me|display|show me) [the] [current] {from} to {to} [exchange] [rate]",
            {"amount": 1},
        ),
        Say("(convert|change|exchange) {from} (to|into) {to}", {"amount": 1}),
        Say(
            "how (many|much) {to} (is|are in|are there in|is in|in|for|per|do i get for|can i get for|can i buy for|to) (a|an|one|each|the) {from}",
            {"amount": 1},
        ),
        Say(
            "(what is|what's|how much is) (a|an|one|the) {from} [worth] [in|worth in|against] {to} [worth]",
            {"amount": 1},
        ),
        Say("{from} to {to} [exchange] [rate]", {"amount": 1}),
        examples=("convert 100 dollars to euros", "how much is 20 pounds in yen"),
        grants=(f"network:{currencies.HOST}",),
        reads=True,
        purpose="convert {amount} {from} to {to}",
    )
    async def convert_currency(self, amount: Number, from_: Money, to: Money) -> Reply:
        """Convert money at the European Central Bank's reference rates.

        amount: how much
        from: of which currency
        to: the currency wanted
        """
        from fractions import Fraction

        source, target = _code(from_), _code(to)
        kept, offline = await self._rates()
        answer = currencies.exchange(Fraction(str(amount)), source, target, kept["rates"])
        if answer is None:
            raise Refusal(
                f"There is no rate for {currencies.currency_name(source)} to {currencies.currency_name(target)}."
            )
        money = f"{float(answer):,.2f}"
        label = f"offline, rates of {_day(kept['day'])}" if offline else f"rates of {_day(kept['day'])}"
        result = {
            "amount": round(float(answer), 4), "currency": target, "from": {"amount": amount, "currency": source},
            "day": kept["day"], "offline": offline,
        }  # fmt: skip
        card = Card(title=f"{money} {target}", text=f"{amount:g} {source}", lines=[label], icon="maths")
        tail = f" ({label})" if offline else ""
        speech = f"{amount:,g} {currencies.currency_name(source, amount)} {'are' if amount != 1 else 'is'} {money} {currencies.currency_name(target)}{tail}."
        return Reply(speech, result, card)

    async def _rates(self) -> tuple[dict[str, Any], bool]:
        """The rates, and whether they are old because there is no network."""
        now = self.device.now()
        kept: dict[str, Any] | None = await self.device.get("rates")
        if kept is not None and abs(now - datetime.fromisoformat(kept["at"])) < FRESH:
            return kept, False
        try:
            data = await self.device.fetch(currencies.URL)
        except ServiceFault:
            data = b""
        found = currencies.read_rates(data.decode("utf-8", "replace"))
        if found is not None:
            fresh = {"day": found[0], "rates": found[1], "at": now.isoformat(timespec="seconds")}
            await self.device.put("rates", fresh)
            return fresh, False
        if kept is None:
            raise Refusal("I can't reach the exchange rates, and I have none from before.")
        return kept, True


def _code(name: str) -> str:
    code = currencies.code_of(name)
    if code is None:
        raise Refusal(f"I don't know the currency {name}.")
    return code


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]}"
