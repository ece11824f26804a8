"""The wallet, what is remembered, the news of a feed, and questions to a model."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import ServiceFault
from bluerill.kernel.message import Body
from bluerill.kernel.service import Call, Service, handles
from bluerill.models.messages import Infer, Inference, Refused
from bluerill.skills.feeds import read_feed
from bluerill.skills.system.world import SOURCE
from bluerill.skills.testing import Pages
from support.bench import World

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Feed</title>
<item><title>Rivers rise in spring</title><pubDate>Wed, 18 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title><![CDATA[Football: <b>Ajax</b> win]]></title></item>
<item><description>no title</description></item>
<item><title>Bread &amp; butter dearer</title></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Atoms</title>
<entry><title type="html">A first</title><updated>2026-11-18T10:00:00Z</updated></entry></feed>"""


def told(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_a_pass_is_kept_and_shown_as_a_code(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert "no passes" in await world.refused("show_pass")
        kept = await world.do("add_pass", source="24 00 18 as my library card")
        assert kept.result["name"] == "library card"
        await world.do("add_pass", source="M1SMITH/JOHN as boarding pass")
        shown = await world.do("show_pass", name="library")
        assert shown.card is not None
        assert shown.card.code == "240018"
        assert shown.result["code"] == "240018"
        assert (await world.do("show_pass")).result["name"] == "boarding pass"
        assert (await world.do("list_passes")).speech == "In your wallet: library card and boarding pass."
        assert "no pass called gym" in await world.refused("show_pass", name="gym")
        assert "too long" in await world.refused("add_pass", source="x" * 450)
        await world.undo(kept)
        assert "no pass called library" in await world.refused("show_pass", name="library")

    told(story())


def test_what_was_said_is_remembered_in_the_owners_words(world: World) -> None:
    async def story() -> None:
        await world.boot()
        kept = await world.do("remember_fact", text="my car is in row G")
        assert kept.speech == "I'll remember that your car is in row G."
        assert "already" in (await world.do("remember_fact", text="My car is in row G")).speech
        await world.do("remember_fact", text="Anna is allergic to nuts")
        where = await world.do("recall", topic="car")
        assert where.speech == "You told me that your car is in row G (told today)."
        assert (await world.do("recall", topic="where my car is")).result["count"] == 1
        assert (await world.do("recall")).result["count"] == 2
        assert "nothing about keys" in (await world.do("recall", topic="keys")).speech
        gone = await world.do("forget_fact", topic="my car is in row G")
        assert (await world.do("recall", topic="car")).result["count"] == 0
        await world.undo(gone)
        assert (await world.do("recall", topic="car")).result["count"] == 1
        await world.undo(kept)
        await world.do("forget_fact", all=True)
        assert "nothing" in await world.refused("forget_fact", all=True)

    told(story())


def test_two_memories_are_not_forgotten_by_a_guess(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("remember_fact", text="the car is blue")
        await world.do("remember_fact", text="the car is in row G")
        assert (await world.refused("forget_fact", topic="the car")).startswith("Which one? You told me that")
        assert "Forget what?" in await world.refused("forget_fact")

    told(story())


def pages(**found: bytes) -> dict[str, bytes]:
    return {SOURCE + path.replace("__", "/") + ".xml": body for path, body in found.items()}


def test_headlines_are_told_kept_and_told_with_their_age(world: World) -> None:
    async def story() -> None:
        there = Pages(pages(news__rss=RSS, news__technology__rss=ATOM))
        await world.bench.add("egress", there)
        await world.boot()
        news = await world.do("get_news")
        assert news.speech == "From The Feed: Rivers rise in spring. Football: Ajax win. Bread & butter dearer."
        assert (await world.do("get_news", topic="technology")).result["source"] == "Atoms"
        assert len(there.asked) == 2
        about = await world.do("get_news", topic="the rivers")
        assert about.result["headlines"] == ["Rivers rise in spring"]
        assert len(there.asked) == 2
        assert "nothing about Mars" in await world.refused("get_news", topic="Mars")
        there.pages = {}
        await world.bench.advance(3600)
        old = await world.do("get_news")
        assert old.speech.startswith("From The Feed, 1 hour old:")
        assert old.result["offline"]
        assert "can't reach the news" in await world.refused("get_news", topic="business")

    told(story())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "expected a news feed"),
        (b"<html><body>hello</body></html>", "XML without entries"),
        (b"{}", "expected a news feed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><rss><channel><item><title>&a;</title></item></channel></rss>', "entities"),
        (b"<rss>" + b"<a>" * 60, "deeper"),
        (b"<rss>" + b" " * (1024 * 1024), "at most"),
    ],
)
def test_a_hostile_feed_is_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ServiceFault, match=words) as caught:
        read_feed(data)
    assert "\n" not in str(caught.value)


def test_a_feed_is_bounded() -> None:
    items = b"".join(b"<item><title>%d %s</title></item>" % (n, b"x" * 900) for n in range(100))
    feed = read_feed(b"<rss><channel>" + items + b"</channel></rss>")
    assert len(feed.headlines) == 40
    assert max(map(len, feed.headlines)) <= 300


class Models(Service):
    """Stands in for the broker."""

    def __init__(self, *answers: Body) -> None:
        self.answers = list(answers)
        self.asked: list[Infer] = []

    @handles(Infer)
    async def infer(self, request: Infer, call: Call) -> Body:
        self.asked.append(request)
        return self.answers.pop(0)


def test_a_question_goes_to_the_model_that_the_owner_named(tmp_path: Path) -> None:
    async def story() -> None:
        world = World(tmp_path / "watch", settings={"world": {"model": "small"}})
        models = Models(Inference("Because of\nRayleigh scattering."), Refused("no memory", 2.0), Inference("  "))
        await world.bench.add("models", models)
        await world.boot()
        answer = await world.do("answer", question="why is the sky blue")
        assert answer.speech == "Because of Rayleigh scattering."
        assert answer.card is not None
        assert answer.card.lines == ["by small"]
        assert models.asked[0].messages[1].content == "why is the sky blue"
        assert "cannot answer just now: no memory" in await world.refused("answer", question="why")
        assert "nothing to say" in await world.refused("answer", question="why")

    told(story())


def test_without_a_model_it_says_so(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert (await world.refused("answer", question="why")).startswith("I have no model that can answer questions.")

    told(story())


def test_wrong_settings_are_said(tmp_path: Path) -> None:
    async def story() -> None:
        world = World(tmp_path / "watch", settings={"world": {"feed": "ftp://x"}})
        await world.boot()
        assert "expected feed" in await world.refused("get_news")

    told(story())
