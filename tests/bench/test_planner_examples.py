from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from bluerill.agent.corpus import kept_back
from bluerill.agent.encoder.labels import OTHER, TAGS, read_label
from bluerill.agent.values.words import words
from bluerill.bench.catalogue import device_catalogue
from bluerill.bench.plan import data_folder
from bluerill.bench.planner_examples import (
    Example,
    Intents,
    Walks,
    annotated,
    examples,
    intents,
    measured_texts,
    own,
    tagged,
    tags_of,
)


def check(label: str, actions: dict[str, set[str]]) -> None:
    action, fixed = read_label(label)
    if label.startswith(OTHER):
        return
    assert action in actions, label
    assert set(fixed) <= actions[action], label


def test_every_label_is_an_action_with_its_own_parameters() -> None:
    actions = {a.name: {p.name for p in a.parameters} for a in device_catalogue().actions if not a.hidden}
    mapping = intents()
    labels = {label for rules in mapping.rules.values() for _, label in rules} | {each.label for each in own()}
    for label in labels:
        check(label, actions)
    assert len(labels) > 100


def test_rules_are_tried_in_order(tmp_path: Path) -> None:
    path = tmp_path / "intents.toml"
    rules = """
[set]
volume = ['\\bup\\b => set_volume {"change":10}', "set_volume"]
[entities]
[tagged]
wholly = []
partly = []
"""
    path.write_text(rules)
    mapping = Intents(path)
    assert mapping.label("set", "volume", ["turn", "it", "up"]) == 'set_volume {"change":10}'
    assert mapping.label("set", "volume", ["louder"]) == "set_volume"
    assert mapping.label("set", "unheard of", ["x"]) == "other.unheard of"


def test_entities_become_tags() -> None:
    said, entities = annotated("wake me [date : tomorrow] at [time : five am] for [event_name : gym], please")
    assert " ".join(said) == "wake me tomorrow at five am for gym please"
    tags = tags_of("set_alarm", said, entities)
    assert tags == ["O", "O", "B-WHEN", "I-WHEN", "I-WHEN", "I-WHEN", "O", "B-TEXT", "O"]
    assert tags_of("start_timer", said, entities) is None


def test_what_nobody_marked_is_unknown_and_not_nothing() -> None:
    said, entities = annotated("put milk on the [list_name : shopping] list")
    assert tags_of("add_to_list", said, entities) == [None, None, None, None, "B-LIST", None]


def test_the_currency_asked_for_is_the_second() -> None:
    def money(text: str) -> Sequence[str | None] | None:
        said, entities = annotated(text)
        tags = tags_of("convert_currency", said, entities)
        return [tag for tag in tags or [] if tag]

    assert money("how many [currency_name : yen] is a [currency_name : dollar]") == ["B-TO", "B-FROM"]
    assert money("change [currency_name : yen] into [currency_name : dollars]") == ["B-FROM", "B-TO"]


def test_spans_of_one_moment_are_joined_and_others_not() -> None:
    from bluerill.agent.encoder.labels import Span

    said = ["oslo", "norway", "tomorrow", "at", "five"]
    spans = [Span("PLACE", 0, 1), Span("PLACE", 1, 2), Span("WHEN", 2, 3), Span("WHEN", 4, 5)]
    assert tagged(said, spans) == ["B-PLACE", "I-PLACE", "B-WHEN", "I-WHEN", "I-WHEN"]


def test_walks_are_tagged_as_they_were_put_together() -> None:
    walks = Walks(None, 3)
    drawn = [each for each in (walks.draw() for _ in range(60)) if each is not None]
    assert len(drawn) > 30
    assert any("B-" in str(tag) for each in drawn for tag in each.tags or ())
    for each in drawn:
        assert each.words == words(" ".join(each.words))
        assert set(each.tags or ()) <= set(TAGS)


def test_nothing_that_is_measured_is_trained_on() -> None:
    data = data_folder()
    if data is None:
        pytest.skip("the public data is not here (BLUERILL_DATA)")
    measured = measured_texts(data)
    assert len(measured) > 8_000
    made: list[Example] = list(islice(examples(40, data), 30_000))
    train = [each for each in made if each.split == "train"]
    assert len(train) > 20_000
    texts = {" ".join(each.words) for each in train}
    assert not texts & measured
    assert not any(map(kept_back, texts))
