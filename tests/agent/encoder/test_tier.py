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
    for text in ("play fm eight hundred and ninety", "show the weather in bosnia and herzegovina"):
        assert len(tier.sentences(text)) == 1


def test_what_templates_read_loosely_as_several_is_what_a_sure_encoder_says() -> None:
    loose = Planned([PlannedCall("get_time"), PlannedCall("get_time", {"place": "friday"})], "templates", 0.56, 0.1)
    assert tier.doubted(loose)
    one = Planned([PlannedCall("get_time", {"place": "friday"})], "encoder", 0.96, 0.0)
    assert tier.second(loose, one, ACTIONS).planner == "encoder"
    for unsure in (Planned(one.calls, "encoder", 0.9, 0.0), Planned([], "encoder", 0.99, 0.0, REFUSAL)):
        assert tier.second(loose, unsure, ACTIONS).planner == "templates"
    surer = Planned(loose.calls, "templates", 0.8, 0.1)
    assert tier.second(surer, one, ACTIONS).planner == "templates"


def test_agreed_on_the_action_nothing_that_was_surely_said_is_lost() -> None:
    def both(name: str, told: dict[str, str], read: dict[str, str]) -> str:
        loose = Planned([PlannedCall(name, told)], "templates", 0.8, 0.1)
        return tier.second(loose, Planned([PlannedCall(name, read)], "encoder", 0.99, 0.0), ACTIONS).planner

    assert both("get_time", {"place": "current spot"}, {}) == "encoder"
    assert both("add_note", {"text": "buy milk"}, {"text": "milk"}) == "templates"
    assert both("cancel_timer", {"label": "one hour"}, {}) == "templates"
    assert both("cancel_timer", {"label": "take out the pie"}, {"label": "the pie"}) == "templates"
    assert both("cancel_timer", {"label": "please tea"}, {"label": "tea"}) == "encoder"


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
    assert tier.second(LOOSE, Planned([], "encoder", 0.35, 0.0, REFUSAL), ACTIONS).planner == "templates"
    nearer = Planned([PlannedCall("get_time", {"place": "movie"})], "templates", 0.65, 0.1)
    assert tier.second(nearer, Planned([], "encoder", 0.6, 0.0, REFUSAL), ACTIONS).planner == "templates"
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
    assert tier.second(LOOSE, planned, ACTIONS).options == planned.options
    assert tier.second(REFUSED, planned, ACTIONS).planner == "encoder"
    close_match = Planned([PlannedCall("get_time")], "templates", 0.85, 0.1)
    assert tier.second(close_match, planned, ACTIONS).planner == "templates"
    other_match = Planned([PlannedCall("set_alarm")], "templates", 0.85, 0.1)
    assert tier.second(other_match, planned, ACTIONS).options == planned.options
    for labels in ([("get_time", 0.7), ('mute {"on":true}', 0.25)], [("get_time", 0.3), ('mute {"on":true}', 0.25)]):
        assert not tier.planned("quiet now", encoded(*labels), ACTIONS, NOW).options
    lacking = tier.planned("wake me", encoded(("get_time", 0.5), ("set_alarm", 0.4)), ACTIONS, NOW)
    assert not lacking.options


def test_a_loose_name_with_an_and_in_it_may_be_two_requests_and_is_asked_about() -> None:
    either = [PlannedCall("remove_event", {"title": "meeting"}), PlannedCall("add_event", {"title": "meeting"})]
    asked = Planned([], "encoder", 0.6, 0.0, "Shall I … or …?", options=either)
    two = Planned([PlannedCall("remove_event", {"title": "lisa and reschedule it"})], "templates", 0.7, 0.1)
    one = Planned([PlannedCall("remove_event", {"title": "lisa"})], "templates", 0.7, 0.1)
    assert tier.second(two, asked, DEVICE).options == either
    assert tier.second(one, asked, DEVICE).planner == "templates"


def test_within_a_skill_the_words_of_the_template_count_for_more() -> None:
    cancel = Planned([PlannedCall("cancel_timer", {"label": "one hour"})], "templates", 0.7, 0.1)
    start = Planned([PlannedCall("start_timer", {"duration": "PT1H"})], "encoder", 0.95, 0.0)
    assert tier.second(cancel, start, ACTIONS).planner == "templates"
    alarm = Planned([PlannedCall("set_alarm", {"time": "2026-11-20T18:00"})], "encoder", 0.95, 0.0)
    assert tier.second(cancel, alarm, ACTIONS).planner == "encoder"


def test_what_is_about_anything_must_be_surer() -> None:
    actions = {action.name: action for action in device_catalogue().actions}
    text = "where do black holes come from"
    assert not tier.planned(text, encoded(("get_news", 0.55), ("other.question", 0.45)), actions, NOW).calls
    assert tier.planned(text, encoded(("get_news", 0.9)), actions, NOW).calls
    (call,) = tier.planned(text, encoded(("answer", 0.7), ("other.question", 0.3)), actions, NOW).calls
    assert (call.name, call.arguments) == ("answer", {"question": text})  # as harmless as a refusal


def test_every_answer_says_why_this_tier() -> None:
    sure = Planned([], "encoder", 0.99, 0.0, REFUSAL)
    assert tier.second(LOOSE, sure, ACTIONS).why.startswith(
        "a template matches only loosely (0.55); the encoder reads nothing"
    )
    assert tier.second(REFUSED, sure, ACTIONS).why == "no template matches; the encoder reads nothing it knows (0.99)"


DEVICE = {action.name: action for action in device_catalogue().actions}


def test_what_changes_nothing_is_done_sooner_and_a_question_is_put_to_a_model() -> None:
    def first(text: str, *labels: tuple[str, float]) -> list[str]:
        return [call.name for call in tier.planned(text, encoded(*labels), DEVICE, NOW).calls]

    assert first("how is it out", ("get_weather", 0.3), ("other.joke", 0.7)) == ["get_weather"]
    assert first("how is it out", ("get_weather", 0.2), ("other.joke", 0.8)) == []
    assert first("quiet please", ('mute {"on":true}', 0.5), ("other.joke", 0.5)) == []
    assert first("where is the convention centre", ("answer", 0.15), ("other.places", 0.85)) == ["answer"]
    assert first("why are they late", ("other.a", 0.3), ("other.b", 0.3), ("mute", 0.1)) == ["answer"]
    assert first("why are they late", ("other.a", 0.6), ("mute", 0.1)) == []
    assert first("book the convention centre", ("answer", 0.15), ("other.places", 0.85)) == []
    assert first("what is new", ("get_news", 0.55), ("other.social", 0.45)) == []


def test_what_is_to_be_remembered_is_not_asked_for_now() -> None:
    templates = Planned([PlannedCall("add_reminder", {"text": "set an alarm"})], "templates", 0.7, 0.1)
    encoder = Planned([PlannedCall("set_alarm")], "encoder", 0.97, 0.0)
    assert tier.second(templates, encoder, DEVICE, text="Remind me to set an alarm").planner == "templates"
    assert tier.second(templates, encoder, DEVICE, text="remind me, set an alarm").planner == "encoder"


def test_the_and_between_two_hours_joins_no_requests() -> None:
    assert len(tier.sentences("which alarms are there between six and nine am")) == 1
    assert len(tier.sentences("set an alarm for six and nine am")) == 3


def test_a_verb_alone_shares_what_the_later_one_is_about() -> None:
    assert len(tier.sentences("list and play all theory podcasts")) == 1
    assert len(tier.sentences("pause and play all theory podcasts")) == 3


def test_words_from_a_recogniser_must_be_surer_also_of_what_changes_nothing() -> None:
    def heard(likely: float) -> float:
        seen = Sighted([("get_weather", likely), ("other.joke", 1 - likely)], ["O"] * 4)
        return tier.heard("how is it out", seen, DEVICE, NOW)

    assert heard(0.5) == 0.0
    assert heard(0.95) == pytest.approx(0.8 * 0.95)


def test_what_only_a_later_label_fixes_is_taken_where_it_is_said() -> None:
    labels = ("add_event", 0.9), ('add_event {"title":"appointment"}', 0.05)
    tags = [*["O"] * 4, "B-WHEN"]
    (call,) = tier.planned("make an appointment at nine", encoded(*labels, tags=tags), DEVICE, NOW).calls
    assert call.arguments["title"] == "appointment"
    unsaid = tier.planned("put me down at nine", encoded(*labels, tags=tags), DEVICE, NOW)
    assert (unsaid.calls, unsaid.lacks) == ([], "add_event")
    volume = ("set_volume", 0.9), ('set_volume {"change":10}', 0.1)
    (call,) = tier.planned("set the volume", encoded(*volume), DEVICE, NOW).calls
    assert call.arguments == {}  # nothing that must be said is missing, so nothing is made up


def test_of_a_closed_list_the_question_says_what_is_on_it() -> None:
    planned = tier.planned("open the internet", encoded(("open_app", 0.9)), DEVICE, NOW)
    assert planned.reply.startswith("Please say which: timers, alarms,")
    assert planned.reply.endswith("news or memory.")


def test_a_list_that_is_named_is_written_on_and_not_reminded_of() -> None:
    templates = Planned([PlannedCall("add_reminder", {"text": "buy jeans on my list"})], "templates", 0.61, 0.1)
    encoder = Planned([PlannedCall("add_to_list", {"item": "buy jeans"})], "encoder", 0.8, 0.0)
    assert tier.second(templates, encoder, DEVICE, text="remind me to buy jeans on my list").planner == "encoder"
    assert tier.second(templates, encoder, DEVICE, text="remind me to buy jeans").planner == "templates"


def test_a_question_like_nothing_that_was_taught_is_as_sure_as_nothing_else_serves() -> None:
    seen = encoded(("other.a", 0.4), ("read_messages", 0.13), ("mute", 0.1))
    planned = tier.planned("can you get me the message from god saga", seen, DEVICE, NOW)
    assert ([call.name for call in planned.calls], planned.confidence) == (["answer"], 0.87)
    loose = Planned([PlannedCall("read_messages", {"sender": "god saga"})], "templates", 0.85, 0.1)
    assert tier.second(loose, planned, DEVICE).planner == "encoder"


def test_a_name_that_the_encoder_read_in_parts_is_no_loss() -> None:
    start = "2026-11-21T12:00"
    whole = PlannedCall("add_event", {"title": "lunch at tomo in arcata", "start": start})
    parts = PlannedCall("add_event", {"title": "lunch", "start": start, "place": "arcata"})
    template, encoder = Planned([whole], "templates", 0.65, 0.1), Planned([parts], "encoder", 0.9, 0.0)
    assert tier.second(template, encoder, DEVICE).calls == [parts]
    short = PlannedCall("add_event", {"title": "lunch", "start": start})  # what else was said is lost
    assert tier.second(template, Planned([short], "encoder", 0.9, 0.0), DEVICE).calls == [whole]
