"""Tools that do not exist and requests for them: families of this project's, and random ones.

A *family* (``tool_families.toml``) is something people ask for, under changing names and descriptions, with parameters
of changing names. A *random* tool is made of quantities or of any words: nothing but its schema says what it is for, so
that who plans for it must read it. Every request has its calls with the words of each argument.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import msgspec

from ..models.decoder.prompt import Parameter, Tool
from .tool_said import Family, listed
from .tool_sayings import Amount, Bare, Choice, Flag, Named, Quantity, Said
from .tool_values import UNITS, Values

__all__ = ["Makers", "styled"]

_VERBS = ("calculate", "compute", "find", "get", "determine", "estimate", "work out", "evaluate", "measure", "predict")
_QUANTITIES = (
    "mass|velocity|speed|radius|height|width|base|length|force|voltage|resistance|current|pressure|volume|density|angle|"
    "frequency|wavelength|energy|power|temperature|distance|time|area|perimeter|diameter|acceleration|torque|charge|"
    "depth|weight|momentum|capacity|flow rate|heat|concentration|mileage|efficiency|probability|trials|successes|"
    "population size|growth|principal|income|revenue|expenses|profit|price per unit|units sold|discount|deposit|"
    "balance|initial velocity|final velocity|initial value|final value|start value|end value|side a|side b|side c|"
    "first number|second number|number of items|sample size|mean|standard deviation|focal length|magnetic field|"
    "number of turns|number of teeth|number of plates|slope|intercept|thickness|altitude|latitude|longitude|age|"
    "step size|iterations|offset|score|points|level|degree|coefficient|exponent|numerator|denominator|humidity|"
    "drag coefficient|gravity|surface area|cross section|half life|decay constant|number of moles|atomic number|"
    "total cost|market value|dividend|shares|tax rate|inflation|salary|hours worked|overtime|bonus|x|y|z|a|b|c|n|k|p|q"
).split("|")
_RESULTS = (
    "area|perimeter|volume|force|energy|final velocity|density|pressure|voltage|resistance|roi|return|profit|margin|"
    "score|ratio|hypotenuse|distance|momentum|power|frequency|displacement|capacity|probability|index|gain|loss|heat|"
    "entropy|flux|mass|growth|cost|roots|factorial|sum|product|difference|gcd|lcm|remainder|slope|midpoint|angle|rate"
).split("|")
_OBJECTS = (
    "circle|triangle|rectangle|cylinder|sphere|cube|car|train|building|box|wire|spring|lens|pipe|tank|investment|"
    "company|project|sample|gas|planet|projectile|object|bridge|battery|circuit|cell|population|portfolio|product|"
    "cone|trapezoid|wheel|engine|magnet|wave|particle|rocket|pendulum|house|field|pool|wall"
).split("|")
_ATTRIBUTES = (
    "name",
    "title",
    "code",
    "type",
    "category",
    "status",
    "owner",
    "kind",
    "model",
    "brand",
    "group",
    "label",
)
_ACTIONS = (
    "get", "find", "list", "create", "update", "delete", "show", "search", "check", "book", "track", "compare", "analyze",
    "generate", "fetch", "add", "remove", "schedule", "cancel", "send", "share", "download", "rename", "start", "stop",
)  # fmt: skip
_EXAMPLES = {
    "place": (" in the format city, state", " (e.g. san francisco, ca)", ", e.g. boston, ma", " such as paris, france"),
    "date": (" in format yyyy-mm-dd", " (yyyy-mm-dd)", " in the format mm/dd/yyyy"),
    "company": (" e.g. apple", " (ticker or name)"),
    "currency": (", e.g. usd", " in iso 4217"),
    "expression": (" in python syntax", " as a string"),
    "person": (" (full name)", ", e.g. john smith"),
    "unit": (", e.g. kg", " such as meters"),
}
_LEAD = ("the", "the", "the", "a", "its", "this")


class Concept(msgspec.Struct, forbid_unknown_fields=True):
    """What a parameter may be about; see the file."""

    names: str
    about: str
    say: str = ""
    pool: str = ""
    enum: str = ""
    kind: str = "string"
    yes: str = ""
    no: str = ""
    before: bool = False
    """Whether it can stand before what is asked for: "a thai restaurant"."""

    def parameter(self, random: Random, required: bool) -> Parameter:
        about = random.choice(self.about.split("|")) if random.random() < 0.9 else ""
        if about and self.pool in _EXAMPLES and random.random() < 0.3:
            about += random.choice(_EXAMPLES[self.pool])
        elif about and self.enum and random.random() < 0.3:
            about += f" (e.g. {', '.join(random.sample(self.enum.split(), 2))})"
        choices = self.enum.split() if self.enum and random.random() < 0.75 else []
        kind = "boolean" if self.yes else self.kind
        if kind == "number" and random.random() < 0.4:
            kind = random.choice(("float", "integer"))
        return Parameter(styled(random.choice(self.names.split()), random), kind, about, choices, required)

    def said(self, name: str, values: Values, random: Random) -> Said:
        if self.yes:
            on = random.random() < 0.6
            return Said(name, "true" if on else "false", random.choice((self.yes if on else self.no).split("|")))
        words = random.choice(self.enum.split()) if self.enum else values.draw(self.pool)
        return Said(name, words, random.choice(self.say.split("|")).replace("{}", words))


class FamilyRow(msgspec.Struct, forbid_unknown_fields=True):
    names: str
    about: str
    asks: str
    takes: str


class Makers:
    """Draws tools and requests."""

    def __init__(self, values: Values, random: Random) -> None:
        self.values, self.random = values, random
        read = msgspec.toml.decode(Path(__file__).with_name("tool_families.toml").read_bytes(), type=dict[str, Any])
        self._concepts = msgspec.convert(read["concepts"] | read["more"], type=dict[str, Concept])
        self._rows = msgspec.convert(read["tools"], type=dict[str, FamilyRow])
        self.keys = list(self._rows)

    def family(self, key: str) -> Family:
        """A tool of a family, named and described anew."""
        random, row = self.random, self._rows[key]
        tool = Tool(
            styled(random.choice(row.names.split()), random, dots=True), random.choice(row.about.split("|")), []
        )
        concepts: dict[str, Any] = {}
        for each in row.takes.split():
            if each.endswith("?") and random.random() < 0.35:
                continue
            concept = self._concepts[each[:-1]]
            parameter = concept.parameter(random, each.endswith("!"))
            if parameter.name not in concepts:
                concepts[parameter.name] = concept
                tool.parameters.append(parameter)
        return Family(tool, row.asks.split("|"), concepts, key)

    def quantities(self) -> Family:
        """A tool that computes something from quantities: the requests name them."""
        random = self.random
        result, thing, verb = random.choice(_RESULTS), random.choice(_OBJECTS), random.choice(_VERBS)
        of = f" of {random.choice(_LEAD[:5])} {thing}" if random.random() < 0.7 else ""
        chosen = random.sample(_QUANTITIES, random.choice((1, 2, 2, 3, 3, 4)))
        name = f"{verb.replace(' ', '_')} {thing + ' ' if of and random.random() < 0.6 else ''}{result}"
        about = f"{verb} the {result}{of}" + (
            f" {random.choice(('given', 'from', 'based on'))} {listed(chosen)}" if random.random() < 0.5 else ""
        )
        tool = Tool(styled(name.replace(" ", "_"), random, dots=True), about, [])
        concepts: dict[str, Any] = {}
        for quantity in chosen:
            short = random.random() < 0.12
            written = quantity[0] if short else quantity.replace(" ", "_")
            unit = random.choice(UNITS)
            says = random.choice(
                (
                    f"the {quantity}",
                    f"{quantity} in {unit}",
                    f"{quantity} of the {thing}",
                    f"the {quantity} of the {thing} in {unit}",
                )
            )
            if not short and random.random() < 0.15:
                says = ""
            if written in concepts:
                continue
            kind = random.choice(("integer", "number", "float"))
            required = random.random() < 0.85
            concepts[written] = Quantity(quantity, unit)
            tool.parameters.append(Parameter(written, kind, says, [], required))
        if random.random() < 0.2:
            concept = self._concepts[random.choice(("precision", "unit_system", "length_unit", "temp_unit"))]
            extra = concept.parameter(random, False)
            if extra.name not in concepts:
                concepts[extra.name] = concept
                tool.parameters.append(extra)
        asks = [f"{each} the {result}{of}" for each in (verb, "what is", "tell me", "find", "calculate", "i need")]
        return Family(tool, asks, concepts, f"q:{result}:{thing if of else ''}")

    def bare(self) -> Family:
        """A tool that computes something from numbers which are only listed, in order, perhaps with their units."""
        random = self.random
        result, verb = random.choice(_RESULTS), random.choice(_VERBS)
        thing = random.choice(_OBJECTS) if random.random() < 0.6 else ""
        of = f" of {random.choice(_LEAD[:5])} {thing}" if thing else ""
        count = random.choice((2, 2, 2, 3, 3, 4))
        stem = random.choice(("num", "number", "side", "value", "x", "point", "arg", "n", "edge", "term", "input"))
        names = [f"{stem}{random.choice(('', '_'))}{at + 1}" for at in range(count)]
        if random.random() < 0.4:
            names = random.choice((list("abcd"), list("xyzw"), ["first", "second", "third", "fourth"]))[:count]
        units = random.sample(UNITS, count)
        told = random.random() < 0.5
        kind = random.choice(("integer", "number", "float"))
        tool = Tool(styled(f"{verb}_{result}".replace(" ", "_"), random, dots=True), f"{verb} the {result}{of}", [])
        concepts: dict[str, Any] = {}
        for name, unit in zip(names, units, strict=True):
            quantity = random.choice(_QUANTITIES)
            about = (
                f"{quantity} in {unit}"
                if told
                else random.choice((f"{name.replace('_', ' ')} number", f"the {name}", ""))
            )
            tool.parameters.append(Parameter(name, kind, about, [], True))
            concepts[name] = Bare(unit if told else "")
        asks = [f"{each} the {result}{of}" for each in (verb, "what is", "tell me", "find", "calculate")]
        return Family(tool, asks, concepts, f"q:{result}:{thing}")

    def nonsense(self) -> Family:
        """A tool made of any words."""
        random = self.random
        thing = self._noun()
        action = random.choice(_ACTIONS) if random.random() < 0.8 else self.values.rare()
        second = f" {self._noun()}" if random.random() < 0.4 else ""
        subject = f"{thing}{second}"
        tool = Tool(
            styled(f"{action}_{subject}".replace(" ", "_"), random, dots=True),
            f"{action} {random.choice(_LEAD)} {subject}",
            [],
        )
        concepts: dict[str, Any] = {}
        for _ in range(random.choice((0, 1, 1, 2, 2, 3))):
            made = self._attribute(thing)
            if made[0].name not in concepts:
                concepts[made[0].name] = made[1]
                tool.parameters.append(made[0])
        if random.random() < 0.35:
            concept = self._concepts[random.choice(list(self._concepts))]
            extra = concept.parameter(random, random.random() < 0.4)
            if extra.name not in concepts:
                concepts[extra.name] = concept
                tool.parameters.append(extra)
        asks = [
            f"{action} {random.choice(('the', 'a', 'my'))} {subject}",
            f"{action} {subject}",
            f"i want to {action} the {subject}",
        ]
        return Family(tool, asks, concepts, f"n:{action}:{subject}")

    def _noun(self) -> str:
        return self.values.rare() if self.random.random() < 0.4 else self.values.common().replace("'", "")

    def _attribute(self, thing: str) -> tuple[Parameter, Any]:
        random = self.random
        shape = random.random()
        if shape < 0.2:
            noun = self._noun()
            return Parameter(
                styled(f"include_{noun}", random),
                "boolean",
                random.choice((f"whether to include {noun}", "")),
                [],
                False,
            ), Flag(noun)
        if shape < 0.45:
            noun = random.choice(_ATTRIBUTES[3:]) if random.random() < 0.5 else self._noun()
            choices = list(dict.fromkeys(self._noun() for _ in range(random.randint(2, 4))))
            return Parameter(
                styled(f"{thing}_{noun}" if random.random() < 0.5 else noun, random),
                "string",
                random.choice((f"{noun} of the {thing}", f"the {noun}", "")),
                list(choices),
                random.random() < 0.6,
            ), Choice(noun, list(choices))
        if shape < 0.6:
            noun = self._noun()
            return Parameter(
                styled(f"{noun}_{random.choice(('count', 'number', 'size', 'level'))}", random),
                random.choice(("integer", "number")),
                random.choice((f"number of {noun}", f"how many {noun}", "")),
                [],
                random.random() < 0.6,
            ), Amount(noun)
        attribute = random.choice(_ATTRIBUTES) if random.random() < 0.6 else self._noun()
        name = styled(f"{thing}_{attribute}" if random.random() < 0.5 else attribute, random)
        pool = random.choice(
            ("identifier", "id", "person", "title", "word", "place", "date", "file", "fullname", "company", "item")
        )
        about = random.choice((f"{attribute} of the {thing}", f"the {attribute}", f"{attribute} to use", ""))
        return Parameter(name, "string", about, [], random.random() < 0.75), Named(attribute, pool)


def styled(name: str, random: Random, *, dots: bool = False) -> str:
    """A name as one writes it: in snakes, camels, or (of a tool) after a dot."""
    parts = name.replace(".", "_").split("_")
    way = random.random()
    if "." in name or way < 0.7 or len(parts) == 1:
        return name
    if way < 0.85:
        return parts[0] + "".join(part.capitalize() for part in parts[1:])
    return f"{parts[-1]}.{'_'.join(parts[:-1])}" if dots else name
