"""Requests to the calendar, messages, music, wallet, news and memory, as templates read them on the device's own
catalogue; and sentences near to them that are somebody else's, or nobody's."""

from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.encoder import tier
from bluerill.agent.plan import Planner
from bluerill.bench.catalogue import NOW, device_catalogue

PLANNER = Planner(device_catalogue())
Call = tuple[str, dict[str, Any]]


def planned(text: str) -> list[Call]:
    return [(call.name, call.arguments) for call in PLANNER.plan(text, NOW).calls]


MATCH: dict[str, Call] = {
    "turn off the six am alarm for wednesday": ("cancel_alarm", {"time": "2026-11-25T06:00"}),
    "delete the seven am gym alarm": ("cancel_alarm", {"time": "2026-11-21T07:00", "label": "gym"}),
    "skip this song and go to the next one": ("next_track", {}),
    "open my shopping list and add milk": ("add_to_list", {"list": "shopping", "item": "milk"}),
    "weather on twenty seventh march": ("get_weather", {"when": "2027-03-27"}),
    "show me the weather on twenty seventh march two thousand seventeen": ("get_weather", {"when": "2017-03-27"}),
    "add lunch with Anna to my calendar on Friday at noon": (
        "add_event", {"title": "lunch", "people": "Anna", "start": "2026-11-27T12:00"},
    ),
    "schedule a meeting with Ben tomorrow from 3 to 4": (
        "add_event",
        {"title": "meeting", "people": "Ben", "start": "2026-11-21T15:00", "end": "2026-11-21T16:00"},
    ),
    "schedule a meeting from 3 pm to 5 pm tomorrow": (
        "add_event", {"title": "meeting", "start": "2026-11-21T15:00", "end": "2026-11-21T17:00"},
    ),
    "add lunch on Friday from 12 to 1 to my calendar": (
        "add_event", {"title": "lunch", "start": "2026-11-27T12:00", "end": "2026-11-27T13:00"},
    ),
    "schedule yoga every Monday at six pm": (
        "add_event", {"title": "yoga", "start": "2026-11-23T18:00", "repeat": "FREQ=WEEKLY;BYDAY=MO"},
    ),
    "create an event called team offsite on December 3rd": (
        "add_event", {"title": "team offsite", "start": "2026-12-03"},
    ),
    "add dinner with Anna on Saturday at 8 pm at Luigi's to my calendar": (
        "add_event", {"title": "dinner", "people": "Anna", "start": "2026-11-21T20:00", "place": "Luigi's"},
    ),
    "what's on my calendar": ("list_events", {}),
    "show me my schedule for next week": ("list_events", {"when": "2026-11-23", "until": "2026-11-29"}),
    "clear my calendar for next week": ("remove_event", {"when": "2026-11-23", "until": "2026-11-29"}),
    "what do i have on friday": ("list_events", {"when": "2026-11-27"}),
    "am I free on Friday at 3 pm": ("list_events", {"when": "2026-11-27T15:00"}),
    "do I have any meetings tomorrow": ("list_events", {"when": "2026-11-21"}),
    "when is my dentist appointment": ("list_events", {"title": "dentist"}),
    "cancel my dentist appointment": ("remove_event", {"title": "dentist"}),
    "clear my calendar for tomorrow": ("remove_event", {"when": "2026-11-21"}),
    "remove lunch with Anna from my calendar": ("remove_event", {"title": "lunch with Anna"}),
    "delete my next event": ("remove_event", {"title": "next"}),
    "send a message to Anna saying I am on my way": ("send_message", {"to": "Anna", "text": "I am on my way"}),
    "text Mum that I will be late": ("send_message", {"to": "Mum", "text": "I will be late"}),
    "text anna i'm running late": ("send_message", {"to": "anna", "text": "i'm running late"}),
    "tell Ben that the tickets are here": ("send_message", {"to": "Ben", "text": "the tickets are here"}),
    "text mum that dinner is at six and the bus is late": (
        "send_message", {"to": "mum", "text": "dinner is at six and the bus is late"},
    ),
    "read my messages": ("read_messages", {}),
    "do I have any messages from Anna": ("read_messages", {"sender": "Anna"}),
    "what did Mum say": ("read_messages", {"sender": "Mum"}),
    "call Mum": ("call", {"to": "Mum"}),
    "give Ben a ring": ("call", {"to": "Ben"}),
    "make a phone call to Anna Berg": ("call", {"to": "Anna Berg"}),
    "play some jazz": ("play_music", {"genre": "jazz"}),
    "play Clair de lune by Debussy": ("play_music", {"query": "Clair de lune", "artist": "Debussy"}),
    "play something by Adele": ("play_music", {"artist": "Adele"}),
    "play my workout playlist": ("play_music", {"playlist": "workout"}),
    "play the album Carols": ("play_music", {"album": "Carols"}),
    "play music": ("play_music", {}),
    "play salt and silver": ("play_music", {"query": "salt and silver"}),
    "pause the music": ("pause_music", {}),
    "stop playing": ("pause_music", {}),
    "next song": ("next_track", {}),
    "play the next song on this playlist": ("next_track", {}),
    "go back to the last track": ("previous_track", {}),
    "turn on the radio": ("play_radio", {}),
    "I want to hear the radio": ("play_radio", {}),
    "tune in to Morning Air": ("play_radio", {"station": "Morning Air"}),
    "play the latest episode of Small Devices": ("play_podcast", {"name": "Small Devices"}),
    "play a podcast about history": ("play_podcast", {"name": "history"}),
    "play my audiobook": ("play_audiobook", {}),
    "resume pride and prejudice where i left off": ("play_audiobook", {"name": "pride and prejudice"}),
    "what song is this": ("what_is_playing", {}),
    "who sings this": ("what_is_playing", {}),
    "show my boarding pass": ("show_pass", {"name": "boarding pass"}),
    "show my gym pass": ("show_pass", {"name": "gym"}),
    "what is in my wallet": ("list_passes", {}),
    "add 123456 as library card to my wallet": ("add_pass", {"source": "123456 as library card"}),
    "what's the news": ("get_news", {}),
    "tell me the latest news about Brexit": ("get_news", {"topic": "Brexit"}),
    "technology headlines": ("get_news", {"topic": "technology"}),
    "what is the meaning of serendipity": ("answer", {"question": "serendipity"}),
    "answer this question why is the sky blue": ("answer", {"question": "why is the sky blue"}),
    "remember that my car is in row G": ("remember_fact", {"text": "my car is in row G"}),
    "what do you remember": ("recall", {}),
    "where is my car": ("recall", {"topic": "car"}),
    "where did I park my car": ("recall", {"topic": "car"}),
    "forget that my car is in row G": ("forget_fact", {"topic": "my car is in row G"}),
    "forget everything": ("forget_fact", {"all": True}),
}  # fmt: skip


@pytest.mark.parametrize("text", MATCH)
def test_a_request(text: str) -> None:
    assert planned(text) == [MATCH[text]]


ELSEWHERE: dict[str, str] = {
    "tell me the time": "get_time",
    "when is my next alarm": "list_alarms",
    "what are my reminders for tomorrow": "list_reminders",
    "what do I have to do tomorrow": "list_events",
    "what do I have to do": "show_list",
    "what am I supposed to remember": "list_reminders",
    "quiet on": "mute",
    "read my reminder list to me": "list_reminders",
    "play from last played": "play_audiobook",
    "play from where i left off": "play_audiobook",
    "tune in some music": "play_music",
    "delete my reminder for tomorrow": "remove_reminder",
    "remember to buy milk": "add_reminder",
    "remind me about the meeting tomorrow at 10": "add_reminder",
    "set a reminder for the meeting at 3": "add_reminder",
    "set an alarm for ten to eight": "set_alarm",
    "remove milk from my shopping list": "remove_from_list",
    "note that the car is on level three": "add_note",
    "ring my phone": "find_phone",
    "where is my phone": "find_phone",
    "tell me where my phone is": "find_phone",
    "turn the music up": "set_volume",
    "mute the music": "mute",
    "stop the alarm": "cancel_alarm",
    "pause the timer": "pause_timer",
    "start the timer": "resume_timer",
    "start my pizza timer again": "resume_timer",
    "open the calendar app": "open_app",
    "what can you do with music": "get_help",
    "turn off the kitchen light": "set_home_device",
    "what time is it": "get_time",
    "show my shopping list": "show_list",
}


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_request_that_is_near_and_of_another_skill(text: str) -> None:
    assert [name for name, _ in planned(text)] == [ELSEWHERE[text]]


def test_the_date_and_the_time_are_two_requests() -> None:
    assert [name for name, _ in planned("what is the date and time")] == ["get_date", "get_time"]


NOBODYS = [
    "will you start a timer for me", "start a timer", "call a taxi", "call me a cab", "tell me a joke",
    "when is the next bus", "remember when we were young", "tell me about your hobbies", "what do you know",
    "what is the amount of interest I pay", "shuffle music", "open the internet",
    "i need to report a lost card", "send an email",
]  # fmt: skip


@pytest.mark.parametrize("text", NOBODYS)
def test_what_is_nobodys_is_not_taken(text: str) -> None:
    assert planned(text) == []


@pytest.mark.parametrize("text", ["play chess", "open tetris", "let us play chess", "play a game", "define entropy"])
def test_a_verb_and_free_words_are_shown_to_the_encoder_too(text: str) -> None:
    assert tier.doubted(PLANNER.plan(text, NOW))


SEVERAL: dict[str, list[str]] = {
    "play jazz and turn the volume up": ["play_music", "set_volume"],
    "read my messages and call mum": ["read_messages", "call"],
    "what's on my calendar tomorrow and what is the weather": ["list_events", "get_weather"],
    "remember that the wifi code is 1234 and set a timer for 5 minutes": ["remember_fact", "start_timer"],
    "schedule a meeting with ben tomorrow at 3 and text ben that i will be there": ["add_event", "send_message"],
    "pause the music and what's the news": ["pause_music", "get_news"],
}


def test_what_says_no_more_than_the_call_beside_it_is_no_call() -> None:
    emma = [("play_audiobook", {"name": "emma"})]
    assert planned("open the emma audiobook and play from last played") == emma
    assert [name for name, _ in planned("turn on the radio and play hello fm")] == ["play_radio"]


def test_it_is_the_list_and_not_what_is_on_it() -> None:
    calls = planned("add milk to my shopping list and show it to me")
    assert calls == [("add_to_list", {"item": "milk", "list": "shopping"}), ("show_list", {"list": "shopping"})]


@pytest.mark.parametrize("text", SEVERAL)
def test_several_requests(text: str) -> None:
    assert [name for name, _ in planned(text)] == SEVERAL[text]


FOLLOWUPS: dict[tuple[str, str], Call] = {
    ("what's on my calendar today", "and tomorrow"): ("list_events", {"when": "2026-11-21"}),
    ("show me my schedule for next week", "and tomorrow"): ("list_events", {"when": "2026-11-21"}),
    ("what's on my calendar", "what about friday"): ("list_events", {"when": "2026-11-27"}),
    ("schedule a meeting with ben tomorrow at 3", "make it four"): (
        "add_event", {"title": "meeting", "people": "ben", "start": "2026-11-21T16:00"},
    ),
    ("text anna that i will be late", "call her"): ("call", {"to": "anna"}),
    ("do i have any messages from ben", "text him that i have read it"): (
        "send_message", {"to": "ben", "text": "i have read it"},
    ),
    ("call mum", "send her a message saying i tried to call"): (
        "send_message", {"to": "mum", "text": "i tried to call"},
    ),
    ("tell me the sports news", "and technology"): ("get_news", {"topic": "technology"}),
    ("next song", "again"): ("next_track", {}),
}  # fmt: skip


@pytest.mark.parametrize(("first", "then"), FOLLOWUPS)
def test_a_follow_up(first: str, then: str) -> None:
    context = PLANNER.plan(first, NOW).calls
    calls = PLANNER.plan(then, NOW, context).calls
    assert [(call.name, call.arguments) for call in calls] == [FOLLOWUPS[first, then]]


def test_nobody_is_called_where_nobody_was_named() -> None:
    assert planned("call her") == []
    assert [name for name, _ in planned("remind me to buy milk and call mum")] == ["add_reminder"]
    assert planned("read my messages and call mum")[1] == ("call", {"to": "mum"})


def test_every_template_is_well_formed() -> None:
    """A wrong one is only left out, with a line in the log, when it is first tried."""
    planner = Planner(device_catalogue())
    for number in range(len(planner.templates.templates)):
        planner.templates.automaton(number)
    assert planner.templates.problems == []
