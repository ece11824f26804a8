"""Draws the sentences that a speech model is trained on, and leaves out those that it will be measured on.

    python -m bluerill.bench.training_sentences OUT [--count 300000] [--data FOLDER]

One sentence a line, shuffled. Two thirds are walks through the skills' templates, like those that a device's language
model is made of, but with values drawn from all that a slot can hold (every minute of the day, numbers to ten thousand,
any words in a free text), not only from the samples: the recogniser must hear values it has never been shown. The rest
is what keeps it honest: requests to other assistants from the public data's *train* files, numbers alone, and
strings of unrelated words, so that hearing a command in everything does not pay.

A sentence that is kept back for measuring (:func:`bluerill.agent.corpus.kept_back`: an eighth of all, by checksum) is
never written, neither alone nor joined to another.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import msgspec
import pocketsphinx

from ..agent.corpus import RANK_FALL, Sampler, kept_back
from ..agent.plan import Planner
from ..agent.samples import Sample
from ..agent.template import Slot
from ..agent.values.spoken import DAYS, MONTHS, say_clock, say_date, say_duration, say_number, say_ordinal
from .domain import device_catalogue

__all__ = ["WideSampler", "main", "sentences"]

LONGEST = 14
"""Words in a sentence at most: eight seconds of slow speech."""
TEMPLATES, JOINED, OTHERS, NUMBERS = 0.66, 0.04, 0.16, 0.06
"""Shares; the rest are strings of words."""
_NAMES = """
james robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark steven paul
andrew joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen
larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron henry
mary patricia jennifer linda elizabeth barbara susan jessica karen nancy margaret sandra ashley kimberly emily donna
michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela anna brenda pamela
nicole ruth katherine samantha christine emma catherine virginia rachel carolyn janet maria heather diane julie joyce
olivia sophie lucy chloe hannah grace ella mia lily oliver harry charlie oscar leo max ben sam joe kate jane"""
FIRST_NAMES = tuple(_NAMES.split())


class Words:
    """Words to put where anything may be said: frequent ones of the public requests, and any of the dictionary."""

    def __init__(self, lines: Sequence[str]) -> None:
        counts: dict[str, int] = {}
        for line in lines:
            for word in line.split():
                counts[word] = counts.get(word, 0) + 1
        self.common = sorted(word for word, count in counts.items() if count >= 3) or list(FIRST_NAMES)
        dictionary = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
        names = (line.split(" ", 1)[0] for line in dictionary.read_text("utf-8", "replace").splitlines())
        self.rare = [name for name in names if re.fullmatch(r"[a-z]{3,12}", name)]

    def some(self, random: Random, most: int) -> str:
        """One to ``most`` words, a quarter of them rare."""
        count = random.randint(1, most)
        return " ".join(random.choice(self.rare if random.random() < 0.25 else self.common) for _ in range(count))


class WideSampler(Sampler):
    """A sampler whose slots hold half the time a value from the whole range, not one of the samples."""

    def __init__(self, planner: Planner, words: Words, random: Random) -> None:
        super().__init__(planner.templates)
        self._words, self._random = words, random

    def _next(self, slot: Slot) -> Sample:
        sample = super()._next(slot)
        held = self._cycles[slot.kind, slot.name]
        if self._random.random() < 0.5:
            return held[self._random.randrange(len(held))]
        said = self._wide(slot)
        return Sample(said, None) if said else sample

    def _wide(self, slot: Slot) -> str:
        random = self._random
        if slot.kind in ("duration", "change"):
            return _duration(random)
        if slot.kind == "time":
            return _clock(random) + random.choice(("", "", " tomorrow", f" on {random.choice(list(DAYS.values()))}"))
        if slot.kind == "when":
            return random.choice((_date, lambda r: f"at {_clock(r)}", lambda r: f"in {_duration(r)}"))(random)
        if slot.kind == "date":
            return _date(random)
        if slot.kind in ("number", "level", "change-level"):
            number = say_number(_number(random))
            return f"{number} percent" if slot.kind != "number" and random.random() < 0.5 else number
        if slot.kind == "expression":
            sign = random.choice(("plus", "minus", "times", "divided by", "percent of"))
            return f"{say_number(_number(random))} {sign} {say_number(_number(random))}"
        if slot.kind == "person":
            return random.choice(FIRST_NAMES)
        if slot.kind in ("repeat", "unit", "currency"):
            return ""
        return self._words.some(random, 4 if slot.name == "text" else 2)

    def draw(self, by_action: Sequence[Sequence[int]]) -> str:
        """One sentence of any action."""
        numbers = self._random.choice(by_action)
        weights = [(1 + rank) ** -RANK_FALL for rank in range(len(numbers))]
        return self._draw(self._random.choices(numbers, weights)[0], self._random)


def _number(random: Random) -> int:
    return random.choice(
        (random.randint(0, 20), random.randint(0, 100), random.randint(0, 1000), 10 * random.randint(1, 999))
    )


def _clock(random: Random) -> str:
    hour, minute = random.randrange(24), random.choice((0, 15, 30, 45, random.randrange(60), random.randrange(60)))
    shape = random.random()
    if shape < 0.2 and 0 < minute < 30:
        return f"{say_number(minute)} past {say_number((hour - 1) % 12 + 1)}"
    if shape < 0.2 and minute > 30:
        return f"{say_number(60 - minute)} to {say_number(hour % 12 + 1)}"
    return say_clock(hour, minute, meridiem=random.random() < 0.6)


def _duration(random: Random) -> str:
    seconds = random.choice(
        (60 * random.randint(1, 90), random.randint(1, 120), 3600 * random.randint(1, 24), 30 * random.randint(1, 20),
         60 * random.randint(60, 600))
    )  # fmt: skip
    return random.choice((say_duration(seconds), say_duration(seconds), f"{say_number(seconds // 60 + 1)} minutes"))


def _date(random: Random) -> str:
    day = date(2026, 1, 1) + timedelta(days=random.randrange(365))
    return random.choice(
        (f"on {say_date(day)}", f"on {MONTHS[day.month]} {say_ordinal(day.day)}", f"on {DAYS[day.weekday()]}",
         f"next {DAYS[day.weekday()]}", "tomorrow", "today", "tonight", "the day after tomorrow")
    )  # fmt: skip


def _alone(random: Random) -> str:
    """Numbers, times and dates with nothing around them, as an answer to a question would be."""
    return random.choice((
        _clock(random), _duration(random), _date(random), say_number(_number(random)),
        " ".join(say_number(random.randrange(10)) for _ in range(random.randint(2, 7))),
        random.choice(("yes", "no", "stop", "cancel", "okay", "pause", "resume", "snooze", "next", "help", "thanks")),
    ))  # fmt: skip


def public_requests(data: Path | None) -> list[str]:
    """The sentences of the public *train* sets that are letters only."""
    if data is None:
        return []
    found: list[str] = []
    sets = msgspec.json.decode(
        (data / "clinc150" / "data_train_val.json").read_bytes(), type=dict[str, list[list[str]]]
    )
    for name, pairs in sets.items():
        if name.endswith("train"):
            found += [text for text, _intent in pairs]
    for line in (data / "nlu_eval_data" / "train.jsonl").read_bytes().splitlines():
        found.append(msgspec.json.decode(line, type=_Request).text)
    cleaned = (" ".join(re.sub(r"[^a-z' ]", " ", line.lower()).split()) for line in found if not re.search(r"\d", line))
    return sorted({line for line in cleaned if 2 <= len(line.split()) <= LONGEST})


class _Request(msgspec.Struct):
    text: str


def sentences(count: int, data: Path | None, seed: int = 1) -> Iterator[str]:
    """``count`` sentences, none of them held out."""
    random = Random(seed)
    planner = Planner(device_catalogue())
    others = public_requests(data)
    words = Words(others)
    sampler = WideSampler(planner, words, random)
    by_action = list(sampler._by_action().values())
    made = 0
    while made < count:
        kind = random.random()
        if kind < TEMPLATES:
            parts = [sampler.draw(by_action)]
        elif kind < TEMPLATES + JOINED:
            parts = [sampler.draw(by_action), sampler.draw(by_action)]
        elif others and kind < TEMPLATES + JOINED + OTHERS:
            parts = [random.choice(others)]
        elif kind < TEMPLATES + JOINED + OTHERS + NUMBERS:
            parts = [_alone(random)]
        else:
            parts = [words.some(random, 6)]
        text = " and ".join(parts)
        if any(map(kept_back, [*parts, text])):
            continue
        if all(parts) and len(text.split()) <= LONGEST and re.fullmatch(r"[a-z' ]+", text):
            made += 1
            yield text


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="training-sentences", description="Draw sentences for a speech model.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=300_000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    options = parser.parse_args(arguments)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    data = options.data if options.data.is_dir() else None
    with options.out.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in sentences(options.count, data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
