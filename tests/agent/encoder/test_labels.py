from __future__ import annotations

import pytest

from bluerill.agent.encoder.labels import Label, Span, label_text, read_label, spans_of, suited, tag_of
from bluerill.skills.messages import ParameterInfo


@pytest.mark.parametrize(("action", "fixed"), [("mute", {"on": True}), ("get_time", {})])
def test_a_label_is_read_as_it_was_written(action: str, fixed: dict[str, object]) -> None:
    assert read_label(label_text(action, fixed)) == Label(action, fixed)


def test_what_no_action_serves_has_no_action() -> None:
    assert read_label("other.joke").action == ""


def test_tags_become_spans() -> None:
    tags = ["O", "B-WHEN", "I-WHEN", "B-WHEN", "I-TEXT", "O", "I-PLACE"]
    assert spans_of(tags) == [Span("WHEN", 1, 3), Span("WHEN", 3, 4), Span("TEXT", 4, 5), Span("PLACE", 6, 7)]


@pytest.mark.parametrize(
    ("name", "kind", "tag"),
    [
        ("time", "time", "WHEN"), ("from_place", "place", "FROM"), ("to", "currency", "TO"), ("to_unit", "unit", "TO"),
        ("place", "place", "PLACE"), ("list", "text", "LIST"), ("item", "text", "TEXT"), ("on", "bool", ""),
    ],
)  # fmt: skip
def test_a_parameter_has_its_tag_by_kind_and_name(name: str, kind: str, tag: str) -> None:
    assert tag_of(ParameterInfo(name, kind)) == tag


def test_a_closed_list_needs_no_tag() -> None:
    assert tag_of(ParameterInfo("mode", "choice", choices={"airplane": ["flight mode"]})) == ""


def test_a_word_has_the_likeliest_tag_that_the_action_can_use() -> None:
    tags, others = ["B-PLACE", "B-WHEN", "O"], [["B-TEXT", "O"], ["O"], []]
    assert suited(tags, others, {"TEXT"}) == ["B-TEXT", "O", "O"]
    assert suited(tags, others, {"WHEN"}) == ["B-PLACE", "B-WHEN", "O"]  # a day may be tagged as a place
    assert suited(["B-DURATION"], [], {"TEXT"}) == ["O"]
