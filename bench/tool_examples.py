"""Writes what the planner's decoder is trained with: tools, and requests with the calls they are.

    python -m bluerill.bench.tool_examples OUT [--count 40000] [--seed 1] [--data FOLDER]

One JSON object a line, a *pack*: a few tools, and several requests that were made with just these on offer; a request
that no offered tool serves has no calls. Half are of this project's families of tools, a quarter of random tools, the
rest of public *train* sets and of the device's own templates (``tool_synthetic.py``, ``tool_public.py``). A text that
something is measured with is left out, BFCL's and ToolAlpaca's too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from ..agent.values.words import words
from ..models.decoder.prompt import MAX_REQUEST, Tool, plain
from .planner_examples import measured_texts
from .tool_public import Catalogue, Intents, talk
from .tool_said import Ask, Family, asked
from .tool_synthetic import Makers
from .tool_values import Values

__all__ = ["Pack", "Packs", "foreign_texts", "main"]

_OFFERED = ((1, 0.3), (2, 0.25), (3, 0.25), (4, 0.2))
_SOURCES = (("family", 0.46), ("quantity", 0.2), ("nonsense", 0.12), ("public", 0.1), ("clinc", 0.03), ("own", 0.09))
_JOINTS = (" and ", " and then ", ", then ", ". also ", " and also ", ", and ")


class Pack(msgspec.Struct):
    """Tools on offer, and what was asked."""

    tools: list[Tool]
    asks: list[Ask]


class Packs:
    """Draws packs; the same ones for a seed."""

    def __init__(self, data: Path, seed: int, walks: int = 9_000) -> None:
        self.random = Random(seed)
        self.values = Values(data, self.random)
        self.makers = Makers(self.values, self.random)
        self.intents = Intents(data, self.random)
        self._public = [key for key in self.intents.keys if not key.startswith("clinc.")]
        self._clinc = [key for key in self.intents.keys if key.startswith("clinc.")]
        self._talk = list(talk(self.intents))
        self._catalogue = Catalogue(data, seed)
        self._own = self._catalogue.families()
        self._own_asks: dict[str, list[Ask]] = {}
        for _ in range(walks):
            made = self._catalogue.ask()
            if made is not None:
                self._own_asks.setdefault(made.calls[0][0], []).append(made)
        self._own_keys = list(self._own_asks)
        self._measured = measured_texts(data) | foreign_texts(data)

    def draw(self) -> Pack:
        """One pack."""
        random = self.random
        source = _weighted(_SOURCES, random)
        count = _weighted(_OFFERED, random)
        offered = self._families(source, count)
        asks: list[Ask] = []
        for _ in range(24):
            ask = self._ask(source, offered)
            if ask is not None and self._fits(ask, offered):
                asks.append(ask)
            if len(asks) == 4:
                break
        return Pack([family.tool for family in offered], asks)

    def _families(self, source: str, count: int) -> list[Family]:
        offered: dict[str, Family] = {}
        for _ in range(20):
            other = source if random_keeps(self.random) else self.random.choice(("quantity", "nonsense"))
            made = self._family(source if not offered else other)
            if made.tool.name not in (each.tool.name for each in offered.values()):
                offered.setdefault(made.key, made)
            if len(offered) == count:
                break
        found = list(offered.values())
        self.random.shuffle(found)
        return found

    def _family(self, source: str) -> Family:
        random, makers = self.random, self.makers
        if source == "family":
            return makers.family(random.choice(makers.keys))
        if source == "quantity":
            return makers.bare() if random.random() < 0.2 else makers.quantities()
        if source == "nonsense":
            return makers.nonsense()
        if source == "own":
            return self._own[random.choice(self._own_keys)]
        return self.intents.family(random.choice(self._public if source == "public" else self._clinc))

    def _ask(self, source: str, offered: Sequence[Family]) -> Ask | None:
        random = self.random
        if random.random() < (0.28 if len(offered) == 1 else 0.16):
            return self._refused(source, offered)
        ask = self._for(random.choice(offered))
        if ask is not None and random.random() < 0.1:
            other = self._for(random.choice(offered))
            if other is not None and len(ask.calls) + len(other.calls) <= 4:
                return Ask(f"{ask.text.rstrip('.?')}{random.choice(_JOINTS)}{other.text}", [*ask.calls, *other.calls])
        return ask

    def _for(self, family: Family) -> Ask | None:
        if family.key in self._own and family.tool is self._own[family.key].tool:
            return self.random.choice(self._own_asks[family.key])
        if family.asks:
            return asked(family, self.values, self.random)
        return self.intents.ask(family)

    def _refused(self, source: str, offered: Sequence[Family]) -> Ask | None:
        """A request for something that is not on offer; what is alike by name only is most of it."""
        if self.random.random() < 0.1:
            return Ask(self.random.choice(self._talk), [])
        others = ("quantity", "nonsense") if self.random.random() < 0.3 else (source,)
        if source == "family" and self.random.random() < 0.3:
            others = ("clinc", "public")
        family = self._family(self.random.choice(others))
        keys = [each.key for each in offered]
        if family.key in keys or (
            others == ("clinc", "public")
            and any(key in self.makers.keys for key in keys)
            and self.random.random() < 0.5
        ):
            return None
        ask = self._for(family)
        return None if ask is None else Ask(ask.text, [])

    def _fits(self, ask: Ask, offered: Sequence[Family]) -> bool:
        """Short enough, nobody's measure, and every argument is words of the request or of the schema."""
        text = plain(ask.text)
        if not text.strip() or len(text) > MAX_REQUEST or " ".join(words(ask.text)) in self._measured:
            return False
        tools = {family.tool.name: family.tool for family in offered}
        for name, arguments in ask.calls:
            choices = {p.name: [plain(c) for c in p.choices] for p in tools[name].parameters}
            kinds = {p.name: p.kind for p in tools[name].parameters}
            for key, said in arguments.items():
                boolean = kinds.get(key) == "boolean" and said in ("true", "false")
                if not (plain(said) in text or plain(said) in choices.get(key, ()) or boolean):
                    return False
        return True


def foreign_texts(data: Path) -> frozenset[str]:
    """The normalised requests of the sets that tools are measured with."""
    found: set[str] = set()
    for path in sorted((data / "bfcl_v4").glob("*.json")):
        for line in path.read_bytes().splitlines():
            row = msgspec.json.decode(line, type=dict[str, Any])
            found.update(" ".join(words(turn["content"])) for turns in row["question"] for turn in turns)
    for path in sorted((data / "toolalpaca_eval").glob("eval_*.json")):
        for api in msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]]):
            found.update(" ".join(words(text)) for text in api.get("Instructions") or ())
    return frozenset(found)


def _weighted(pairs: Sequence[tuple[Any, float]], random: Random) -> Any:
    return random.choices([each for each, _ in pairs], [weight for _, weight in pairs])[0]


def random_keeps(random: Random) -> bool:
    """Most tools on offer together are of one source."""
    return random.random() < 0.85


def packs(made: Packs, count: int) -> Iterator[Pack]:
    """``count`` packs, less those that came out empty."""
    for _ in range(count):
        pack = made.draw()
        if pack.asks:
            yield pack


def main(arguments: Sequence[str] | None = None, write: Callable[[str], object] = print) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tool-examples", description="Write the decoder's training requests.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        write(f"tool-examples: expected the public data in {options.data}, found no folder")
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    total = 0
    with options.out.open("wb") as out:
        for total, pack in enumerate(packs(Packs(options.data, options.seed), options.count), 1):  # noqa: B007
            out.write(msgspec.json.encode(pack) + b"\n")
    write(f"{total} packs in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
