from __future__ import annotations

import pytest

from bluerill.agent.encoder import tier
from bluerill.agent.messages import Encoded, Planned, PlannedCall, Sighted
from bluerill.agent.plan import REFUSAL
from bluerill.bench.catalogue import device_catalogue
from support.small_catalogue import CATALOGUE, NOW

ACTIONS = {action.name: action for action in CATALOGUE.actions}


def encoded(*labels: tuple[str, float], tags: list[str] | None = None) -> Encoded:
    return Encoded([Sighted(list(labels), tags or ["O"] * 9)], 0.6)


def test_the_labels_of_an_action_count_together() -> None:
    label, likely = tier.chosen([("other.joke", 0.4), ("mute", 0.25), ('mute {"on":false}', 0.3)], ACTIONS)
    assert label is not None
    assert (label.action, label.fixed) == ("mute", {})
    assert likely == pytest.approx(0.55)


def test_what_no_skill_offers_is_refused_however_sure() -> None:
    planned = tier.planned("play some jazz", encoded(("play_music", 0.98)), ACTIONS, NOW)
    assert (planned.calls, planned.reply, planned.planner) == ([], REFUSAL, "encoder")
    assert planned.confidence == 1.0


def test_below_the_threshold_nothing_is_done() -> None:
    planned = tier.planned("do it", encoded(("get_time", 0.55), ("other.joke", 0.45)), ACTIONS, NOW)
    assert not planned.calls
    assert tier.planned("how late is it", encoded(("get_time", 0.7)), ACTIONS, NOW).calls[0].name == "get_time"


def test_a_missing_value_is_asked_for() -> None:
    planned = tier.planned("wake me", encoded(("set_alarm", 0.95)), ACTIONS, NOW)
    assert not planned.calls
    assert planned.lacks == "set_alarm"
    assert planned.reply.startswith("Please tell me the time too")


def test_two_requests_need_two_sure_halves() -> None:
    text = "beep in five minutes and tell me how late it is"
    parts = tier.sentences(text)
    assert [" ".join(t.text for t in part) for part in parts] == [
        text, "beep in five minutes", "tell me how late it is",
    ]  # fmt: skip

    def seen(sure: float) -> Encoded:
        labels = [("start_timer", 0.9)], [("start_timer", 0.99)], [("get_time", sure)]
        return Encoded([Sighted(list(row), ["O"] * 12) for row in labels], 0.6)

    both = tier.planned(text, seen(0.95), ACTIONS, NOW)
    assert [call.name for call in both.calls] == ["start_timer", "get_time"]
    assert both.confidence == 0.95
    assert [call.name for call in tier.planned(text, seen(0.7), ACTIONS, NOW).calls] == ["start_timer"]


def test_a_joint_inside_a_request_is_none() -> None:
    assert len(tier.sentences("remind me about mum and dad")) == 1


EXACT = Planned([PlannedCall("get_time")], "templates", 1.0, 0.1)
LOOSE = Planned([PlannedCall("get_time", {"place": "movie"})], "templates", 0.55, 0.1)
REFUSED = Planned([], "templates", 0.9, 0.1, REFUSAL)


def test_only_refusals_and_loose_matches_are_doubted() -> None:
    assert tier.doubted(LOOSE)
    assert tier.doubted(REFUSED)
    assert not tier.doubted(EXACT)
    assert not tier.doubted(Planned([], "templates", 1.0, 0.1, "There is nothing to take back."))
    assert not tier.doubted(Planned([PlannedCall("get_time", revises=True)], "templates", 0.5, 0.1))


def test_of_an_action_it_was_never_taught_the_encoder_has_no_say() -> None:
    for each in (Planned([], "encoder", 0.99, 0.0, REFUSAL), Planned([PlannedCall("mute")], "encoder", 0.99, 0.0)):
        assert tier.second(LOOSE, each, ACTIONS, foreign=True).planner == "templates"


def test_a_loose_match_stays_unless_the_encoder_is_sure_of_something_else() -> None:
    sure = Planned([], "encoder", 0.99, 0.0, REFUSAL)
    assert tier.second(LOOSE, sure, ACTIONS).planner == "encoder"
    assert tier.second(LOOSE, Planned([], "encoder", 0.6, 0.0, REFUSAL), ACTIONS).planner == "templates"
    agreed = Planned([PlannedCall("get_time")], "encoder", 0.5, 0.0)
    assert tier.second(LOOSE, agreed, ACTIONS).planner == "encoder"  # "movie" is no place
    noted = Planned([PlannedCall("add_note", {"text": "buy milk"})], "templates", 0.6, 0.1)
    assert (
        tier.second(noted, Planned([PlannedCall("add_note", {"text": "milk"})], "encoder", 0.9, 0.0), ACTIONS).planner
        == "templates"
    )
    assert (
        tier.second(LOOSE, Planned([], "encoder", 0.9, 0.0, "Where?", lacks="get_time"), ACTIONS).planner == "templates"
    )
    assert tier.second(REFUSED, sure, ACTIONS).planner == "encoder"


def test_two_close_actions_are_asked_about_where_both_could_be_done() -> None:
    close = encoded(("get_time", 0.5), ('mute {"on":true}', 0.4))
    planned = tier.planned("quiet now", close, ACTIONS, NOW)
    assert not planned.calls
    assert [call.name for call in planned.options] == ["get_time", "mute"]
    assert planned.reply == "Shall I get time, or mute?"
    assert tier.second(LOOSE, planned, ACTIONS).planner == "templates"
    assert tier.second(REFUSED, planned, ACTIONS).planner == "encoder"
    for labels in ([("get_time", 0.7), ('mute {"on":true}', 0.25)], [("get_time", 0.3), ('mute {"on":true}', 0.25)]):
        assert not tier.planned("quiet now", encoded(*labels), ACTIONS, NOW).options
    lacking = tier.planned("wake me", encoded(("get_time", 0.5), ("set_alarm", 0.4)), ACTIONS, NOW)
    assert not lacking.options


def test_within_a_skill_the_words_of_the_template_count_for_more() -> None:
    cancel = Planned([PlannedCall("cancel_timer", {"label": "one hour"})], "templates", 0.7, 0.1)
    start = Planned([PlannedCall("start_timer", {"duration": "PT1H"})], "encoder", 0.95, 0.0)
    assert tier.second(cancel, start, ACTIONS).planner == "templates"
    alarm = Planned([PlannedCall("set_alarm", {"time": "2026-11-20T18:00"})], "encoder", 0.95, 0.0)
    assert tier.second(cancel, alarm, ACTIONS).planner == "encoder"


def test_what_is_about_anything_must_be_surer() -> None:
    actions = {action.name: action for action in device_catalogue().actions}
    text = "where do black holes come from"
    assert not tier.planned(text, encoded(("get_news", 0.7), ("other.question", 0.3)), actions, NOW).calls
    assert tier.planned(text, encoded(("get_news", 0.9)), actions, NOW).calls
    (call,) = tier.planned(text, encoded(("answer", 0.7), ("other.question", 0.3)), actions, NOW).calls
    assert (call.name, call.arguments) == ("answer", {"question": text})  # as harmless as a refusal


def test_every_answer_says_why_this_tier() -> None:
    sure = Planned([], "encoder", 0.99, 0.0, REFUSAL)
    assert tier.second(LOOSE, sure, ACTIONS).why.startswith(
        "a template matches only loosely (0.55); the encoder reads nothing"
    )
    assert tier.second(REFUSED, sure, ACTIONS).why == "no template matches; the encoder reads nothing it knows (0.99)"
