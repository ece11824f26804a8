"""How a parameter comes into a sentence: its words, and the phrases that people put around them.

For each kind of random parameter one class; ``said`` draws a value and a phrase with it.
"""

from __future__ import annotations

from random import Random

import msgspec

from .tool_values import Values

__all__ = ["Amount", "Bare", "Choice", "Flag", "Named", "Quantity", "Said"]


class Said(msgspec.Struct, frozen=True):
    """A parameter's way into a sentence: its words, and the phrase around them."""

    name: str
    words: str
    phrase: str


class Quantity(msgspec.Struct, frozen=True):
    quantity: str
    unit: str

    def said(self, name: str, values: Values, random: Random) -> Said:
        v, q = (
            values.draw(
                random.choice(("number", "number", "int", "money", "percent")) if random.random() < 0.4 else "int"
            ),
            self.quantity,
        )
        u = "" if v[-1] in "%st" or v.startswith("$") or random.random() < 0.45 else f" {self.unit}"
        phrase = random.choice((
            f"with a {q} of {v}{u}", f"with {q} {v}{u}", f"{q} = {v}", f"{q} of {v}{u}", f"a {q} of {v}{u}", f"if the {q} is {v}{u}",
            f"where the {q} is {v}{u}", f"given {q} {v}{u}", f"with {v}{u} {q}", f"{q} {v}{u}", f"using {v}{u} as the {q}", f"whose {q} is {v}{u}",
            f"{q}: {v}", f"for a {q} of {v}{u}", f"having {v}{u} of {q}",
        ))  # fmt: skip
        return Said(name, v, phrase)


class Bare(msgspec.Struct, frozen=True):
    unit: str

    def said(self, name: str, values: Values, random: Random) -> Said:
        number = values.draw(random.choice(("int", "small", "number")))
        return Said(name, number, f"{number} {self.unit}".strip())


class Flag(msgspec.Struct, frozen=True):
    noun: str

    def said(self, name: str, values: Values, random: Random) -> Said:
        on = random.random() < 0.65
        yes = (f"including {self.noun}", f"with {self.noun}", f"and include {self.noun}", f"show {self.noun} too")
        no = (f"without {self.noun}", f"excluding {self.noun}", f"but no {self.noun}", f"leave out {self.noun}")
        return Said(name, "true" if on else "false", random.choice(yes if on else no))


class Choice(msgspec.Struct, frozen=True):
    noun: str
    choices: list[str]

    def said(self, name: str, values: Values, random: Random) -> Said:
        v, n = random.choice(self.choices), self.noun
        return Said(
            name,
            v,
            random.choice(
                (f"with {n} {v}", f"of {n} {v}", f"in the {v} {n}", f"as {v}", f"{n} {v}", f"for {v}", f"the {v} one")
            ),
        )


class Amount(msgspec.Struct, frozen=True):
    noun: str

    def said(self, name: str, values: Values, random: Random) -> Said:
        v = values.draw("small")
        return Said(
            name,
            v,
            random.choice(
                (f"with {v} {self.noun}", f"for {v} {self.noun}", f"using {v} {self.noun}", f"{self.noun} {v}")
            ),
        )


class Named(msgspec.Struct, frozen=True):
    attribute: str
    pool: str

    def said(self, name: str, values: Values, random: Random) -> Said:
        v, a = values.draw(self.pool), self.attribute
        return Said(name, v, random.choice((
            f"with {a} {v}", f"with the {a} '{v}'", f"whose {a} is {v}", f"{a} {v}", f"'{v}'", f"{v}", f"for {v}", f"called {v}", f"of {v}",
            f"for the {a} {v}", f"where {a} is {v}", f"in {v}", f"by {v}",
        )))  # fmt: skip
