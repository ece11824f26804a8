"""Chance: one of several things, or a number of a range."""

from __future__ import annotations

import re
from datetime import datetime
from string import Template

from .sketch import Hear, Made, Step, Unmade, ident, split, spoken, title

__all__ = ["choice", "dice"]

_CHOICE = re.compile(
    r"\b(?:picks?|chooses?|decides?|selects?|suggests?|says?|tells? me)\b (?:(?:me|us|for me) )?"
    r"(?P<of>(?:a |an |one |some )?(?:random(?:ly)? )?.*?)"
    r"\s*(?:\bfrom\b|\bout of\b|\bof\b|\bbetween\b|\bamong\b|:)\s*(?P<list>.+)"
)
_RANDOM = re.compile(r"\b(?:picks?|chooses?|decides?|random|at random|suggests?)\b")
_COIN = re.compile(r"\b(?:flips?|tosses?|throws?) (?:a |the )?coin\b|\bheads or tails\b")
_DICE = re.compile(
    r"\b(?:rolls?|throws?) (?:a |the |one )?(?:(?P<sides>\d+|\w+)[- ]sided )?(?:dice|die)\b"
    r"|\brandom number (?:between|from) (?P<low>[\w -]+?) (?:and|to) (?P<high>[\w -]+)"
)
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "twenty": 20,
    "a hundred": 100, "one hundred": 100, "hundred": 100, "a thousand": 1000, "one thousand": 1000, "fifty": 50,
}  # fmt: skip

_PICK = Template('''\
    CHOICES = $choices

    @action(
        "~(pick|choose|suggest) [me|us] [a|an|one|some] $what",
        "~[what|which] $what (shall|should) (i|we) (have|take|do|pick|choose)",
        "~decide [on] [a|the|my|our] $what",
        examples=["~~pick a $what"],
        reads=True,
    )
    async def $pick(self) -> Reply:
        """Choose one of $count at random."""
        found = random.choice(self.CHOICES)
        return Reply(f"{found}.", result={"choice": found}, card=Card(title="$title", text=found))
''')

_ROLL = Template('''\
    @action(
        $sentences,
        examples=["~~$example"],
        reads=True,
    )
    async def $roll(self) -> Reply:
        """Say a number from $low to $high by chance."""
        number = random.randint($low, $high)
        return Reply(f"{number}.", result={"number": number}, card=Card(title="$title", text=str(number)))
''')

_FLIP = '''\
    @action("~(flip|toss|throw) a coin", "~heads or tails", examples=["~~flip a coin"], reads=True)
    async def flip_coin(self) -> Reply:
        """Say heads or tails by chance."""
        side = random.choice(("Heads", "Tails"))
        return Reply(f"{side}.", result={"side": side}, card=Card(title="Coin", text=side))
'''


def choice(asked: str, now: datetime) -> Made | None:
    """One of the things that were named."""
    if _COIN.search(asked):
        hear = [Hear("flip a coin", "flip_coin"), Hear("heads or tails", "flip_coin")]
        return Made(
            "chance", "coin", "Flips a coin.", (), _FLIP, hear, [Step("flip_coin", says="Heads|Tails")],
            ["i have a coin"], "import random\n",
        )  # fmt: skip
    if not _RANDOM.search(asked):
        return None
    found = _CHOICE.search(asked)
    if found is None:
        if re.search(r"\brandom number\b", asked):
            return None
        raise Unmade("Tell me what to choose from: a skill that picks a dinner from pizza, pasta and soup.")
    things = list(dict.fromkeys(split(re.sub(r"^(?:these|the following)\b:?", "", found["list"]))))
    if not 2 <= len(things) <= 40:
        raise Unmade("Name at least two things to choose from, and at most forty.")
    of = re.sub(r"\b(?:a|an|one|random|randomly|at|something|us|me|for|where|what|to|we|i|eat|the)\b", " ", found["of"])
    what = spoken(of) if of.strip() else "choice"
    words = {
        "choices": repr(tuple(title(each) for each in things)),
        "what": what,
        "pick": f"pick_{ident(what)}",
        "count": f"{len(things)} things",
        "title": title(what),
    }
    hear = [
        Hear(f"pick a {what}", words["pick"]),
        Hear(f"choose one {what}", words["pick"]),
        Hear(f"which {what} should we have", words["pick"]),
        Hear(f"decide on a {what}", words["pick"]),
    ]
    says = "|".join(re.escape(title(each)) for each in things)
    return Made(
        "chance", f"pick-{ident(what, 20).replace('_', '-')}", f"Picks a {what} at random.", (),
        _PICK.substitute(words), hear, [Step(words["pick"], says=says)] * 3, [f"i had {what}"], "import random\n",
    )  # fmt: skip


def dice(asked: str, now: datetime) -> Made | None:
    """A number of a range."""
    found = _DICE.search(asked)
    if found is None:
        return None
    if found["low"]:
        low, high = _number(found["low"]), _number(re.split(r" when| if|,", found["high"])[0])
        names, example = (
            ('"~[say|pick|give me|choose] a random number"', '"~(pick|choose) a number"'),
            "pick a random number",
        )
        roll, name = "random_number", "random-number"
    else:
        low, high = 1, _number(found["sides"] or "six")
        names, example = ('"~(roll|throw) (a|the) (dice|die)"', '"~roll [the] dice"'), "roll the dice"
        roll, name = "roll_dice", "dice"
    if not -1_000_000 <= low < high <= 1_000_000:
        raise Unmade("I need a smaller and a larger number, at most a million.")
    words = {
        "sentences": ",\n        ".join(names), "example": example, "roll": roll, "low": str(low), "high": str(high),
        "title": title(name.replace("-", " ")),
    }  # fmt: skip
    hear = [Hear(example, roll), Hear("pick a number" if roll == "random_number" else "throw the die", roll)]
    return Made(
        "chance", name, f"Says a number from {low} to {high} by chance.", (), _ROLL.substitute(words), hear,
        [Step(roll, says=r"^-?\d+\.$")] * 3, ["the die is cast"], "import random\n",
    )  # fmt: skip


def _number(text: str) -> int:
    text = text.strip(" .?!")
    if re.fullmatch(r"-?\d{1,7}", text):
        return int(text)
    if text in _NUMBERS:
        return _NUMBERS[text]
    raise Unmade(f"I don't know the number '{text[:30]}'; say it in digits.")
