"""Writes what the planner's encoder is trained with: sentences with their label and the tags of their words.

    python -m bluerill.bench.planner_examples OUT [--count 18000] [--data FOLDER]

One JSON object a line: ``words`` in the planner's normal form, ``label`` and ``tags`` (see ``agent/encoder/labels.py``;
null for a word nobody tagged), ``source`` and ``split``. The sentences are the public *train* sets, mapped to actions
by ``intents.toml``, this project's own (``requests.toml``), and walks through the skills' templates. What
:func:`bluerill.agent.corpus.kept_back` sets apart, an eighth, is ``held``: never trained on, and what thresholds are
chosen with. A text that is also in a set for measuring is left out altogether (:func:`measured_texts`).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from ..agent.corpus import RANK_FALL, Sampler, Walk, kept_back
from ..agent.encoder.labels import KINDS, Span, label_text, tag_of
from ..agent.plan import Planner
from ..agent.templates import Template
from ..agent.values.words import words
from .domain import device_catalogue
from .training_sentences import WideSampler, Words, public_requests

__all__ = ["Example", "Intents", "annotated", "examples", "intents", "main", "measured_texts", "public"]

SHARE_OF_SNIPS = 4
"""One in so many of Snips' sentences that no action serves is taken: two thousand ways to book a table are enough."""
_BRIDGES = frozenset(["at", "on", "in", "the", "of", "for", "this", "from", "by"])
_ANNOTATED = re.compile(r"\[\s*([\w.]+)\s*:\s*([^\]]*)\]")


class Example(msgspec.Struct, omit_defaults=True):
    """One sentence."""

    words: list[str]
    label: str
    tags: list[str | None] | None = None
    source: str = ""
    split: str = "train"


class Intents:
    """``intents.toml``: rules from the intents of other projects to labels, and from their entities to tags."""

    def __init__(self, path: Path) -> None:
        read: dict[str, dict[str, Any]] = msgspec.toml.decode(path.read_bytes())
        self.entities: dict[str, str] = read.pop("entities")
        self.wholly, self.partly = (frozenset(read["tagged"][name]) for name in ("wholly", "partly"))
        del read["tagged"]
        self.rules: dict[tuple[str, str], list[tuple[re.Pattern[str], str]]] = {}
        for source, intents in read.items():
            for intent, rules in intents.items():
                parts = [rule.rpartition(" => ") for rule in ([rules] if isinstance(rules, str) else rules)]
                self.rules[source, intent] = [(re.compile(pattern), label) for pattern, _, label in parts]

    def label(self, source: str, intent: str, said: Sequence[str]) -> str:
        """The label of a sentence that another project filed under an intent."""
        text = " ".join(said)
        for pattern, label in self.rules.get((source, intent), ()):
            if pattern.search(text):
                return label
        return f"other.{intent}"

    def labels(self, source: str, intent: str) -> list[str]:
        """Every label that sentences of an intent can have."""
        return [label for _, label in self.rules.get((source, intent), ())] or [f"other.{intent}"]


@cache
def intents() -> Intents:
    """The mapping of this repository."""
    return Intents(Path(__file__).with_name("intents.toml"))


def annotated(text: str) -> tuple[list[str], list[tuple[str, int, int]]]:
    """The words of a text with ``[entity : words]`` in it, and (entity, start, end) of each."""
    said: list[str] = []
    found: list[tuple[str, int, int]] = []
    at = 0
    for match in _ANNOTATED.finditer(text):
        said += words(text[at : match.start()])
        start = len(said)
        said += words(match[2])
        if len(said) > start:
            found.append((match[1], start, len(said)))
        at = match.end()
    return [*said, *words(text[at:])], found


def tagged(said: Sequence[str], spans: Sequence[Span], blank: str | None = "O") -> list[str | None]:
    """BIO tags; spans of a time with nothing but a little word between them become one ("tomorrow at five")."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        last = joined[-1] if joined else None
        between = said[last.end : span.start] if last is not None else []
        bridged = span.kind == "WHEN" and len(between) <= 2 and all(word in _BRIDGES for word in between)
        if last is not None and last.kind == span.kind and (bridged or (span.kind == "PLACE" and not between)):
            joined[-1] = last._replace(end=span.end)
            continue
        joined.append(span)
    tags: list[str | None] = [blank] * len(said)
    for span in joined:
        for at in range(span.start, span.end):
            tags[at] = f"{'B' if at == span.start else 'I'}-{span.kind}"
    return tags


def tags_of(label: str, said: Sequence[str], entities: Sequence[tuple[str, int, int]]) -> list[str | None] | None:
    """The tags of a public sentence; None where its entities say nothing of this action's arguments."""
    mapping = intents()
    action = label.partition(" ")[0]
    if action == "convert_currency":
        return _money(said, [each for each in entities if each[0] == "currency_name"])
    if action not in mapping.wholly and action not in mapping.partly:
        return None
    spans = []
    for entity, start, end in entities:
        kind = mapping.entities.get(f"{action}.{entity}") or mapping.entities.get(entity)
        if kind is not None:
            spans.append(Span(kind, start, end))
    return tagged(said, spans, "O" if action in mapping.wholly else None)


def _money(said: Sequence[str], entities: Sequence[tuple[str, int, int]]) -> list[str | None] | None:
    """From and to of two currencies: the one asked for with "how many" is the second."""
    if len(entities) != 2:
        return None
    (_, first, first_end), (_, second, second_end) = entities
    backwards = first >= 2 and list(said[first - 2 : first]) == ["how", "many"]
    kinds = ("TO", "FROM") if backwards else ("FROM", "TO")
    tags = tagged(said, [Span(kinds[0], first, first_end), Span(kinds[1], second, second_end)], None)
    return [tag if tag is not None else None for tag in tags]


def public(data: Path, *, dev: bool = False) -> Iterator[Example]:
    """The public sets: their *train* parts, or with ``dev`` what is only measured with."""
    yield from _nlu_eval(data, "dev" if dev else "train")
    if dev:
        yield from _slurp(data)
    yield from _clinc(data, dev=dev)
    yield from _snips(data, dev=dev)
    if dev:
        yield from _facebook(data)


def _nlu_eval(data: Path, split: str) -> Iterator[Example]:
    for line in (data / "nlu_eval_data" / f"{split}.jsonl").read_bytes().splitlines():
        row = msgspec.json.decode(line, type=dict[str, Any])
        said, entities = annotated(row["annotated"])
        label = intents().label("nlu_eval", row["intent"], said)
        yield Example(said, label, tags_of(label, said, entities), f"nlu_eval.{row['intent']}")


def _slurp(data: Path) -> Iterator[Example]:
    for line in (data / "slurp_text" / "devel.jsonl").read_bytes().splitlines():
        row = msgspec.json.decode(line, type=dict[str, Any])
        said, entities = annotated(row["sentence_annotation"])
        label = intents().label("nlu_eval", row["intent"], said)
        yield Example(said, label, tags_of(label, said, entities), f"slurp.{row['intent']}")


def _clinc(data: Path, *, dev: bool) -> Iterator[Example]:
    sets = msgspec.json.decode(
        (data / "clinc150" / "data_train_val.json").read_bytes(), type=dict[str, list[list[str]]]
    )
    for part in ("val", "oos_val") if dev else ("train", "oos_train"):
        for text, intent in sets[part]:
            said = words(text)
            label = f"other.{intent}" if dev and intent == "oos" else intents().label("clinc150", intent, said)
            yield Example(said, label, None, f"clinc150.{intent}")


def _snips(data: Path, *, dev: bool) -> Iterator[Example]:
    for folder in sorted((data / "snips_nlu" / "2017-06-custom-intent-engines").iterdir()):
        intent = folder.name
        name = f"validate_{intent}.json" if dev else f"train_{intent}_full.json"
        rows = msgspec.json.decode(
            (folder / name).read_bytes().decode("utf-8", "replace").encode(), type=dict[str, Any]
        )
        for number, row in enumerate(rows[intent]):
            text = "".join(
                f"[{part['entity']} : {part['text']}]" if "entity" in part else part["text"] for part in row["data"]
            )
            said, entities = annotated(text)
            label = intents().label("snips", intent, said)
            if not dev and label != "get_weather" and number % SHARE_OF_SNIPS:
                continue
            yield Example(said, label, tags_of(label, said, entities), f"snips.{intent}")


def _facebook(data: Path) -> Iterator[Example]:
    for line in (data / "fb_multilingual_tod_en" / "valid").read_text(encoding="utf-8").splitlines():
        tokens, _, intent = line.partition(" <=> ")
        said = words(" ".join(part.rpartition(":")[0] for part in tokens.split()))
        yield Example(said, intents().label("fb", intent.strip(), said), None, f"fb.{intent.strip()}")


def own() -> Iterator[Example]:
    """This project's own sentences, ``requests.toml``: label to sentences with ``[TAG : words]``."""
    path = Path(__file__).with_name("requests.toml")
    read: dict[str, list[str]] = msgspec.toml.decode(path.read_bytes()) if path.is_file() else {}
    for label, sentences in read.items():
        for text in sentences:
            said, entities = annotated(text)
            spans = [Span(kind, start, end) for kind, start, end in entities]
            for span in spans:
                if span.kind not in KINDS:
                    raise ValueError(f"requests.toml, {text!r}: {span.kind!r} is not one of {', '.join(KINDS)}")
            yield Example(said, label, tagged(said, spans), "own")


class Walks:
    """Sentences of the templates with what each word is."""

    def __init__(self, data: Path | None, seed: int) -> None:
        self._random = Random(seed)
        planner = Planner(device_catalogue())
        self._templates = planner.templates
        wide = Words(public_requests(data))
        self._samplers: tuple[Sampler, ...] = (
            WideSampler(planner, wide, self._random), Sampler(planner.templates), Sampler(planner.templates)
        )  # fmt: skip
        self._by_action = list(self._samplers[0]._by_action().values())

    def drawn(self) -> tuple[Template, Walk] | None:
        """A template and a walk through it; None if its words do not come apart as they were put together."""
        numbers = self._random.choice(self._by_action)
        number = self._random.choices(numbers, [(1 + rank) ** -RANK_FALL for rank in range(len(numbers))])[0]
        sampler = self._random.choice(self._samplers)
        sampler._shuffle(self._random)
        walk = sampler._walk(number, self._random)
        names = [bound.slot.name for bound in walk.bound]
        if not walk.words or len(set(names)) < len(names) or words(" ".join(walk.words)) != list(walk.words):
            return None
        return self._templates.templates[number], walk

    def draw(self) -> Example | None:
        """One sentence of any action, tagged; None where :meth:`drawn` has none."""
        drawn = self.drawn()
        if drawn is None:
            return None
        template, walk = drawn
        parameters = {p.name: p for p in template.action.parameters}
        spans = [Span(tag, b.start, b.end) for b in walk.bound if (tag := tag_of(parameters[b.slot.name]))]
        label = label_text(template.action.name, template.fixed)
        return Example(list(walk.words), label, tagged(walk.words, spans), "template")


def measured_texts(data: Path) -> frozenset[str]:
    """The normalised texts that something is measured with: none of them may be trained on."""
    found = {" ".join(each.words) for each in public(data, dev=True)}
    from . import plan, plan_home

    found |= {" ".join(words(text)) for text in plan.REFUSALS}
    found |= {" ".join(words(case.text)) for case in plan_home.cases(data / "ha_intents_en" / "tests" / "en")}
    return frozenset(found)


def examples(count: int, data: Path, seed: int = 1) -> Iterator[Example]:
    """Everything to train and calibrate with, ``count`` of it from templates, without repetitions."""
    measured = measured_texts(data)
    known: set[tuple[str, str]] = set()

    def fresh(each: Example) -> bool:
        text = " ".join(each.words)
        if not each.words or text in measured or (text, each.label) in known:
            return False
        known.add((text, each.label))
        each.split = "held" if kept_back(text) else "train"
        return True

    for source in (public(data), own()):
        yield from filter(fresh, source)
    walks = Walks(data, seed)
    made = 0
    while made < count:
        drawn = walks.draw()
        if drawn is not None and fresh(drawn):
            made += 1
            if drawn.split == "train":
                yield drawn


def main(arguments: Sequence[str] | None = None, write: Callable[[str], object] = print) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="planner-examples", description="Write the encoder's training sentences.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=18_000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        write(f"planner-examples: expected the public data in {options.data}, found no folder")
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with options.out.open("wb") as out:
        for each in examples(options.count, options.data):
            out.write(msgspec.json.encode(each) + b"\n")
            source = f"{each.source.partition('.')[0]} {each.split}"
            counts[source] = counts.get(source, 0) + 1
    write(f"{sum(counts.values())} sentences: {', '.join(f'{name} {n}' for name, n in sorted(counts.items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
