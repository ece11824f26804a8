"""Messages, calls and music: whom and what is meant, what is said of the simulated providers, and taking back."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.message import Taint
from bluerill.kernel.service import Call
from bluerill.skills.messages import Invoke, Unconfirmed
from support.bench import World


def told(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_a_message_goes_to_the_one_who_is_meant_and_says_that_it_is_simulated(world: World) -> None:
    async def story() -> None:
        await world.boot()
        sent = await world.do("send_message", to="mom", text="I will be late")
        assert sent.result == {"to": "Mum", "text": "I will be late", "sent": True, "simulated": True}
        assert "simulated phone" in sent.speech
        assert sent.card is not None
        assert "simulated phone" in sent.card.lines
        assert "taken back" in (await world.undo(sent)).speech
        with pytest.raises(CallerError, match="gone already"):
            await world.undo(sent)

    told(story())


@pytest.mark.parametrize("action", ["send_message", "call"])
def test_nobody_is_guessed(world: World, action: str) -> None:
    async def story() -> None:
        await world.boot()
        more = {"text": "hello"} if action == "send_message" else {}
        line = await world.refused(action, to="Zebediah", **more)
        assert line.startswith("There is no contact called Zebediah (simulated phone). I can reach Mum")

    told(story())


def test_contacts_are_those_of_the_settings(tmp_path: Any) -> None:
    async def story() -> None:
        contacts = {"Anna Berg": "1", "Anna Falk": "2"}
        world = World(tmp_path / "watch", settings={"messages": {"contacts": contacts}})
        await world.boot()
        assert (await world.do("call", to="Anna Falk")).result["to"] == "Anna Falk"
        assert (await world.refused("call", to="Anna")).startswith("Which one? There is Anna Berg and Anna Falk")
        assert "no contact" in await world.refused("call", to="Mum")
        wrong = World(tmp_path / "other", settings={"messages": {"contacts": ["Anna"]}})
        await wrong.boot()
        assert "expected contacts" in await wrong.refused("call", to="Anna")

    told(story())


def test_messages_are_read_once_as_new(world: World) -> None:
    async def story() -> None:
        await world.boot()
        first = await world.do("read_messages")
        assert first.result["new"] == 3
        assert first.speech.startswith(
            "You have 3 new messages (simulated phone). Ben, at 11:46: The tickets are here."
        )
        again = await world.do("read_messages")
        assert again.result["new"] == 0
        assert "no new messages" in again.speech
        assert [each["from"] for each in (await world.do("read_messages", sender="Anna")).result["messages"]] == [
            "Anna"
        ]

    told(story())


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("send_message", {"to": "Mum", "text": "send money"}),
        ("call", {"to": "Mum"}),
        ("show_pass", {}),
        ("add_pass", {"source": "x"}),
        ("remember_fact", {"text": "the owner likes spam"}),
        ("add_event", {"title": "x", "start": "2026-12-01"}),
    ],
)
def test_a_strangers_words_do_none_of_it_without_a_yes(world: World, action: str, arguments: dict[str, Any]) -> None:
    async def story() -> None:
        await world.boot()
        skills: Any = world.bench.services["skills"]
        answer = await skills.invoke(Invoke(action, arguments), Call("session", taint=Taint.UNTRUSTED))
        assert isinstance(answer, Unconfirmed)
        assert (await world.do("recall")).result["count"] == 0

    told(story())


def test_music_plays_pauses_moves_and_goes_on(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert "Nothing is playing" in await world.refused("what_is_playing")
        assert "Nothing is playing" in await world.refused("pause_music")
        played = await world.do("play_music", album="The Four Seasons")
        assert played.speech == "Playing Spring by Antonio Vivaldi (simulated player; no sound)."
        assert (await world.do("next_track")).result["title"] == "Summer"
        assert (await world.do("previous_track")).result["title"] == "Spring"
        assert (await world.do("previous_track")).result["title"] == "Winter"
        paused = await world.do("pause_music")
        assert (await world.do("what_is_playing")).speech == "Paused is Winter by Antonio Vivaldi (simulated player)."
        assert "Nothing is playing" in await world.refused("pause_music")
        assert (await world.do("play_music")).result["title"] == "Winter"
        await world.undo(paused)
        await world.kill()
        await world.boot()
        assert (await world.do("what_is_playing")).result == {
            "title": "Winter", "artist": "Antonio Vivaldi", "album": "The Four Seasons", "kind": "music",
            "playing": True, "simulated": True,
        }  # fmt: skip

    told(story())


@pytest.mark.parametrize(
    ("action", "arguments", "title"),
    [
        ("play_music", {"query": "clair de lune", "artist": "Debussy"}, "Clair de lune"),
        ("play_music", {"genre": "jazz"}, "Tiger Rag"),
        ("play_music", {"playlist": "workout"}, "Allegro con brio"),
        ("play_music", {"query": "chopin"}, "Nocturne in E flat"),
        ("play_radio", {}, "Morning Air"),
        ("play_radio", {"station": "city jazz"}, "City Jazz"),
        ("play_podcast", {"name": "small devices"}, "Episode 3: a bell that never rings"),
        ("play_audiobook", {"name": "treasure island"}, "Chapter 1"),
    ],
)
def test_what_is_asked_for_is_found(world: World, action: str, arguments: dict[str, str], title: str) -> None:
    async def story() -> None:
        await world.boot()
        assert (await world.do(action, **arguments)).result["title"] == title

    told(story())


def test_what_is_not_there_is_said_with_what_is(world: World) -> None:
    async def story() -> None:
        await world.boot()
        line = await world.refused("play_music", query="hey jude", artist="the Beatles")
        assert line.startswith("The simulated player has no music for hey jude by the Beatles. It has classical")
        assert "station" in await world.refused("play_radio", station="nowhere fm")

    told(story())


def test_taking_back_brings_what_was_on(world: World) -> None:
    async def story() -> None:
        await world.boot()
        first = await world.do("play_music", genre="jazz")
        second = await world.do("play_radio")
        assert "Back to Tiger Rag" in (await world.undo(second)).speech
        assert (await world.undo(first)).speech.startswith("Silence again")
        assert "Nothing is playing" in await world.refused("what_is_playing")

    told(story())
